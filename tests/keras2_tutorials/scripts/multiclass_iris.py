# Multi-class classification of iris flowers with one-hot labels.
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

from cornu.layers import Activation, Dense, Dropout
from cornu.models import Sequential
from cornu.optimizers import SGD
from cornu.utils import to_categorical

iris = load_iris()
x_train, x_test, y_train, y_test = train_test_split(
    iris.data.astype('float32'), iris.target, test_size=0.3, random_state=0)
mean, std = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
y_train = to_categorical(y_train, 3)
y_test = to_categorical(y_test, 3)

model = Sequential([
    Dense(16, input_shape=(4,)),
    Activation('relu'),
    Dropout(0.1),
    Dense(3),
    Activation('softmax'),
])
model.summary()

sgd = SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=40, batch_size=16, verbose=2, validation_split=0.1)
score = model.evaluate(x_test, y_test, batch_size=16)
probabilities = model.predict(x_test)
classes = np.argmax(probabilities, axis=1)
