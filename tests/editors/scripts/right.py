"""Arguments in all the ways that are right: no type checker may have anything to say."""

import numpy as np

import cornu
from cornu import constraints, initializers, losses, metrics, regularizers
from cornu.activations import relu
from cornu.base import Callback, Layer
from cornu.layers import GRU, Activation, Bidirectional, Conv2D, Dense, Embedding, Input, LeakyReLU
from cornu.layers import BatchNormalization, Concatenate, Lambda, MultiHeadAttention, TimeDistributed
from cornu.models import Model, Sequential
from cornu.optimizers import SGD, Adam, RMSprop
from cornu.optimizers.schedules import ExponentialDecay

Dense(3, relu, kernel_initializer=np.ones((4, 3)), bias_initializer=initializers.Constant(0.1))
Dense(3, cornu.ops.tanh, kernel_regularizer="l2", kernel_constraint=constraints.MaxNorm(2))
Dense(3, activation=LeakyReLU(0.1), kernel_regularizer=regularizers.L1L2(l1=0.1), name="hidden")
Dense(3, activation=lambda x: x * 2, input_shape=(4,), dtype="float64", trainable=False)
Dense(3, kernel_initializer=initializers.HeNormal, bias_initializer=lambda shape, dtype: 0 * shape[0])
Dense(3, kernel_initializer=None, activity_regularizer=lambda x: 0.1 * cornu.ops.sum(x))
Conv2D(8, (3, 3), (1, 1), "same", input_shape=(28, 28, 1), weights=[np.ones((3, 3, 1, 8))])
Embedding(100, 8, input_length=20, mask_zero=True, name="words", weights=[np.zeros((100, 8))])
LeakyReLU(alpha=0.3, name="leaky")
Bidirectional(GRU(3, return_sequences=True), input_shape=(5, 2)).forward_layer.name
TimeDistributed(Dense(3), input_shape=(10, 4))
Lambda(lambda x: x + 1, output_shape=(3,), name="plus")
BatchNormalization(momentum=0.9).momentum
Activation("relu", name="relu")

Adam(np.float32(0.1)), Adam(ExponentialDecay(0.1, 10, 0.9), clipvalue=0.5), Adam(lambda: 0.1)
Adam(1, weight_decay=0.01), SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True), RMSprop()
print(SGD(0.1).learning_rate)

a, b = Input((4,)), Input(shape=(4,), name="b", dtype="float32")
both = Concatenate(name="both")([Dense(3)(a), Dense(3)(b)])
attended = MultiHeadAttention(2, 4, name="attended")(both[:, None], both[:, None])
model = Model([a, b], [both, attended])
Model(inputs=a, outputs=Dense(3)(a)), Model(a, [a, b][0], "named"), Model(input=a, output=a)
model.compile("adam", ["mse", losses.Huber()], ["mae", metrics.MeanSquaredError()], [1.0, 0.5])
model.compile(Adam, {"both": "mse"}, metrics={"both": ["mae"]}, run_eagerly=True)
model.compile(Adam(), loss=lambda t, p: cornu.ops.mean(t - p), loss_weights={"both": 0.5})
model.compile(optimizer=SGD(0.1), loss=losses.mean_squared_error, steps_per_execution=4)
x, y = np.zeros((8, 4)), [np.zeros((8, 6)), np.zeros((8, 1, 6))]
history = model.fit([x, x], y, 4, 2, 0, [Callback()], validation_data=([x, x], y))
best = max(history.history["val_loss"])
model.evaluate([x, x], y, verbose=0, return_dict=True), model.predict([x, x], batch_size=2)
single = Model({"a": a}, Dense(2, name="c")(a))
single.compile(loss={"c": "mse"})
single.fit({"a": x}, {"c": x[:, :2]}, epochs=3, verbose=True, callbacks=Callback(), shuffle="batch")
batches = (({"a": x}, x[:, :2]) for _ in range(3))
single.fit(batches, steps_per_epoch=3, verbose=0, nb_epoch=1)
stack = Sequential([Dense(3, input_shape=(4,)), Dense(1)], name="stack")
stack.layers[-1].set_weights(stack.layers[-1].get_weights())
first, *rest = [layer.name for layer in stack.layers]
stack.trainable = False
stack.layers[0].trainable = False
stack.optimizer = Adam()
stack.stop_training = True


class Gate(Layer):
    def __init__(self, units: int = 3, **kwargs):
        super().__init__(**kwargs)
        self.inner = Dense(units)

    def build(self, query_shape, value_shape):
        self.inner.build(query_shape)

    def call(self, query, value, training=None, mask=None):
        return self.inner(query) * value

    def compute_output_shape(self, query_shape, value_shape):
        return query_shape

    def get_config(self):
        config = super().get_config()
        config.update(units=self.inner.units)
        return config


class Trained(Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = Dense(units)
        self.mean = metrics.Mean(name="loss")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        loss = self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply(self.compute_gradients(loss), self.trainable_variables)
        self.mean.update_state(loss)
        return {m.name: m.result() for m in self.metrics}

    @property
    def metrics(self):
        return [self.mean]


class Stop(Callback):
    def __init__(self, best=np.inf):
        super().__init__()
        self.best = best

    def on_train_begin(self, logs={}):
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.best = min(self.best, logs["loss"])
        self.model.stop_training = logs.get("loss") < self.best


class Squared(losses.Loss):
    def call(self, y_true, y_pred):
        return cornu.ops.square(y_true - y_pred)


class Count(metrics.Metric):
    def __init__(self, name="count", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(cornu.ops.sum(y_pred))

    def result(self):
        return self.total

    def reset_state(self):
        self.total.assign(0.0)


Gate(4, name="gate")(x, x).shape
trained = Trained(3, name="own")
trained.compile(Adam(), Squared(), metrics=[Count()])
trained.fit(x, x[:, :3], callbacks=[Stop()], verbose=0)
stack = Sequential([Dense(3), Dense(2)])
stack.build((None, 4))
print(stack.layers[0].kernel.shape, [layer.units for layer in stack.layers])
