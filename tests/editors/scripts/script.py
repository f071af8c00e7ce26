"""A user's script: data, models of the three kinds, a layer and a callback of one's own."""

import numpy as np
from cornu.datasets import mnist
from cornu.keras.layers import LSTM, Embedding
from cornu.layers.convolutional import MaxPooling2D
from cornu.preprocessing.image import ImageDataGenerator

import cornu
from cornu import keras, ops
from cornu.callbacks import Callback, EarlyStopping, ReduceLROnPlateau
from cornu.layers import Conv2D, Dense, Dropout, Flatten, Input, Layer
from cornu.models import Model, Sequential
from cornu.optimizers import SGD, Adam


class Scale(Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return ops.relu(x) * self.scale * self.factor


class Classifier(Model):
    def __init__(self, classes):
        super().__init__(name="classifier")
        self.hidden = Dense(8, activation="relu", kernel_initializer="he_normal")
        self.out = Dense(classes, activation="softmax")

    def call(self, inputs, training=False):
        return self.out(self.hidden(inputs))


class Rates(Callback):
    def on_epoch_end(self, epoch, logs={}):
        print(epoch, logs.get("loss"), self.model.optimizer.learning_rate)


(x, y), (x_test, y_test) = mnist.load_data()
x, y = x[..., None].astype("float32") / 255.0, keras.utils.to_categorical(y, 10)
stack = Sequential([Input((28, 28, 1)), Conv2D(2, 5, strides=3, activation="relu")])
stack.add(MaxPooling2D(name="pool"))
stack.add(Flatten())
stack.add(Dropout(0.5, seed=0))
stack.add(Dense(10, "softmax"))
stack.compile(Adam(1e-3, clipnorm=1.0), "categorical_crossentropy", metrics=["accuracy"])
callbacks = [EarlyStopping(patience=2), ReduceLROnPlateau(factor=0.5), Rates()]
history = stack.fit(x, y, 32, epochs=2, validation_split=0.1, callbacks=callbacks, verbose=0)
print(history.history["loss"][-1], history.epoch, stack.get_layer("pool").name)
flow = ImageDataGenerator(rotation_range=10).flow(x, y, batch_size=8)
stack.fit(flow, steps_per_epoch=2, verbose=0)

inputs = Input(shape=(5,))
words = Embedding(input_dim=10, output_dim=4)(inputs)
lstm = LSTM(3, recurrent_dropout=0.1)
graph = Model(inputs=inputs, outputs=Scale(3.0)(lstm(words)), name="graph")
graph.compile(optimizer=SGD(0.1, momentum=0.9), loss=cornu.losses.Huber())
print(graph.predict(np.zeros((2, 5)), verbose=0).shape, lstm.units, lstm.cell.kernel.shape)
graph.summary(print_fn=str)

classifier = Classifier(3)
classifier.compile(loss="mse")
classifier(np.zeros((1, 4)))
kernel = classifier.hidden.kernel
print(kernel.shape, classifier.hidden.kernel_initializer, classifier.out.units, [*classifier.layers])
