"""Names of layers, what keeps what alive, and errors that name a layer."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer

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
