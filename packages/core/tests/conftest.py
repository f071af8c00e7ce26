"""Layers that need nothing but core, for the tests of layers."""

from __future__ import annotations

import types

import numpy as np
import pytest

from cornu import ops
from cornu.base import Layer
from cornu.base.naming import reset_names
from cornu.plugins import registry


class Linear(Layer):
    """`x @ kernel + bias`, with weights of one."""

    def __init__(self, units, regularizer=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.regularizer = regularizer

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer=np.ones, name="kernel",
            regularizer=self.regularizer,
        )  # fmt: skip
        self.bias = self.add_weight(shape=(self.units,), initializer=np.ones, name="bias")

    def call(self, inputs):
        return inputs @ self.kernel + self.bias


class Counter(Layer):
    """Counts its calls in training, in a weight that is not trained."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.count = self.add_weight(shape=(), initializer=np.zeros, trainable=False, name="count")

    def call(self, inputs, training=None):
        if training:
            self.count.assign(self.count + 1.0)
        return inputs


class Gate(Layer):
    """Masks what is zero."""

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0)

    def call(self, inputs):
        return inputs * 1.0


class MaskedSum(Layer):
    """Sums what the mask lets through; remembers whether there was one."""

    def call(self, inputs, mask=None):
        self.__dict__["saw_mask"] = mask is not None
        if mask is None:
            return ops.sum(inputs, axis=1)
        return ops.sum(ops.where(mask, inputs, 0.0), axis=1)


@pytest.fixture(autouse=True)
def a_backend(monkeypatch):
    """Core alone runs its tests by the definitions of the primitives."""
    if "numpy" not in registry.names("backend"):
        monkeypatch.setenv("CORNU_BACKEND", "reference")


@pytest.fixture
def parts():
    """The layers, with names that start from the beginning."""
    reset_names()
    return types.SimpleNamespace(Linear=Linear, Counter=Counter, Gate=Gate, MaskedSum=MaskedSum)
