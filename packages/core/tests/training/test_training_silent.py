"""Training that would train nothing, or less than was asked for, says so."""

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Callback, Layer
from cornu.models.input_layer import Input
from cornu.models.model import Model

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = np.zeros((8, 1), "float32")

GRADIENTLESS = {
    "comparison": lambda y, p: ops.mean(ops.cast(p > 0, "float32")),
    "argmax": lambda y, p: ops.mean(ops.cast(ops.argmax(p, axis=-1), "float32")),
    "integers": lambda y, p: ops.mean(ops.cast(ops.cast(p, "int32"), "float32")),
    "stopped": lambda y, p: ops.mean(ops.stop_gradient(p)),
    "constant": lambda y, p: 3.0,
}


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("loss", GRADIENTLESS)
def test_a_loss_without_any_gradient(parts, loss, eager):
    model = parts.Sequential([Input((3,)), parts.Dense(1)], name="still")
    model.compile(parts.SGD(), GRADIENTLESS[loss], backend=parts.backend, run_eagerly=eager)
    model.evaluate(X, Y, verbose=0)
    with pytest.raises(ValueError, match="reaches any of the 2 weights of model 'still'"):
        model.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match="training would change nothing"):
        model.train_on_batch(X, Y)


def test_a_model_without_a_trainable_weight(parts):
    model = parts.Sequential([Input((3,)), parts.Dense(1)], name="still")
    model.trainable = False
    model.compile(parts.SGD(), parts.mse, backend=parts.backend)
    with pytest.warns(UserWarning, match="'still' has no trainable weights now") as said:
        [model.fit(X, Y, epochs=2, verbose=0) for _ in range(2)]
    assert len(said) == 1


def test_a_loss_that_reaches_some_weights(parts):
    a, b = parts.Dense(1, name="a"), parts.Dense(1, name="b")
    x = Input((3,))
    model = Model(x, [a(x), b(x)])
    model.compile(parts.SGD(), [parts.mse, None], backend=parts.backend)
    before = model.get_weights()
    model.fit(X, [Y, Y], verbose=0)
    changed = [not np.array_equal(u, v) for u, v in zip(before, model.get_weights(), strict=True)]
    assert changed == [True, True, False, False]


def of_a_lambda(Dense):
    class Call(Layer):
        """What Lambda is: a function as a layer."""

        def __init__(self, function, **kwargs):
            super().__init__(**kwargs)
            self.function = function

        def call(self, x):
            return self.function(x)

    return cornu.Sequential([Input((3,)), Call(lambda x: Dense(1)(x))])


def of_a_layer(Dense):
    class Own(Layer):
        def call(self, x):
            return Dense(1)(Dense(2)(x))

    return cornu.Sequential([Own()])


def of_a_model(Dense):
    class Own(Model):
        def call(self, x):
            return Dense(1)(x)

    return Own()


def of_a_composite(Dense):
    class Block(Layer):
        def __init__(self):
            super().__init__()
            self.dense = Dense(1)

        def call(self, x):
            return self.dense(x)

    class Own(Model):
        def call(self, x):
            return Block()(x)

    return Own()


def as_an_attribute(Dense):
    class Own(Model):
        def call(self, x):
            self.dense = Dense(1)
            return self.dense(x)

    return Own()


def of_a_step(Dense):
    class Own(Model):
        def train_step(self, data):
            x, y = data
            return {"loss": ops.mean(ops.square(Dense(1)(x) - y))}

    return Own()


MAKERS = [of_a_lambda, of_a_layer, of_a_model, of_a_composite, as_an_attribute, of_a_step]


@pytest.mark.parametrize("make", MAKERS, ids=lambda f: f.__name__)
def test_layers_made_in_a_call(parts, make):
    def trained():
        model = make(parts.Dense)
        model.compile(parts.SGD(), parts.mse, backend=parts.backend)
        model.fit(X, Y, verbose=0)

    with pytest.raises(ValueError, match=r"(Dense|Block) '\w+' is made inside .* never be trained"):
        trained()


def test_layers_without_weights_may_be_made_in_a_call(parts):
    class Twice(Layer):
        def call(self, x):
            return x * 2.0

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.parts = []

        def build(self, input_shape):
            self.parts.append(parts.Dense(1))

        def call(self, x):
            return Twice()(self.parts[0](x))

    model = Own()
    model.compile(parts.SGD(0.0), parts.mse, backend=parts.backend)
    found = model.fit(X, Y, verbose=0).history["loss"][0]
    assert found == pytest.approx(np.mean(np.asarray(model(X), "float64") ** 2), rel=1e-5)
    assert len(model.trainable_weights) == 2


def test_a_generator_that_ends_early(line):
    x = X[:, :2]
    made = ((x, Y) for _ in range(3))
    with pytest.warns(UserWarning, match="nothing left: 1 of 5 epochs were trained"):
        assert line.fit(made, epochs=5, verbose=0).epoch == [0]
    made = ((x, Y) for _ in range(6))
    with pytest.warns(UserWarning, match="nothing left: 2 of 5 epochs were trained"):
        assert line.fit(made, epochs=5, steps_per_epoch=3, verbose=0).epoch == [0, 1]


@pytest.mark.filterwarnings("error")
def test_a_generator_that_suffices(line):
    made = ((X[:, :2], Y) for _ in range(6))
    assert line.fit(made, epochs=2, steps_per_epoch=3, verbose=0).epoch == [0, 1]
    made = ((X[:, :2], Y) for _ in range(6))
    assert line.fit(made, epochs=1, verbose=0).epoch == [0]


def test_a_validation_generator_that_ends_early(line):
    made = ((X[:, :2], Y) for _ in range(3))
    with pytest.warns(UserWarning, match="so epoch 2 is not validated"):
        history = line.fit(X[:, :2], Y, epochs=3, validation_data=made, verbose=0).history
    assert len(history["val_loss"]) == 1
    assert len(history["loss"]) == 3


def test_a_fit_within_a_fit(line):
    """Of a callback that trains the same model: each returns its own History."""

    class Again(Callback):
        found = None

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.found = self.model.fit(X[:, :2], Y, epochs=1, verbose=0)
                assert self.model.training_run is not None

    again = Again()
    history = line.fit(X[:, :2], Y, epochs=4, callbacks=[again], verbose=0)
    assert history.epoch == [0, 1, 2, 3]
    assert again.found.epoch == [0]
    assert line.history is history
    assert line.training_run is None
