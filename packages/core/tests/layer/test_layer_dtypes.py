"""Layers that compute in another dtype than that of their weights."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu.base import Layer
from cornu_engine.gradients import gradients
from cornu_engine.trace import Trace


class Scaled(Layer):
    def __init__(self, autocast_weight=True, **kwargs):
        super().__init__(**kwargs)
        self.autocast_weight = autocast_weight

    def build(self, input_shape):
        self.scale = self.add_weight(
            shape=input_shape[-1:], initializer="ones", autocast=self.autocast_weight, name="scale"
        )

    def call(self, inputs):
        return inputs * self.scale


@pytest.mark.parametrize(
    ("dtype", "autocast_weight", "expected"),
    [
        ("float32", True, "float32"),
        ("float16", True, "float16"),
        ("float64", True, "float64"),
        ("mixed_float16", True, "float16"),
        ("mixed_float16", False, "float32"),
    ],
)
def test_weights_are_taken_in_the_dtype_of_computation(dtype, autocast_weight, expected):
    layer = Scaled(autocast_weight, dtype=dtype)
    assert layer(np.ones((2, 3))).dtype == expected
    assert layer(cornu.Input((3,))).dtype == expected
    assert layer.scale.dtype == layer.variable_dtype


def test_a_layer_inside_computes_in_its_own_dtype():
    class Outer(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Scaled(dtype="float32")

        def call(self, inputs):
            return self.inner(inputs)

    assert Outer(dtype="mixed_float16")(np.ones((2, 3))).dtype == "float32"


def test_gradients_reach_weights_that_are_cast():
    layer = Scaled(dtype="mixed_float16")
    layer.build((None, 3))
    with Trace("train") as trace:
        out = layer(trace.input("x", (2, 3), "float32"))
        (slope,) = gradients([out.sum()], [layer.scale.value])
    assert slope.dtype == "float32"
