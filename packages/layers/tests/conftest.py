"""What the tests of all layers share: a fixed start, and derivatives against finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import tree
from cornu.base.naming import reset_names
from cornu.testing import check_grads
from cornu_engine.trace import current_trace


@pytest.fixture(autouse=True)
def fresh_start() -> None:
    """Fix the seed and the counters of layer names."""
    reset_names()
    cornu.set_seed(0)


@pytest.fixture
def check_layer_grads() -> Callable[..., None]:
    """Return a check of a float64 layer's derivatives by its inputs and weights."""
    return _check_layer_grads


def _check_layer_grads(layer: Any, inputs: Any, seed: int = 0, **kwargs: Any) -> None:
    layer(inputs, **{k: v for k, v in kwargs.items() if k != "training"})
    rng = np.random.default_rng(seed)
    for weight in layer.weights:
        values = rng.normal(size=weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values * 0.7)
    weights = layer.trainable_weights
    flat = tree.flatten(inputs)

    def run(*values: Any) -> tuple[Any, ...]:
        trace = current_trace()
        for weight, value in zip(weights, values[len(flat) :], strict=True):
            trace.assign(weight, value)
        outputs = layer(tree.pack_sequence_as(inputs, values[: len(flat)]), **kwargs)
        return tuple(tree.flatten(outputs))

    check_grads(run, [*flat, *(w.numpy() for w in weights)], rtol=1e-4, atol=1e-5)
