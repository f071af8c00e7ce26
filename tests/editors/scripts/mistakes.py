"""Mistakes, one in each line marked so: a type checker has to find all of them, and nothing else."""

import numpy as np

import cornu
from cornu import keras, losses, metrics, ops
from cornu.applications import ResNet50
from cornu.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard
from cornu.initializers import HeNormal
from cornu.layers import LSTM, Conv2D, Dense, Embedding, Input, Layer, LeakyReLU, MaxPooling2D
from cornu.models import Model, Sequential
from cornu.optimizers import SGD, Adam, AdamW

x, y = np.zeros((4, 3)), np.zeros(4)

ResNet50(wights=None)  # wrong
ResNet50(weights=None).fitt(x, y)  # wrong
Dense(3, activaton="relu")  # wrong
Dense("three")  # wrong
Dense(units=3, kernel_initialiser="zeros")  # wrong
Dense()  # wrong
Dense(3, activation=5)  # wrong
Dense(3, kernel_regularizer=0.01)  # wrong
Dense(3, kernel_initializer=1.0)  # wrong
Conv2D(8, 3, stride=2)  # wrong
MaxPooling2D(size=2)  # wrong
Embedding(10, 4, input_len=5)  # wrong
LSTM(3, return_sequence=True)  # wrong
LSTM(3, return_sequences="yes")  # wrong
LeakyReLU(alfa=0.1)  # wrong
Input(shap=(3,))  # wrong
Dense(3).kernal  # wrong
LSTM(3).unit  # wrong
Dense(3).kernel_initialiser  # wrong
Dense(3).get_weigths()  # wrong

Adam(learning_rte=0.1)  # wrong
Adam(1e-3, beta_1="high")  # wrong
Adam("fast")  # wrong
Adam(learning_rate=[0.1, 0.2])  # wrong
AdamW(weight_decai=0.1)  # wrong
SGD(0.1, momentum="much")  # wrong
SGD(0.1).moment  # wrong
HeNormal(sed=1)  # wrong
EarlyStopping(patience="long")  # wrong
EarlyStopping(monitors="loss")  # wrong
EarlyStopping().best_epochs  # wrong
ModelCheckpoint("best.keras", save_best=True)  # wrong
TensorBoard(histogram_frequency=1)  # wrong
losses.Huber(dleta=1.0)  # wrong
losses.Huber().dleta  # wrong
metrics.AUC(num_threshold=10)  # wrong
metrics.Precision().false_positive  # wrong

model = Sequential([Input((3,)), Dense(1)], nam="stack")  # wrong
stack = Sequential([Input((3,)), Dense(1)])
stack.ad(Dense(3))  # wrong
stack.add("dense")  # wrong
stack.compile(optimiser="sgd", loss="mse")  # wrong
stack.compile("sgd", "mse", run_eagerly="no")  # wrong
stack.compile(3, "mse")  # wrong
stack.compile("sgd", "mse", loss_weights="half")  # wrong
stack.compile("sgd", loss=0.5)  # wrong
stack.fitt(x, y)  # wrong
stack.fit(x, y, epoch=3)  # wrong
stack.fit(x, y, epochs="three")  # wrong
stack.fit(x, y, callbacks=3)  # wrong
history = stack.fit(x, y, epochs=1)
history.histroy  # wrong
stack.evaluate(x, y, batchsize=3)  # wrong
stack.predict(x, batch_size="all")  # wrong
stack.sumary()  # wrong
stack.layer[0]  # wrong
Model(stack.inputs, stack.outputs, named="graph")  # wrong
graph = Model(stack.inputs, stack.outputs, name="graph")
graph.save_weight("weights.h5")  # wrong
cornu.set_sed(1)  # wrong


class Double(Layer):
    def __init__(self, **kwargs):
        super().__init__(nam="double")  # wrong
        self.weight = self.add_weigth("w", (3,))  # wrong

    def call(self, inputs):
        return inputs * 2


Double().weigths  # wrong

keras.layers.Dens(3)  # wrong
keras.preprocessing.image.load_image  # wrong
cornu.datasets.mnst  # wrong
cornu.utils.to_categoric([1])  # wrong
ops.ad(1, 2)  # wrong
