"""Names of layers, what keeps what alive, and errors that name a layer."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer, Optimizer
from cornu.base.metric import Mean

X = np.ones((2, 5), "float32")


def test_names_are_numbered_and_checked(parts):
    names = [parts.Linear(1).name for _ in range(3)]
    assert names == ["linear", "linear_1", "linear_2"]
    with pytest.raises(ValueError, match="without '/'"):
        parts.Linear(1, name="a/b")
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        parts.Linear(1, unitz=3)


def test_a_layer_is_freed_without_the_collector(parts):
    def used():
        layer = parts.Linear(2)
        layer(X)
        layer(cornu.Input((5,)))
        return layer

    gc.collect()
    gc.disable()
    try:
        layer = used()
        alive = [weakref.ref(layer), weakref.ref(layer.kernel)]
        del layer
        assert all(r() is None for r in alive)
    finally:
        gc.enable()


def test_a_layer_keeps_its_calls_though_nobody_keeps_the_tensors(parts):
    layer = parts.Linear(2)
    layer(cornu.Input((5,)))
    assert (layer.input_shape, layer.output_shape) == ((None, 5), (None, 2))
    assert layer.output is not None
    with pytest.raises(AttributeError, match="never been called"):
        _ = parts.Linear(2).output


def test_a_shared_layer_knows_each_call(parts):
    layer = parts.Linear(2)
    a, b = cornu.Input((5,)), cornu.Input((3, 5))
    x, y = layer(a), layer(b)
    assert layer.get_output_at(0) is x
    assert layer.get_output_at(1) is y
    assert layer.get_input_at(1) is b
    assert layer.get_input_shape_at(1) == (None, 3, 5)
    assert layer.get_output_shape_at(1) == (None, 3, 2)
    assert layer.output is x
    with pytest.raises(ValueError, match="called 2 time"):
        layer.get_output_at(2)


def test_errors_of_build_name_the_layer():
    class Fragile(Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(int(input_shape[-1]), 2), name="kernel")

        def call(self, inputs):
            return ops.matmul(inputs, self.kernel)

    with pytest.raises(TypeError) as caught:
        Fragile(name="fragile")([cornu.Input((3,)), cornu.Input((4,))])
    told = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    assert '"fragile" (Fragile) was being built for [(None, 3), (None, 4)]' in told
    assert "These are 2 values; if the layer takes one, join them first" in told


def test_a_layer_that_returns_nothing():
    class Forgetful(Layer):
        def call(self, inputs):
            ops.exp(inputs)

    with pytest.raises(
        TypeError, match=r'^Layer "forgetful" \(Forgetful\) must .* returned None\.'
    ):
        Forgetful(name="forgetful")(cornu.Input((3,)))


class Knows(Layer):
    """A layer that keeps whom it is told of."""

    def __init__(self, inner, parent=None):
        super().__init__()
        self.parent = parent
        self.inner = inner

    def call(self, x):
        return self.inner(x)


class Whole(cornu.Model):
    def __init__(self, *members):
        super().__init__()
        self.members = list(members)

    def call(self, x):
        for member in self.members:
            x = member(x)
        return x


def holds_itself(parts):
    layer = Knows(parts.Linear(5))
    layer.me = layer
    return Whole(layer)


def holds_itself_in_containers(parts):
    layer = Knows(parts.Linear(5))
    layer.everyone, layer.named = [layer], {"me": layer}
    return Whole(layer)


def two_that_hold_each_other(parts):
    a, b = Knows(parts.Linear(5)), Knows(parts.Linear(5))
    a.other, b.other = b, a
    return Whole(a, b)


def a_part_that_holds_its_model(parts):
    model = Whole()
    model.members.append(Knows(parts.Linear(5), parent=model))
    return model


def a_model_that_holds_itself(parts):
    model = Whole(parts.Linear(5))
    model.me = model
    return model


class Descent(Optimizer):
    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, gradient * learning_rate)


def squares(y_true, y_pred):
    return ops.mean((y_pred - y_true) ** 2, axis=-1)


@pytest.mark.parametrize(
    ("make", "weights"),
    [
        (holds_itself, 2),
        (holds_itself_in_containers, 2),
        (two_that_hold_each_other, 4),
        (a_part_that_holds_its_model, 2),
        (a_model_that_holds_itself, 2),
    ],
)
def test_parts_may_hold_those_that_hold_them(parts, make, weights):
    model = make(parts)
    model.compile(Descent(0.01), squares, backend="reference")
    model.fit(X, X, verbose=0)
    assert len(model.weights) == len(model.trainable_weights) == weights
    assert [metric.name for metric in model.metrics] == ["loss"]
    assert model.losses == []
    model.trainable = False
    assert not any(v.trainable for v in model.weights)
    model.trainable = True
    assert len(model.trainable_weights) == weights


def test_metrics_of_parts_that_hold_each_other_are_each_listed_once(parts):
    a, b = Knows(parts.Linear(5)), Knows(parts.Linear(5))
    a.other, b.other = b, a
    a.mean, b.mean = Mean(name="a"), Mean(name="b")
    assert [m.name for m in a.metrics] == ["a", "b"]
    assert [m.name for m in b.metrics] == ["b", "a"]
