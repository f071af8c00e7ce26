'''A layer that refers to tensors of the model, as in Keras' own example of 2017.'''
import numpy as np
import keras
from keras.layers import Input, Dense, Lambda, Layer
from keras.models import Model
from keras import backend as K
from keras import metrics

batch_size, original_dim, latent_dim, intermediate_dim = 10, 12, 2, 8
np.random.seed(1)

x = Input(shape=(original_dim,))
h = Dense(intermediate_dim, activation='relu')(x)
z_mean = Dense(latent_dim)(h)
z_log_var = Dense(latent_dim)(h)


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], latent_dim), mean=0., stddev=1.0)
    return z_mean + K.exp(z_log_var / 2) * epsilon


z = Lambda(sampling)([z_mean, z_log_var])
decoder_h = Dense(intermediate_dim, activation='relu')
decoder_mean = Dense(original_dim, activation='sigmoid')
x_decoded_mean = decoder_mean(decoder_h(z))


class CustomVariationalLayer(Layer):
    def __init__(self, **kwargs):
        self.is_placeholder = True
        super(CustomVariationalLayer, self).__init__(**kwargs)

    def vae_loss(self, x, x_decoded_mean):
        xent_loss = original_dim * metrics.binary_crossentropy(x, x_decoded_mean)
        kl_loss = - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
        return K.mean(xent_loss + kl_loss)

    def call(self, inputs):
        x = inputs[0]
        x_decoded_mean = inputs[1]
        loss = self.vae_loss(x, x_decoded_mean)
        self.add_loss(loss, inputs=inputs)
        return x


y = CustomVariationalLayer()([x, x_decoded_mean])
vae = Model(x, y)
vae.compile(optimizer='rmsprop', loss=None)
x_train = np.random.rand(64, original_dim)
history = vae.fit(x_train, shuffle=True, epochs=2, batch_size=batch_size,
                  validation_data=(x_train[:20], None), verbose=0)
# what the layer adds is the loss by hand, with the draws of z left out
m, v = Model(x, [z_mean, z_log_var]).predict(x_train)
kl = -0.5 * np.sum(1 + v - m ** 2 - np.exp(v), axis=-1).mean()
print(sorted(history.history), 0 < kl < history.history['loss'][-1])

encoder = Model(x, z_mean)
decoder_input = Input(shape=(latent_dim,))
generator = Model(decoder_input, decoder_mean(decoder_h(decoder_input)))
print(encoder.predict(x_train, batch_size=batch_size).shape, generator.predict(np.zeros((1, 2))).shape)
