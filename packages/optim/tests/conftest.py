"""What the tests of training's parts share: a fixed start, and steps traced into programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from cornu import Sequential, ops
from cornu.base import Layer
from cornu.base.naming import reset_names
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace


@pytest.fixture(autouse=True)
def fresh_names() -> None:
    """Start the counters of names again."""
    reset_names()


def traced(function: Callable[..., Any], *examples: np.ndarray) -> Callable[..., Any]:
    """Return `function` as a program, run as the reference runs it."""
    with Trace("test") as trace:
        nodes = [
            trace.input(f"x{i}", np.shape(x), np.asarray(x).dtype) for i, x in enumerate(examples)
        ]
        result = function(*nodes)
    results: Sequence[Any] = () if result is None else (result,)
    run = ReferenceExecutable(build_program("test", trace, list(results)))

    def call(*arrays: np.ndarray) -> Any:
        outputs = run(*arrays)
        return outputs[0] if results else None

    return call


@pytest.fixture(params=["eager", "traced"])
def runner(request: pytest.FixtureRequest) -> Callable[..., Callable[..., Any]]:
    """Return what makes a step of a function: the function itself, or a program of it."""
    if request.param == "eager":
        return lambda function, *examples: function
    return traced


@pytest.fixture
def as_program() -> Callable[..., Callable[..., Any]]:
    """Return what makes a program of a function and examples of its arguments."""
    return traced


BATCHES = 3


@pytest.fixture
def accumulate() -> Callable[..., np.ndarray]:
    """Return what gives a metric its data in three batches and returns its result."""

    def run(metric: Any, data: Sequence[np.ndarray], runner: Any, weight: Any = None) -> Any:
        arrays = (*data, weight) if weight is not None else data
        parts = list(zip(*(np.split(a, BATCHES) for a in arrays), strict=True))
        metric.update_state(*parts[0])  # whatever the first batch makes is there before a trace
        metric.reset_state()
        step = runner(metric.update_state, *parts[0])
        for part in parts:
            step(*part)
        return np.asarray(metric.result())

    return run


class Affine(Layer):
    """Enough of a layer to train."""

    def __init__(self, units: int, function: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.function = units, function

    def build(self, input_shape: Any) -> None:
        def draw(shape: Any, dtype: Any = None) -> np.ndarray:
            return np.random.default_rng(3).normal(0, 0.3, shape).astype(dtype)

        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, initializer=draw, name="kernel")

    def call(self, inputs: Any) -> Any:
        outputs = ops.matmul(inputs, self.kernel)
        return outputs if self.function is None else self.function(outputs)


@pytest.fixture
def net() -> Callable[..., Any]:
    """Return what makes a model of three inputs and one output, compiled."""

    def make(optimizer: Any = "sgd", function: Any = None, **options: Any) -> Any:
        model = Sequential([Affine(4, function, name="first"), Affine(1, name="last")], name="net")
        model.build((None, 3))
        model.compile(optimizer, "mse", backend="reference", **options)
        return model

    return make


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    """Forty samples for it."""
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    return x, x.sum(axis=1, keepdims=True)
