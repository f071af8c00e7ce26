# The names of Keras 1, which Keras 2 still knew: Convolution2D, module paths, input through `layers.core`.
from sklearn.datasets import load_digits

from cornu.layers.convolutional import Convolution2D
from cornu.layers.core import Activation, Dense, Flatten
from cornu.layers.normalization import BatchNormalization
from cornu.layers.pooling import MaxPooling2D
from cornu.models import Sequential
from cornu.utils import np_utils

X, y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8, 1).astype('float32') / 16.
Y = np_utils.to_categorical(y, 10)

model = Sequential()
model.add(Convolution2D(16, (3, 3), padding='same', input_shape=(8, 8, 1),
                        kernel_initializer='he_normal'))
model.add(BatchNormalization())
model.add(Activation('relu'))
model.add(MaxPooling2D((2, 2), strides=(2, 2)))
model.add(Flatten())
model.add(Dense(10))
model.add(Activation('softmax'))

model.compile('rmsprop', 'categorical_crossentropy', ['acc'])
hist = model.fit(X[:1500], Y[:1500], batch_size=32, epochs=15, verbose=0, validation_split=0.2)
loss_and_acc = model.evaluate(X[1500:], Y[1500:], batch_size=100, verbose=0)
