"""Convolutions of any geometry and their gradients, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu_backend_native.settings import limits
from cornu_engine.gradients import gradients
from cornu_ops.convolution import convolution, convolution_input_grad, convolution_kernel_grad

# input, window and filters, strides, padding, dilation, groups
GEOMETRIES = {
    "same": ((2, 9, 8, 5), (3, 3, 7), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    "valid": ((2, 9, 8, 16), (3, 3, 32), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "wide": ((1, 6, 29, 3), (3, 3, 40), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    "strided": ((2, 11, 9, 4), (3, 2, 6), (2, 3), ((1, 0), (0, 1)), (1, 1), 1),
    "strides beyond the window": ((2, 11, 3), (2, 4), (5,), ((0, 0),), (1,), 1),
    "dilated": ((2, 12, 12, 4), (3, 3, 6), (1, 1), ((2, 2), (1, 1)), (2, 1), 1),
    "dilated along lines": ((2, 12, 12, 4), (3, 3, 6), (2, 1), ((0, 0), (0, 0)), (1, 3), 1),
    "groups": ((2, 8, 8, 6), (3, 3, 12), (1, 2), ((1, 1), (1, 1)), (1, 1), 3),
    "one by one": ((2, 5, 5, 20), (1, 1, 33), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    "one by one, strided": ((2, 5, 6, 20), (1, 1, 8), (2, 2), ((0, 0), (0, 0)), (1, 1), 1),
    "sequence": ((3, 20, 6), (5, 9), (1,), ((4, 0),), (1,), 1),
    "volume": ((1, 5, 6, 7, 2), (2, 3, 2, 4), (1, 2, 1), ((0, 1), (1, 1), (0, 0)), (1, 1, 2), 1),
    "more padding than window": ((1, 5, 5, 2), (2, 2, 3), (1, 1), ((3, 2), (2, 4)), (1, 1), 1),
}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_convolutions_and_their_gradients(agree, geometry, dtype):
    shape, window, strides, padding, dilation, groups = GEOMETRIES[geometry]
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(dtype)
    kernel = rng.normal(size=(*window[:-1], shape[-1] // groups, window[-1])).astype(dtype)
    attrs = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}

    def all_three(x, kernel):
        y = convolution(x, kernel, **attrs)
        return [y, *gradients([y * y], [x, kernel])]

    agree(all_three, x, kernel, tolerance=1e-2 if dtype == "float16" else None)


EPILOGUES = {
    "bias and activation": lambda y, b, z: [ops.relu(y + b)],
    "the convolution itself is wanted too": lambda y, b, z: [y, ops.absolute(y + b) * 3.0],
    "what follows reads a value of its shape": lambda y, b, z: [(y + z) * ops.sigmoid(z + b)],
    "a sum over it": lambda y, b, z: [ops.relu(y + b), ops.sum(ops.relu(y + b), axis=(0, 1, 2))],
    "turned round": lambda y, b, z: [ops.flip(ops.relu(y + b), 1)],
}


@pytest.mark.parametrize("epilogue", EPILOGUES)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("images", [1, 5])
def test_elementwise_work_follows_at_once(agree, epilogue, dtype, images):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(images, 10, 9, 5)).astype(dtype)
    kernel, b = rng.normal(size=(3, 3, 5, 20)).astype(dtype), rng.normal(size=20).astype(dtype)
    z = rng.normal(size=(images, 10, 9, 20)).astype(dtype)
    attrs = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}

    def followed(x, kernel, b, z):
        return EPILOGUES[epilogue](convolution(x, kernel, **attrs), b, z)

    agree(followed, x, kernel, b, z, tolerance=1e-2 if dtype == "float16" else None)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "int64", "uint64"])
def test_integers_wrap_as_their_definition_has_it(agree, dtype):
    rng = np.random.default_rng(0)
    most = np.iinfo(dtype).max
    x = rng.integers(0, most, (1, 6, 6, 4), dtype)
    kernel = rng.integers(0, most, (3, 3, 4, 9), dtype)
    attrs = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}

    def all_three(x, kernel):
        y = convolution(x, kernel, **attrs)
        by_input = convolution_input_grad(y, kernel, shape=x.shape, **attrs)
        return [y, by_input, convolution_kernel_grad(x, y, size=(3, 3), **attrs)]

    agree(all_three, x, kernel)


# input, filters, padding: with and without lines left over from fours
TALL = {
    "whole fours": ((4, 16, 17, 48), 40, ((1, 1), (1, 1))),
    "lines left over": ((3, 15, 8, 16), 16, ((0, 1), (1, 1))),
    "narrow": ((2, 24, 5, 33), 70, ((2, 2), (0, 0))),
}


@pytest.mark.parametrize("case", TALL)
def test_half_the_products_are_as_exact(native, defined, case):
    shape, filters, padding = TALL[case]
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=shape), rng.normal(size=(3, 3, shape[-1], filters))
    attrs = {"strides": (1, 1), "padding": padding, "dilation": (1, 1)}

    def both(x, kernel):
        y = convolution(x, kernel, **attrs)
        by_input = convolution_input_grad(y, kernel, shape=shape, **attrs)
        return [ops.relu(y), by_input, convolution_kernel_grad(x, y, size=(3, 3), **attrs)]

    arrays = [x.astype("float32"), kernel.astype("float32")]
    expected = defined(both, [a.astype("float64") for a in arrays])
    with limits.using(winograd=16):
        found = native(both, arrays, threads=1)
    for one, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, wanted, 0, 2e-6 * np.abs(wanted).max())
    for threads in (2, 3, 4):
        for one, other in zip(found, native(both, arrays, threads=threads), strict=True):
            assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_half_the_products_wherever_they_may(agree, geometry):
    with limits.using(winograd=1, winograd_waste=4.0):
        test_convolutions_and_their_gradients(agree, geometry, "float32")
