# "Building autoencoders": three models that share their layers, and an intermediate output.
import numpy as np
from sklearn.datasets import load_digits

from cornu import regularizers
from cornu.layers import Dense, Input
from cornu.models import Model

encoding_dim = 16

input_img = Input(shape=(64,))
encoded = Dense(encoding_dim, activation='relu', name='code',
                activity_regularizer=regularizers.l1(10e-7))(input_img)
decoded = Dense(64, activation='sigmoid')(encoded)

# this model maps an input to its reconstruction
autoencoder = Model(input_img, decoded)
# this model maps an input to its encoded representation
encoder = Model(input_img, encoded)
# create a placeholder for an encoded (16-dimensional) input
encoded_input = Input(shape=(encoding_dim,))
# retrieve the last layer of the autoencoder model
decoder_layer = autoencoder.layers[-1]
decoder = Model(encoded_input, decoder_layer(encoded_input))

autoencoder.compile(optimizer='adam', loss='binary_crossentropy')

x = load_digits().data.astype('float32') / 16.
x_train, x_test = x[:1500], x[1500:]
history = autoencoder.fit(x_train, x_train, epochs=40, batch_size=64, shuffle=True, verbose=0,
                          validation_data=(x_test, x_test))

encoded_imgs = encoder.predict(x_test)
decoded_imgs = decoder.predict(encoded_imgs)
straight = autoencoder.predict(x_test)
error = np.mean((decoded_imgs - x_test) ** 2)
code = Model(autoencoder.input, autoencoder.get_layer('code').output).predict(x_test)
