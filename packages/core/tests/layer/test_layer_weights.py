"""Weights: order, names, tracking; the order is Keras 3.15's, recorded from it."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from cornu.base import Layer
from cornu.errors import NotBuiltError, ShapeError
from cornu.random import SeedGenerator
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

X = np.ones((2, 5), "float32")


@pytest.fixture
def block(parts):
    class Block(Layer):
        """Every way of holding a part."""

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.pairs, self.counters = [], []
            for _ in range(2):
                self.pairs.append(parts.Linear(3))
                self.counters.append(parts.Counter())
            self.by_name = {"x": parts.Linear(1)}
            self.in_tuple = (parts.Linear(2),)

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")
            self.shift = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="shift"
            )

        def call(self, x, training=None):
            for linear, counter in zip(self.pairs, self.counters):  # noqa: B905
                x = counter(linear(x))
            return self.in_tuple[0](x * self.scale) + self.by_name["x"](x) + self.shift

    return Block


def test_weights_come_in_keras_order(block):
    layer = block(name="b")
    layer(X)
    assert [w.path for w in layer.weights] == [
        "b/scale", "b/shift",
        "b/linear/kernel", "b/linear/bias", "counter/count",
        "b/linear_1/kernel", "b/linear_1/bias", "counter_1/count",
        "b/linear_2/kernel", "b/linear_2/bias",
        "b/linear_3/kernel", "b/linear_3/bias",
    ]  # fmt: skip
    assert [w.path for w in layer.non_trainable_weights] == [
        "b/shift", "counter/count", "counter_1/count",
    ]  # fmt: skip
    assert layer.count_params() == sum(w.size for w in layer.weights)


def test_trainable_reaches_every_sublayer(block):
    layer = block()
    layer(X)
    count = len(layer.trainable_weights)
    layer.trainable = False
    assert layer.trainable_weights == []
    assert all(not inner.trainable for inner in layer.pairs)
    assert len(layer.non_trainable_weights) == len(layer.weights)
    layer.trainable = True
    assert len(layer.trainable_weights) == count
    layer.pairs[0].trainable = False
    assert len(layer.trainable_weights) == count - 2


def test_a_layer_made_frozen_has_no_trainable_weights(parts):
    layer = parts.Linear(2, trainable=False)
    layer(X)
    assert layer.trainable_weights == []
    assert len(layer.weights) == 2


def test_get_and_set_weights(parts):
    layer = parts.Linear(2)
    layer(X)
    values = [np.full((5, 2), 3.0, "float32"), np.zeros(2, "float32")]
    layer.set_weights(values)
    np.testing.assert_array_equal(layer(X), np.full((2, 2), 15.0))
    layer.get_weights()[0][:] = 0  # a copy
    np.testing.assert_array_equal(layer.get_weights()[0], values[0])


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([np.zeros((5, 2))], "has 2 weights, but set_weights got 1"),
        ([np.zeros((5, 2)), np.zeros(3)], "'linear/bias' has shape \\(2,\\), but set_weights got"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(parts, weights, said):
    layer = parts.Linear(2)
    layer(X)
    with pytest.raises(ShapeError, match=said):
        layer.set_weights(weights)
    np.testing.assert_array_equal(layer.get_weights()[0], np.ones((5, 2)))


def test_unbuilt_layers_say_so(parts):
    layer = parts.Linear(2)
    assert layer.weights == []
    with pytest.raises(NotBuiltError, match="it is not built"):
        layer.count_params()
    with pytest.raises(ShapeError, match="It is not built yet"):
        layer.set_weights([np.zeros((5, 2)), np.zeros(2)])


@pytest.mark.parametrize(
    "make",
    [
        lambda layer: layer.add_weight("w", [2, 3], initializer="ones"),
        lambda layer: layer.add_weight("w", (2, 3), None, "ones"),
        lambda layer: layer.add_weight((2, 3), "ones", name="w"),
        lambda layer: layer.add_weight(shape=(2, 3), initializer="ones", name="w"),
        lambda layer: layer.add_weight(shape=(2, 3), initializer=np.ones, name="w"),
        lambda layer: layer.add_variable((2, 3), "ones", name="w"),
        lambda layer: layer.add_weight(shape=(2, 3), initializer=1.0, name="w"),
    ],
)
def test_add_weight_takes_both_orders(make):
    layer = Layer(name="l")
    weight = make(layer)
    assert (weight.path, weight.shape, weight.dtype) == ("l/w", (2, 3), np.float32)
    np.testing.assert_array_equal(weight.numpy(), np.ones((2, 3)))
    assert layer.weights == [weight]


def test_add_weight_in_the_constructor(parts):
    class Early(Layer):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight("w", [5, 1], initializer="ones")

        def call(self, inputs):
            return inputs @ self.w

    np.testing.assert_array_equal(Early()(X), np.full((2, 1), 5.0))


def test_a_size_that_is_not_known_is_refused():
    with pytest.raises(ShapeError, match=r"shape \(None, 3\): a size is not known"):
        Layer().add_weight(shape=(None, 3))


def test_variables_in_attributes_are_weights():
    class Free(Layer):
        def __init__(self):
            super().__init__()
            self.w = Variable(np.ones(2, "float32"), name="w")
            self.more = [Variable(np.ones(3, "float32"), trainable=False, name="m")]

    layer = Free()
    assert [w.name for w in layer.weights] == ["w", "m"]
    assert [w.name for w in layer.trainable_weights] == ["w"]


def test_counters_of_random_layers_are_variables_but_no_weights():
    class Noisy(Layer):
        def __init__(self):
            super().__init__()
            self.seed = SeedGenerator(1)

    layer = Noisy()
    assert layer.weights == []
    assert len(layer.variables) == len(layer.non_trainable_variables) == 1


def test_what_is_replaced_or_deleted_is_forgotten(parts):
    layer = Layer()
    first, second = parts.Linear(1), parts.Linear(1)
    layer.inner, layer.again = first, first
    layer.inner = second
    assert layer._layers == [first, second]  # still held under the other name
    del layer.again
    assert layer._layers == [second]
    layer.many = [first]
    layer.many.pop()
    layer.by_name = {"a": first}
    layer.by_name.clear()
    assert layer._layers == [second]


def test_containers_behave_as_theirs_do(parts):
    layer = Layer()
    layer.items, layer.names, layer.bag = [1, [2]], {"a": 1}, {1}
    layer.items += [3]
    layer.items[1].append(4)
    layer.items[0:1] = [7, 8]
    del layer.items[-1]
    layer.names.update(b=2)
    layer.names.setdefault("c", 3)
    layer.bag.update([5])
    assert (layer.items, layer.names, layer.bag) == (
        [7, 8, [2, 4]], {"a": 1, "b": 2, "c": 3}, {1, 5},
    )  # fmt: skip


def test_a_built_layer_takes_no_new_parts(parts):
    class Late(Layer):
        def call(self, inputs):
            return inputs @ self.add_weight(shape=(5, 1), initializer="ones", name="w")

    class LateLayer(parts.Linear):
        def call(self, inputs):
            self.extra = parts.Linear(1)
            return inputs

    with pytest.raises(ValueError, match=r"is built, so it takes no new weights.*Linear 'linear"):
        LateLayer(1)(X)
    layer = Late()
    assert layer(X).shape == (2, 1)


def test_a_constructor_that_forgets_super_is_told(parts):
    class Forgetful(Layer):
        def __init__(self):
            self.units = 3

    with pytest.raises(RuntimeError, match="did not call super"):
        Forgetful()(X)


def test_initial_weights_may_be_given(parts):
    layer = parts.Linear(1, weights=[np.zeros((5, 1)), np.full(1, 2.0)])
    np.testing.assert_array_equal(layer(X), np.full((2, 1), 2.0))


def test_penalties_and_losses_add_up(parts):
    class Penalised(Layer):
        def __init__(self):
            super().__init__()
            self.inner = parts.Linear(2, regularizer=lambda w: (w * w).sum())

        def call(self, inputs):
            self.add_loss(inputs.sum())
            return self.inner(inputs)

    layer = Penalised()
    layer(X)
    layer(X)  # losses are those of the last call
    assert [float(x) for x in layer.losses] == [10.0, 10.0]
    layer.add_loss(lambda: 4.0)
    assert [float(x) for x in layer.losses] == [10.0, 4.0, 10.0]
    layer.trainable = False
    assert [float(x) for x in layer.losses] == [10.0, 4.0]


def test_activity_is_penalised_per_sample(parts):
    layer = parts.Linear(1, activity_regularizer=lambda y: y.sum())
    layer(X)
    assert float(layer.losses[0]) == 6.0


def test_a_metric_of_a_layer_is_a_mean():
    class Measured(Layer):
        def call(self, inputs):
            self.add_metric(inputs.sum(), name="total")
            return inputs

    layer = Measured()
    layer(X)
    layer(3 * X)
    (metric,) = layer.metrics
    assert (metric.name, float(metric.result())) == ("total", 20.0)


def test_stateless_call_leaves_the_layer_alone(parts):
    layer = parts.Counter()
    layer(X, training=True)
    outputs, after = layer.stateless_call([], [np.float32(7.0)], X, training=True)
    assert float(after[0]) == 8.0
    assert float(layer.count.numpy()) == 1.0
    np.testing.assert_array_equal(outputs, X)


def test_a_variable_is_taken_from_a_list_as_an_object():
    class Holder(Layer):
        def __init__(self):
            super().__init__()
            self.held = [Variable(np.zeros(2, "float32"), name=n) for n in "abc"]

    for in_trace in (False, True):
        layer = Holder()
        b = layer.held[1]
        with Trace("test") if in_trace else contextlib.nullcontext():
            layer.held.remove(b)
        assert [v.name for v in layer.held] == ["a", "c"]
        assert [v.name for v in layer.weights] == ["a", "c"]
    layer.numbers = [1, 2, 3]
    layer.numbers.remove(2)
    assert layer.numbers == [1, 3]


def test_layers_that_two_hold_are_visited_once():
    """Ways to the innermost double with each pair that shares what it holds."""
    visits = []

    class Holder(Layer):
        def __init__(self, *inner):
            super().__init__()
            self.inner = inner

        @property
        def _parts(self):
            visits.append(self)
            return self.__dict__["_parts"]

        @_parts.setter
        def _parts(self, parts):
            self.__dict__["_parts"] = parts

    held = Layer()
    weight = held.add_weight(name="w", shape=(), initializer="zeros")
    for _ in range(8):
        held = Holder(Holder(held), Holder(held))
    visits.clear()
    assert held.weights == [weight]
    assert len(held._flatten_layers()) == 3 * 8 + 1
    assert len(visits) < 10 * 3 * 8
