# The functional guide's headline model: a sequence and extra features, a main and an auxiliary output.
import numpy as np

from cornu.layers import LSTM, Dense, Embedding, Input, concatenate
from cornu.models import Model

rng = np.random.RandomState(0)
headlines = rng.randint(1, 50, size=(600, 12))
additional = rng.normal(size=(600, 5))
labels = (((headlines < 25).mean(axis=1) + 0.3 * additional[:, 0]) > 0.5).astype('float32')

# Headline input: meant to receive sequences of 12 integers, between 1 and 50.
# Note that we can name any layer by passing it a "name" argument.
main_input = Input(shape=(12,), dtype='int32', name='main_input')
x = Embedding(output_dim=16, input_dim=50, input_length=12)(main_input)
lstm_out = LSTM(16)(x)
auxiliary_output = Dense(1, activation='sigmoid', name='aux_output')(lstm_out)

auxiliary_input = Input(shape=(5,), name='aux_input')
x = concatenate([lstm_out, auxiliary_input])
x = Dense(32, activation='relu')(x)
x = Dense(32, activation='relu')(x)
main_output = Dense(1, activation='sigmoid', name='main_output')(x)

model = Model(inputs=[main_input, auxiliary_input], outputs=[main_output, auxiliary_output])

model.compile(optimizer='rmsprop', loss='binary_crossentropy', loss_weights=[1., 0.2])
first = model.fit([headlines, additional], [labels, labels], epochs=2, batch_size=32, verbose=0)

# since our inputs and outputs are named, we could also have compiled the model via:
model.compile(optimizer='rmsprop',
              loss={'main_output': 'binary_crossentropy', 'aux_output': 'binary_crossentropy'},
              loss_weights={'main_output': 1., 'aux_output': 0.2},
              metrics={'main_output': 'accuracy'})
# and trained it via:
history = model.fit({'main_input': headlines, 'aux_input': additional},
                    {'main_output': labels, 'aux_output': labels},
                    epochs=25, batch_size=32, verbose=0)
main_prediction, aux_prediction = model.predict([headlines, additional])
accuracy = np.mean((main_prediction[:, 0] > 0.5) == labels)
