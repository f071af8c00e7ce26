"""What is changed after a step was traced: by callbacks, in `trainable`, among the layers."""

import itertools

import numpy as np
import pytest

from cornu import ops
from cornu.base import Callback, Layer
from cornu.base.metric import MeanMetricWrapper
from cornu.errors import DataError, ShapeError
from cornu.models.input_layer import Input
from cornu.models.model import Model
from cornu.models.sequential import Sequential
from cornu_engine.variable import Variable

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1] - 0.5


class Does(Callback):
    """Calls a function in one hook."""

    def __init__(self, hook, function):
        super().__init__()
        self.function = function
        setattr(self, hook, self.act)

    def act(self, *args):
        self.function(self.model)


HOOKS = ["on_train_begin", "on_epoch_begin", "on_train_batch_begin"]
VALIDATED = {"validation_data": (X, Y)}


@pytest.fixture
def two(parts):
    model = Sequential([Input((3,)), parts.Dense(2, name="first"), parts.Dense(1, name="second")])
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    return model


@pytest.mark.parametrize("options", [{}, VALIDATED], ids=["plain", "validated"])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_layer_frozen_before_the_first_step_stays(two, hook, options):
    before = two.get_weights()

    def freeze(model):
        model.layers[0].trainable = False

    two.fit(X, Y, epochs=2, callbacks=[Does(hook, freeze)], verbose=0, **options)
    after = two.get_weights()
    for index in (0, 1):
        np.testing.assert_array_equal(before[index], after[index])
    assert not np.array_equal(before[2], after[2])


@pytest.mark.parametrize("options", [{}, VALIDATED], ids=["plain", "validated"])
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_variable_made_before_the_first_step_is_read(parts, hook, streamed, options):
    """Annealing: the callback makes the factor, and moves it after each epoch."""
    annealed = {}

    def loss(y, p):
        return ops.mean(y * 0.0 + p * 0.0) + annealed["factor"]

    def make(model):
        annealed.setdefault("factor", Variable(np.float32(1.0)))

    def move(model):
        annealed["factor"].assign(annealed["factor"].value + 1)

    model = Sequential([Input((3,)), parts.Dense(1)])
    model.compile(parts.SGD(0.1), loss, backend=parts.backend)
    callbacks = [Does(hook, make), Does("on_epoch_end", move)]
    data = ([(X, Y)],) if streamed else (X, Y)
    history = model.fit(
        *map_data(data), epochs=3, callbacks=callbacks, verbose=0, **options
    ).history
    assert history["loss"] == [1, 2, 3]
    assert history.get("val_loss", [1, 2, 3]) == [1, 2, 3]


def map_data(data):
    class Stream:
        def __iter__(self):
            return iter(data[0])

    return (Stream(),) if len(data) == 1 else data


