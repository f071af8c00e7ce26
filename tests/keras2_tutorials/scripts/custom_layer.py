# "Writing your own Keras layers": build, call, compute_output_shape; and a model that uses it twice.
import numpy as np

from cornu import backend as K
from cornu.layers import Dense, Input, Layer, multiply
from cornu.models import Model, Sequential


class MyLayer(Layer):

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        # Create a trainable weight variable for this layer.
        self.kernel = self.add_weight(name='kernel',
                                      shape=(input_shape[1], self.output_dim),
                                      initializer='uniform',
                                      trainable=True)
        super(MyLayer, self).build(input_shape)  # Be sure to call this at the end

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)


class Normalized(Layer):

    def build(self, input_shape):
        self.scale = self.add_weight('scale', [input_shape[-1]], initializer='ones')

    def call(self, inputs, training=None):
        centered = inputs - K.mean(inputs, axis=-1, keepdims=True)
        return self.scale * centered / (K.std(inputs, axis=-1, keepdims=True) + K.epsilon())


np.random.seed(0)
x = np.random.normal(size=(400, 10)).astype('float32')
y = (x[:, 0] > x[:, 1]).astype('int32')

model = Sequential()
model.add(MyLayer(16, input_shape=(10,)))
model.add(Normalized())
model.add(Dense(2, activation='softmax'))
model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x, y, epochs=40, batch_size=20, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)

# shared between two inputs
shared = MyLayer(4)
a, b = Input((10,)), Input((10,))
siamese = Model([a, b], multiply([shared(a), shared(b)]))
n_weights = len(siamese.trainable_weights)
outputs = siamese.predict([x[:5], x[5:10]])
