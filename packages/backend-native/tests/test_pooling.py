"""Pooling of any geometry, against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_ops import pooling

GEOMETRIES = {
    "halves": ((2, 8, 8, 5), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "overlapping": ((2, 9, 7, 3), (3, 3), (2, 2), ((1, 1), (1, 1))),
    "a rest": ((1, 7, 9, 70), (2, 3), (2, 3), ((0, 0), (0, 0))),
    "gaps": ((2, 11, 3), (2,), (3,), ((0, 1),)),
    "one-sided": ((3, 10, 2), (4,), (1,), ((3, 0),)),
    "three axes": ((1, 4, 5, 6, 2), (2, 2, 3), (2, 1, 2), ((0, 0), (1, 0), (1, 1))),
    "many elements": ((1, 20, 20, 2), (17, 17), (1, 1), ((0, 0), (0, 0))),
}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("pool", [pooling.max_pool, pooling.avg_pool], ids=["max", "avg"])
def test_pools_and_their_gradients(agree, geometry, dtype, pool):
    shape, size, strides, padding = GEOMETRIES[geometry]
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)

    def both(x):
        y = pool(x, size=size, strides=strides, padding=padding)
        return [y, *gradients([y * y], [x])]

    agree(both, x)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_whole_numbers(agree, dtype):
    x = np.random.default_rng(0).integers(0, 100, (2, 6, 6, 3)).astype(dtype)
    attrs = {"size": (3, 3), "strides": (1, 2), "padding": ((1, 1), (0, 0))}
    agree(lambda x: [pooling.max_pool(x, **attrs)], x)


def test_what_is_no_number_wins_and_the_first_of_equals(agree):
    x = np.float32([[1, np.nan, 3, 3, -np.inf, -np.inf, 0, -0.0]]).reshape(1, 8, 1)
    attrs = {"size": (2,), "strides": (2,), "padding": ((0, 0),)}
    agree(lambda x: [pooling.max_pool(x, **attrs), pooling.max_pool_winners(x, **attrs)], x)
