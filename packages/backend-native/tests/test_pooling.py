"""Pooling of any geometry, against its definition."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.errors import BackendError, ShapeError
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


def test_windows_in_more_axes_than_three_are_refused(native):
    x, four = np.ones((1, 3, 3, 3, 3, 2), "float32"), (2,) * 4
    attrs = {"strides": (1,) * 4, "padding": ((0, 0),) * 4}
    with pytest.raises(BackendError, match="windows in up to 3 axes, 'max_pool' has one in 4"):
        native(lambda x: [pooling.max_pool(x, size=four, **attrs)], [x])


def test_winners_and_values_are_of_one_shape():
    attrs = {"shape": (1, 4, 2), "size": (2,), "strides": (2,), "padding": ((0, 0),)}
    with pytest.raises(ShapeError, match="they must be equal"):
        pooling.max_unpool(np.zeros((1, 2, 2), "uint8"), np.ones((1, 2, 1), "float32"), **attrs)
