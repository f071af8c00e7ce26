"""Convolutions of each channel by itself, and their gradients, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_ops.depthwise import depthwise, depthwise_kernel_grad

# input, window, strides, padding, dilation
GEOMETRIES = {
    "same": ((2, 9, 8, 16), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "channels that fill no vector": ((2, 5, 19, 37), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    "fewer channels than a vector": ((2, 6, 7, 3), (2, 3), (1, 1), ((0, 1), (1, 1)), (1, 1)),
    "one channel": ((2, 6, 7, 1), (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    "strided": ((2, 11, 9, 20), (3, 2), (2, 3), ((1, 0), (0, 1)), (1, 1)),
    "strides beyond the window": ((2, 11, 17), (2,), (5,), ((0, 0),), (1,)),
    "dilated": ((1, 12, 14, 18), (3, 3), (1, 1), ((2, 2), (1, 1)), (2, 3)),
    "sequence": ((3, 20, 32), (5,), (1,), ((4, 0),), (1,)),
    "volume": ((1, 5, 6, 7, 17), (2, 3, 2), (1, 2, 1), ((0, 1), (1, 1), (0, 0)), (1, 1, 2)),
    "more padding than window": ((1, 5, 5, 16), (2, 2), (1, 1), ((3, 2), (2, 4)), (1, 1)),
    "many taps": ((1, 9, 9, 16), (5, 7), (1, 1), ((2, 2), (3, 3)), (1, 1)),
    "no images": ((0, 9, 9, 16), (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_depthwise_convolutions_and_their_gradients(agree, geometry, dtype):
    shape, window, strides, padding, dilation = GEOMETRIES[geometry]
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(dtype)
    kernel = rng.normal(size=(*window, shape[-1])).astype(dtype)
    attrs = {"strides": strides, "padding": padding, "dilation": dilation}

    def all_three(x, kernel):
        y = depthwise(x, kernel, **attrs)
        return [y, *gradients([y * y], [x, kernel])]

    agree(all_three, x, kernel, tolerance=1e-2 if dtype == "float16" else None)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "int64", "uint64"])
def test_integers_wrap_as_their_definition_has_it(agree, dtype):
    rng = np.random.default_rng(0)
    most = np.iinfo(dtype).max
    x = rng.integers(0, most, (1, 6, 6, 9), dtype)
    kernel = rng.integers(0, most, (3, 3, 9), dtype)
    attrs = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}

    def both(x, kernel):
        y = depthwise(x, kernel, **attrs)
        return [y, depthwise_kernel_grad(x, y, size=(3, 3), **attrs)]

    agree(both, x, kernel)


def test_the_number_of_threads_changes_no_bit(native):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 20, 20, 40)).astype("float32")
    kernel = rng.normal(size=(3, 3, 40)).astype("float32")
    attrs = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}

    def both(x, kernel):
        y = depthwise(x, kernel, **attrs)
        return [y, *gradients([y * y], [x, kernel])]

    first = native(both, [x, kernel], threads=1)
    for threads in (2, 3, 4):
        for one, other in zip(first, native(both, [x, kernel], threads=threads), strict=True):
            assert one.tobytes() == other.tobytes()
