"""Convolution and its gradients against a sum over every window in float64."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cornu_backend_numpy.kernels import convolution, input_gradient, winograd
from cornu_backend_numpy.kernels.convolution import Convolution, KernelGradient
from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.input_gradient import ByFlip, ByRows, ByTaps
from cornu_backend_numpy.kernels.scratch import Scratch
from cornu_backend_numpy.settings import limits
from cornu_engine.gradients import gradients
from cornu_engine.graph import constant
from cornu_engine.primitives.table import p
from cornu_ops.convolution import convolution as conv_op

# batch, spatial, channels, filters, size, strides, padding, dilation, groups
CASES = [
    (3, (9,), 2, 4, (3,), (1,), ((0, 0),), (1,), 1),
    (2, (9,), 4, 2, (3,), (2,), ((2, 0),), (1,), 2),
    (2, (11,), 3, 2, (3,), (1,), ((0, 3),), (2,), 1),
    (2, (6, 5), 3, 4, (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    (2, (7, 6), 4, 2, (3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    (3, (8, 8), 2, 6, (3, 3), (2, 2), ((0, 1), (0, 1)), (1, 1), 1),
    (2, (8, 7), 4, 6, (2, 3), (2, 1), ((0, 1), (2, 1)), (1, 1), 1),
    (2, (8, 9), 4, 6, (3, 3), (1, 1), ((2, 2), (2, 2)), (2, 2), 2),
    (2, (8, 8), 6, 6, (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 6),
    (2, (8, 8), 4, 8, (3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 4),
    (4, (6, 6), 5, 3, (1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    (4, (6, 6), 5, 3, (1, 1), (2, 2), ((0, 0), (0, 0)), (1, 1), 1),
    (2, (5, 5), 1, 3, (3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    (
        2,
        (4, 4),
        2,
        3,
        (3, 3),
        (1, 1),
        ((4, 3), (3, 4)),
        (1, 1),
        1,
    ),  # windows of nothing but padding
    (1, (4, 5, 4), 2, 3, (2, 3, 2), (1, 2, 1), ((1, 0), (1, 1), (0, 0)), (1, 1, 1), 1),
    (1, (5, 5, 5), 4, 4, (2, 2, 2), (1, 1, 1), ((0, 0), (1, 0), (0, 1)), (2, 1, 2), 2),
]


def meetings(x, kernel, geometry, groups):
    """Yield every (window, place in the padded input, tap, group of channels, group of filters)."""
    width, filters = kernel.shape[-2], kernel.shape[-1] // groups
    for at in product(*map(range, geometry.counts(x.shape[1:-1]))):
        for tap in product(*map(range, geometry.size)):
            place = tuple(
                o * s + t * d
                for o, s, t, d in zip(at, geometry.strides, tap, geometry.dilation, strict=False)
            )
            for i in range(groups):
                channels = slice(i * width, (i + 1) * width)
                yield (
                    (slice(None), *at),
                    (slice(None), *place),
                    tap,
                    channels,
                    slice(i * filters, (i + 1) * filters),
                )


def naive(x, kernel, g, geometry, groups):
    """The output and both gradients, product by product in float64."""
    sides = [(0, 0), *geometry.padding, (0, 0)]
    x, kernel, g = x.astype(float), kernel.astype(float), g.astype(float)
    padded = np.pad(x, sides)
    out, to_x, to_kernel = np.zeros(g.shape), np.zeros(padded.shape), np.zeros(kernel.shape)
    for at, place, tap, channels, filters in meetings(x, kernel, geometry, groups):
        weight = kernel[(*tap, slice(None), filters)]
        out[(*at, filters)] += padded[(*place, channels)] @ weight
        to_x[(*place, channels)] += g[(*at, filters)] @ weight.T
        to_kernel[(*tap, slice(None), filters)] += padded[(*place, channels)].T @ g[(*at, filters)]
    inner = tuple(slice(low, n - high) for n, (low, high) in zip(padded.shape, sides, strict=False))
    return out, to_x[inner], to_kernel


@pytest.fixture(params=CASES, ids=str)
def case(request):
    batch, spatial, channels, filters, size, strides, padding, dilation, groups = request.param
    geometry = Geometry(size, strides, padding, dilation)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, *spatial, channels)).astype("float32")
    kernel = rng.normal(size=(*size, channels // groups, filters)).astype("float32")
    g = rng.normal(size=(batch, *geometry.counts(spatial), filters)).astype("float32")
    return x, kernel, g, geometry, groups


@pytest.mark.parametrize("block", [64, 1 << 20], ids=["lines", "images"])
def test_forward(case, block, monkeypatch):
    monkeypatch.setattr(limits, "columns", block)
    x, kernel, g, geometry, groups = case
    out = np.full(g.shape, np.nan, "float32")
    run = Convolution(x, kernel, out, geometry, groups, Scratch())
    for _ in range(2):
        run()
        np.testing.assert_allclose(
            out, naive(x, kernel, g, geometry, groups)[0], rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("block", [64, 1 << 20], ids=["lines", "images"])
def test_gradients(case, block, monkeypatch):
    monkeypatch.setattr(limits, "columns", block)
    monkeypatch.setattr(limits, "taps", block)
    x, kernel, g, geometry, groups = case
    _, to_x, to_kernel = naive(x, kernel, g, geometry, groups)
    scratch = Scratch()
    out_kernel = np.full(kernel.shape, np.nan, "float32")
    KernelGradient(x, g, out_kernel, geometry, groups, scratch)()
    np.testing.assert_allclose(out_kernel, to_kernel, rtol=1e-4, atol=1e-4)
    KernelGradient(x, g, out_kernel, geometry, groups, scratch, accumulate=True)()
    np.testing.assert_allclose(out_kernel, 2 * to_kernel, rtol=1e-4, atol=1e-4)
    for run, out in _ways(x, kernel, g, geometry, groups, scratch):
        for _ in range(2):
            run()
            np.testing.assert_allclose(out, to_x, rtol=1e-4, atol=1e-4, err_msg=type(run).__name__)


def _ways(x, kernel, g, geometry, groups, scratch):
    def out():
        return np.full(x.shape, np.nan, "float32")

    back = input_gradient.flipped(geometry)
    yield ByTaps(g, kernel, first := out(), geometry, groups, scratch), first
    if groups == 1 and geometry.strides[-1] == 1 and min(back.padding[-1]) >= 0:
        yield ByRows(g, kernel, second := out(), geometry, scratch), second
    if groups == 1 and set(geometry.strides) == {1} and min(map(min, back.padding)) >= 0:
        yield ByFlip(g, kernel, third := out(), geometry, scratch), third
    yield input_gradient.input_gradient(g, kernel, last := out(), geometry, groups, scratch), last


def test_whole_images_wide_enough_to_be_cut_use_little_memory():
    x, kernel = np.ones((1, 300, 300, 8), "float32"), np.ones((3, 3, 8, 8), "float32")
    out, scratch = np.empty((1, 298, 298, 8), "float32"), Scratch()
    Convolution(x, kernel, out, Geometry((3, 3), (1, 1), ((0, 0),) * 2, (1, 1)), 1, scratch)()
    assert np.all(out == 72)
    assert scratch.memory <= 1 << 22


WINOGRAD = [
    (3, (8, 6), 2, 3, (3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    (2, (8, 8), 2, 3, (3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1)),
    (
        2,
        (9, 7),
        3,
        2,
        (3, 2),
        (1, 2),
        ((1, 1), (0, 1)),
        (1, 1),
    ),  # rows that do not fill the last tile
    (2, (7, 9), 3, 2, (3, 3), (1, 1), ((2, 0), (2, 2)), (1, 2)),
    (3, (3, 5), 2, 2, (3, 1), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    (2, (6, 4, 5), 2, 3, (3, 2, 3), (1, 1, 1), ((1, 1), (0, 1), (1, 1)), (1, 1, 1)),
]


@pytest.mark.parametrize("block", [64, 1 << 20], ids=["one image", "all"])
@pytest.mark.parametrize("case", WINOGRAD, ids=str)
def test_winograd(case, block, monkeypatch):
    monkeypatch.setattr(limits, "winograd_block", block)
    batch, spatial, channels, filters, size, strides, padding, dilation = case
    geometry = Geometry(size, strides, padding, dilation)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, *spatial, channels)).astype("float32")
    kernel = rng.normal(size=(*size, channels, filters)).astype("float32")
    g = rng.normal(size=(batch, *geometry.counts(spatial), filters)).astype("float32")
    expected, to_x, to_kernel = naive(x, kernel, g, geometry, 1)
    scratch = Scratch()
    if set(strides) == {1} and min(map(min, input_gradient.flipped(geometry).padding[1:])) >= 0:
        out_x = np.full(x.shape, np.nan, "float32")
        back = winograd.WinogradInputGradient(g, kernel, out_x, geometry, scratch)
        for _ in range(2):
            back()
            np.testing.assert_allclose(out_x, to_x, rtol=1e-4, atol=1e-4)
    out, out_kernel = np.full(g.shape, np.nan, "float32"), np.full(kernel.shape, np.nan, "float32")
    forward = winograd.WinogradConvolution(x, kernel, out, geometry, scratch)
    gradient = winograd.WinogradKernelGradient(x, g, out_kernel, geometry, scratch)
    for _ in range(2):
        forward()
        np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)
        gradient()
        np.testing.assert_allclose(out_kernel, to_kernel, rtol=1e-4, atol=1e-4)
    winograd.WinogradKernelGradient(x, g, out_kernel, geometry, scratch, accumulate=True)()
    np.testing.assert_allclose(out_kernel, 2 * to_kernel, rtol=1e-4, atol=1e-4)


def test_winograd_is_about_as_accurate_as_a_plain_product():
    geometry = Geometry((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 16, 16, 64)).astype("float32")
    kernel = rng.normal(size=(3, 3, 64, 32)).astype("float32")
    fast, plain = (np.empty((2, 16, 16, 32), "float32") for _ in range(2))
    assert winograd.applies(geometry, 1, 64, 32, 16, x.dtype)
    convolution.convolution(x, kernel, fast, geometry, 1, Scratch())()
    Convolution(x, kernel, plain, geometry, 1, Scratch())()
    padded = np.pad(x.astype(float), ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    exact = np.einsum("nhwcij,ijcf->nhwf", windows, kernel.astype(float))
    error = {
        name: np.abs(y - exact).max() / np.abs(exact).max()
        for name, y in (("fast", fast), ("plain", plain))
    }
    assert error["fast"] < max(5e-6, 8 * error["plain"])


def test_a_constant_whose_numbers_are_not_in_order(agree):
    """Layouts tell how a value lies; a constant must lie as they say."""
    g = np.asfortranarray(np.random.default_rng(0).normal(size=(3, 5, 2)))
    attrs = {"strides": (1,), "padding": ((0, 0),), "dilation": (1,), "groups": 1}

    def slopes(x, kernel):
        total = p.sum(conv_op(x, kernel, **attrs) * constant(g), axes=(0, 1, 2), keepdims=False)
        return gradients([total], [x, kernel])

    agree(slopes, np.ones((3, 5, 4)), np.ones((1, 4, 2)))
    agree(lambda x: p.reshape(constant(g), shape=(30,)) + x, np.ones(30))
