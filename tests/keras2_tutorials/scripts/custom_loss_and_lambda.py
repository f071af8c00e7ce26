# A loss, a metric and an activation written with the backend, and Lambda layers.
import numpy as np

from cornu import backend as K
from cornu.layers import Activation, Dense, Input, Lambda
from cornu.models import Model
from cornu.optimizers import Adam


def antirectifier(x):
    x -= K.mean(x, axis=1, keepdims=True)
    x = K.l2_normalize(x, axis=1)
    pos = K.relu(x)
    neg = K.relu(-x)
    return K.concatenate([pos, neg], axis=1)


def antirectifier_output_shape(input_shape):
    shape = list(input_shape)
    assert len(shape) == 2  # only valid for 2D tensors
    shape[-1] *= 2
    return tuple(shape)


def pseudo_huber(y_true, y_pred):
    return K.mean(K.sqrt(1. + K.square(y_pred - y_true)) - 1., axis=-1)


def mean_pred(y_true, y_pred):
    return K.mean(y_pred)


def squash(x):
    return x * K.sigmoid(x)


np.random.seed(3)
x = np.random.normal(size=(500, 6))
y = x[:, :1] * x[:, 1:2] + 0.5

inputs = Input(shape=(6,))
h = Dense(32)(inputs)
h = Lambda(antirectifier, output_shape=antirectifier_output_shape)(h)
h = Dense(32, activation=squash)(h)
h = Activation(K.tanh)(h)
h = Lambda(lambda t, factor: t * factor, arguments={'factor': 2.})(h)
model = Model(inputs, Dense(1)(h))
model.compile(optimizer=Adam(lr=0.01), loss=pseudo_huber, metrics=[mean_pred, 'mse'])
history = model.fit(x, y, epochs=40, batch_size=32, verbose=0)