def test_data_is_checked_before_the_first_step(two):
    steps = []
    counting = Does("on_train_batch_end", lambda model: steps.append(1))
    bad = Y.copy()
    bad[-1] = np.nan
    before = two.get_weights()
    with pytest.raises(DataError, match="NaN"):
        two.fit(X, bad, batch_size=2, callbacks=[counting], verbose=0)
    with pytest.raises(DataError, match="NaN"):
        two.fit(X, Y, batch_size=2, validation_data=(X, bad), callbacks=[counting], verbose=0)
    assert not steps
    for one, other in zip(before, two.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("streamed", [False, True])
def test_trainable_counts_from_the_next_step(two, streamed):
    """Also in the middle of an epoch."""
    kernels = []

    def look(model):
        kernels.append(model.layers[0].kernel.numpy())
        if len(kernels) == 2:
            model.layers[0].trainable = False
        if len(kernels) == 4:
            model.layers[0].trainable = True

    callback = Does("on_train_batch_end", look)
    if streamed:
        batches = [(X[i : i + 2], Y[i : i + 2]) for i in (0, 2, 4, 6)]
        two.fit(*map_data((batches,)), epochs=2, callbacks=[callback], verbose=0)
    else:
        two.fit(X, Y, batch_size=2, epochs=2, callbacks=[callback], verbose=0)
    changed = [not np.array_equal(a, b) for a, b in itertools.pairwise(kernels)]
    assert changed == [True, False, False, True, True, True, True]


def test_a_layer_thawed_after_a_fit_needs_another_optimizer(two, parts):
    two.layers[0].trainable = False
    two.fit(X, Y, verbose=0)
    before = two.get_weights()
    two.layers[0].trainable = True
    with pytest.raises(ValueError, match="or compile the model again"):
        two.fit(X, Y, verbose=0)
    two.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    two.fit(X, Y, verbose=0)
    assert not np.array_equal(before[0], two.get_weights()[0])


def test_variables_among_the_logs_are_read_after_the_step(parts):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = parts.Dense(1)
            self.seen = Variable(np.float32(0.0), trainable=False, name="seen")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            logs = super().train_step(data)
            self.seen.assign(self.seen + 1.0)
            return {**logs, "it": self.optimizer.iterations, "seen": self.seen}

        def predict_step(self, data):
            self.seen.assign(self.seen + 1.0)
            return self(data), self.seen

    model = Own()
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    history = model.fit(X, Y, batch_size=4, epochs=3, verbose=0).history
    assert history["it"] == [2, 4, 6]
    assert history["seen"] == [2, 4, 6]
    assert model.predict(X, verbose=0)[1] == 7
    eager = Own()
    eager.compile(parts.SGD(0.1), parts.mse, backend=parts.backend, run_eagerly=True)
    history = eager.fit(X, Y, batch_size=4, epochs=3, verbose=0).history
    assert history["it"] == history["seen"] == [2, 4, 6]


# Layers that are replaced


class Times(Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor


def replaced_attribute():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.part = Times(2.0)

        def call(self, x):
            return self.part(x)

    model = Own()
    return model, lambda: setattr(model, "part", Times(3.0))


def in_a_list():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.parts = [Times(2.0)]

        def call(self, x):
            for part in self.parts:
                x = part(x)
            return x

    model = Own()

    def replace():
        model.parts[0] = Times(3.0)

    return model, replace


def appended():
    model, _ = in_a_list()
    return model, lambda: model.parts.append(Times(1.5))


def inside_a_layer():
    inner, replace = replaced_attribute()
    return Sequential([Input((3,)), inner]), replace


def added():
    model = Sequential([Input((3,)), Times(2.0)])
    return model, lambda: model.add(Times(1.5))


def popped():
    model = Sequential([Input((3,)), Times(3.0), Times(2 / 3)])
    return model, model.pop


REPLACED = [replaced_attribute, in_a_list, appended, inside_a_layer, added, popped]


@pytest.mark.parametrize("rows", [8, 40])
@pytest.mark.parametrize("make", REPLACED, ids=lambda f: f.__name__)
def test_a_program_of_replaced_layers_is_dropped(parts, make, rows):
    model, replace = make()
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    x = np.ones((rows, 3), "float32")
    for _ in range(2):
        np.testing.assert_allclose(model.predict(x, verbose=0), 2 * x)
    assert model.evaluate(x, 2 * x, verbose=0) == 0
    replace()
    np.testing.assert_allclose(model.predict(x, verbose=0), 3 * x)
    assert model.evaluate(x, 3 * x, verbose=0) == pytest.approx(0, abs=1e-9)
    assert model.test_on_batch(x, 2 * x) == pytest.approx(1)


def test_a_renamed_input_is_known_by_its_new_name(parts):
    inputs = Input((3,), name="old")
    model = Model(inputs, parts.Dense(1)(inputs))
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    model.fit(X, Y, verbose=0)
    model.layers[0].name = "new"
    with pytest.raises(ShapeError, match="input 'new'"):
        model.fit(X[:, :2], Y, verbose=0)


class Same(Layer):
    def call(self, inputs):
        return inputs


def test_a_model_without_weights_knows_its_input_once_it_has_seen_one(parts):
    model = Sequential([Same()])
    model.compile(None, parts.mse, backend=parts.backend)
    model.evaluate(X, X, verbose=0)
    with pytest.raises(ShapeError, match="features where 3 are expected"):
        model.evaluate(Y, Y, verbose=0)


@pytest.mark.parametrize("eagerly", [False, True])
def test_what_changes_between_two_fits_is_asked_anew(two, parts, eagerly):
    two.compile(parts.SGD(0.1), parts.mse, backend=parts.backend, run_eagerly=eagerly)
    two.fit(X, Y, verbose=0)
    assert (two.output_names, two.metrics_names) == (["second"], ["loss"])
    two.layers[1].name = "head"
    assert two.output_names == ["head"]
    two.pop()
    two.fit(X, np.hstack([Y, Y]), verbose=0)
    assert (two.output_names, len(two.trainable_variables)) == (["first"], 2)
    two.add(parts.Dense(1, name="third"))
    bias = MeanMetricWrapper(lambda y_true, y_pred: y_pred - y_true, name="bias")
    options = {"backend": parts.backend, "run_eagerly": eagerly}
    two.compile(parts.SGD(0.1), parts.mse, metrics=[bias], **options)
    assert sorted(two.fit(X, Y, verbose=0).history) == ["bias", "loss"]
    assert (two.output_names, len(two.trainable_variables)) == (["third"], 4)
    two.layers[0].trainable = False
    assert len(two.trainable_variables) == 2
