"""Convolutions and their gradients against their definitions, on both schedules."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_ops.convolution import convolution

# input, kernel, strides, padding, dilation, groups
CASES = {
    "1d": ((2, 9, 3), (3, 3, 5), (1,), ((0, 0),), (1,), 1),
    "1d-strided-padded": ((2, 9, 3), (4, 3, 20), (2,), ((1, 2),), (1,), 1),
    "2d": ((2, 17, 16, 1), (3, 3, 1, 32), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "2d-same": ((3, 5, 7, 4), (3, 3, 4, 48), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    "2d-strided": ((2, 9, 8, 3), (2, 3, 3, 7), (2, 3), ((0, 1), (1, 1)), (1, 1), 1),
    "2d-dilated": ((1, 9, 9, 2), (3, 2, 2, 17), (1, 1), ((2, 2), (0, 0)), (2, 3), 1),
    "2d-groups": ((2, 6, 6, 4), (3, 3, 2, 6), (1, 1), ((1, 1), (1, 1)), (1, 1), 2),
    "2d-depthwise": ((2, 6, 5, 3), (2, 2, 1, 6), (2, 1), ((0, 0), (1, 0)), (1, 1), 3),
    "2d-single": ((2, 4, 4, 8), (1, 1, 8, 33), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "3d": ((1, 4, 5, 3, 2), (2, 2, 2, 2, 4), (1, 2, 1), ((0, 0), (1, 0), (1, 1)), (1, 1, 1), 1),
}


def _all(x, kernel, g, **attrs):
    """The result with an epilogue, and both gradients."""
    y = convolution(x, kernel, **attrs)
    slopes = gradients([y], [x, kernel], [g])
    return p.maximum(y, 0.0) + 1.0, *slopes


@pytest.mark.parametrize("name", CASES)
def test_convolution_and_gradients(agree, backend, name):
    shape, window, strides, padding, dilation, groups = CASES[name]
    attrs = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
    draw = np.random.default_rng(0).normal
    x, kernel = (draw(size=s).astype("float32") for s in (shape, window))
    g = draw(size=convolution(x, kernel, **attrs).shape).astype("float32")
    agree(partial(_all, **attrs), x, kernel, g, backend=backend)
