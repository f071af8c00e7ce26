import numpy as np
import numpy.random as rng
import tensorflow as tf
from keras.layers import Input, Conv2D, Lambda, Dense, Flatten, MaxPooling2D
from keras.models import Model, Sequential
from keras.regularizers import l2
from keras import backend as K
from keras.optimizers import Adam, RMSprop

config = tf.ConfigProto()
config.gpu_options.allow_growth = True
sess = tf.Session(config=config)
K.set_session(sess)


def W_init(shape, name=None):
    """Initialize weights as in paper"""
    return K.variable(rng.normal(loc=0, scale=1e-2, size=shape), name=name)


def b_init(shape, name=None):
    return K.variable(rng.normal(loc=0.5, scale=1e-2, size=shape), name=name)


input_shape = (12, 12, 1)
left_input = Input(input_shape)
right_input = Input(input_shape)
convnet = Sequential()
convnet.add(Conv2D(4, (5, 5), activation='relu', input_shape=input_shape, kernel_initializer=W_init,
                   kernel_regularizer=l2(2e-4)))
convnet.add(MaxPooling2D())
convnet.add(Flatten())
convnet.add(Dense(6, activation="sigmoid", kernel_initializer=W_init, bias_initializer=b_init))
encoded_l = convnet(left_input)
encoded_r = convnet(right_input)
L1_distance = Lambda(lambda tensors: K.abs(tensors[0] - tensors[1]))([encoded_l, encoded_r])
prediction = Dense(1, activation='sigmoid', bias_initializer=b_init)(L1_distance)
siamese_net = Model(input=[left_input, right_input], output=prediction)
siamese_net.compile(loss="binary_crossentropy", optimizer=Adam(0.00006))
print(siamese_net.count_params(), [layer.output_shape for layer in convnet.layers])


def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


distance = Lambda(euclidean_distance, output_shape=lambda shapes: (shapes[0][0], 1))([encoded_l, encoded_r])
model = Model([left_input, right_input], distance)
model.compile(loss=contrastive_loss, optimizer=RMSprop(), metrics=[accuracy])
a = rng.rand(20, 12, 12, 1)
y = rng.randint(0, 2, 20).astype("float32")
b = np.where(y[:, None, None, None] > 0, a, rng.rand(20, 12, 12, 1))
history = model.fit([a, b], y, batch_size=8, epochs=2, validation_split=0.2, verbose=0)
print(sorted(history.history), siamese_net.train_on_batch([a, b], y) > 0)
sess.close()
