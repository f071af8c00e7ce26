"""The smallest parts that training needs, so that core's loop is tested with core alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cornu import ops
from cornu.base import Layer, Optimizer
from cornu.base.loss import LossFunctionWrapper
from cornu.models.sequential import Sequential
from cornu_engine.backend import Backend
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_ops.crossentropy import CLASS_NUMBERS, EACH_UNIT, ONE_HOT
from cornu_ops.targets import SameShape, takes


class Dense(Layer):
    def __init__(self, units: int, activation: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.activation = activation

    def build(self, input_shape: Any) -> None:
        def draw(shape: Any, dtype: Any = None) -> np.ndarray:
            return np.random.default_rng(len(self.name)).normal(0, 0.3, shape).astype(dtype)

        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer=draw, name="kernel"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        outputs = ops.matmul(inputs, self.kernel) + self.bias
        return outputs if self.activation is None else self.activation(outputs)


class SGD(Optimizer):
    elementwise = True

    def __init__(self, learning_rate: float = 0.1, **kwargs: Any) -> None:
        super().__init__(learning_rate, **kwargs)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        self.assign_sub(variable, gradient * learning_rate)


class ReferenceBackend(Backend):
    name = "reference"

    def compile(self, program: Any) -> Any:
        return ReferenceExecutable(program)


@takes(SameShape())
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.square(y_pred - y_true), axis=-1)


@takes(CLASS_NUMBERS)
def sparse_categorical_crossentropy(y_true: Any, y_pred: Any) -> Any:
    return ops.sparse_categorical_crossentropy(y_true, y_pred)


@takes(ONE_HOT)
def categorical_crossentropy(y_true: Any, y_pred: Any) -> Any:
    return ops.categorical_crossentropy(y_true, y_pred)


@takes(EACH_UNIT)
def binary_crossentropy(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.binary_crossentropy(y_true, y_pred), axis=-1)


@pytest.fixture
def parts() -> SimpleNamespace:
    """Layers, an optimizer, losses and a backend."""
    return SimpleNamespace(
        Dense=Dense,
        SGD=SGD,
        Sequential=Sequential,
        backend=ReferenceBackend(),
        mse=LossFunctionWrapper(mean_squared_error, name="mse"),
        sparse=LossFunctionWrapper(sparse_categorical_crossentropy, name="sparse"),
        categorical=LossFunctionWrapper(categorical_crossentropy, name="categorical"),
        binary=LossFunctionWrapper(binary_crossentropy, name="binary"),
    )


@pytest.fixture
def line(parts: SimpleNamespace) -> Any:
    """A compiled model of two inputs and one output."""
    model = parts.Sequential([parts.Dense(1)], name="line")
    model.build((None, 2))
    model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
    return model


@pytest.fixture
def points() -> tuple[np.ndarray, np.ndarray]:
    """Fifty points on a plane."""
    x = np.random.default_rng(0).normal(size=(50, 2)).astype("float32")
    return x, x @ np.float32([[2.0], [-1.0]]) + 0.5
