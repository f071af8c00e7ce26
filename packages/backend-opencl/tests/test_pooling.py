"""Pooling and its gradients against their definitions, on both schedules."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_ops.pooling import avg_pool, max_pool

# input, size, strides, padding
CASES = {
    "1d": ((2, 9, 3), (2,), (2,), ((0, 0),)),
    "2d": ((2, 6, 8, 20), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "2d-overlapping": ((2, 7, 7, 16), (3, 3), (2, 2), ((1, 1), (0, 1))),
    "2d-gaps": ((1, 7, 8, 5), (2, 1), (3, 2), ((0, 0), (0, 0))),
    "3d": ((1, 4, 5, 4, 2), (2, 2, 2), (1, 2, 2), ((0, 1), (0, 0), (1, 1))),
}


def _both(x, g, *, pool, **attrs):
    y = pool(x, **attrs)
    return y, *gradients([y], [x], [g])


@pytest.mark.parametrize("pool", [max_pool, avg_pool], ids=["max", "avg"])
@pytest.mark.parametrize("name", CASES)
def test_pooling_and_gradient(agree, backend, pool, name):
    shape, size, strides, padding = CASES[name]
    attrs = {"size": size, "strides": strides, "padding": padding}
    rng = np.random.default_rng(0)
    x = rng.integers(-4, 4, shape).astype("float32")  # with ties: the first of equals wins
    g = rng.normal(size=pool(x, **attrs).shape).astype("float32")
    agree(partial(_both, pool=pool, **attrs), x, g, backend=backend)


def test_a_window_with_nan_is_nan(agree, backend):
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    x[0, 1, 2, 0] = np.nan
    attrs = {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}
    agree(partial(max_pool, **attrs), x, backend=backend)
