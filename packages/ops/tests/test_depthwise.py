"""Convolution of each channel by itself: values, and derivatives by finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu_engine.errors import ShapeError
from cornu_ops.convolution import convolution
from cornu_ops.depthwise import depthwise, depthwise_kernel_grad
from cornu_ops.testing.gradients import check_grads

RNG = np.random.default_rng(0)
CASES = [
    ((7,), (3,), (1,), ((1, 1),), (1,)),
    ((7,), (3,), (2,), ((0, 2),), (1,)),
    ((8,), (2,), (3,), ((0, 0),), (1,)),  # elements at the end that no window meets
    ((9,), (3,), (1,), ((4, 0),), (2,)),
    ((5,), (2,), (1,), ((3, 3),), (1,)),  # more padding than the window reaches
    ((5, 6), (3, 2), (1, 1), ((1, 1), (0, 1)), (1, 1)),
    ((5, 6), (3, 3), (2, 2), ((1, 0), (1, 1)), (1, 1)),
    ((5, 4, 3), (2, 2, 2), (1, 1, 1), ((0, 1), (0, 0), (1, 0)), (1, 1, 1)),
]


def operands(sizes, window, channels=3):
    return RNG.normal(size=(2, *sizes, channels)), RNG.normal(size=(*window, channels))


@pytest.mark.parametrize(("sizes", "window", "strides", "padding", "dilation"), CASES)
def test_values(sizes, window, strides, padding, dilation):
    x, kernel = operands(sizes, window)
    attrs = {"strides": strides, "padding": padding, "dilation": dilation}
    expected = convolution(x, kernel[..., None, :], groups=3, **attrs)
    np.testing.assert_allclose(depthwise(x, kernel, **attrs), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("sizes", "window", "strides", "padding", "dilation"), CASES)
def test_derivatives(sizes, window, strides, padding, dilation):
    def function(x, kernel):
        return depthwise(x, kernel, strides=strides, padding=padding, dilation=dilation)

    check_grads(function, operands(sizes, window), order=2)


def test_against_numpy():
    x, kernel = operands((9,), (4,))
    found = ops.depthwise_conv(x, kernel[..., None])
    for sample, channel in np.ndindex(2, 3):
        expected = np.correlate(x[sample, :, channel], kernel[:, channel], mode="valid")
        np.testing.assert_allclose(found[sample, :, channel], expected, rtol=1e-12)


def test_of_no_samples():
    assert ops.depthwise_conv(np.ones((0, 4, 2)), np.ones((3, 2, 1))).shape == (0, 2, 2)


@pytest.mark.parametrize(("sizes", "window", "strides", "padding", "dilation"), CASES)
def test_derivatives_of_the_gradient_by_the_kernel(sizes, window, strides, padding, dilation):
    x, kernel = operands(sizes, window)
    attrs = {"strides": strides, "padding": padding, "dilation": dilation}

    def function(x, g):
        return depthwise_kernel_grad(x, g, size=window, **attrs)

    check_grads(function, (x, depthwise(x, kernel, **attrs)), order=2)


def test_operands_that_do_not_fit_are_named():
    x, attrs = np.ones((1, 4, 2)), {"strides": (1,), "padding": ((0, 0),), "dilation": (1,)}
    with pytest.raises(ShapeError, match="inputs have 2 channels, the kernel 1"):
        depthwise(x, np.ones((3, 1)), **attrs)
    with pytest.raises(ShapeError, match=r"has shape \(1, 1, 2\); it must be theirs, \(1, 2, 2\)"):
        depthwise_kernel_grad(x, np.ones((1, 1, 2)), size=(3,), **attrs)
