# Sequence classification with an LSTM over an embedding (the shape of keras/examples/imdb_lstm.py).
from __future__ import print_function

import numpy as np

from cornu.layers import LSTM, Dense, Embedding
from cornu.models import Sequential

max_features = 200
maxlen = 20
batch_size = 32

print('Making data...')
np.random.seed(1)
x = np.random.randint(2, max_features, size=(900, maxlen))
# a review is good if it has more of the words below 60 than a random one has
y = ((x < 60).sum(axis=1) > 5).astype(int)
x_train, y_train, x_test, y_test = x[:700], y[:700], x[700:], y[700:]

print('Build model...')
model = Sequential()
model.add(Embedding(max_features, 32, input_length=maxlen))
model.add(LSTM(32))
model.add(Dense(1, activation='sigmoid'))

# try using different optimizers and different optimizer configs
model.compile(loss='binary_crossentropy',
              optimizer='adam',
              metrics=['accuracy'])

print('Train...')
model.fit(x_train, y_train,
          batch_size=batch_size,
          epochs=15,
          validation_data=(x_test, y_test),
          verbose=0)
score, acc = model.evaluate(x_test, y_test, batch_size=batch_size, verbose=0)
print('Test score:', score)
print('Test accuracy:', acc)
