"""Composites that run natively give what they are written in; so do those that are expanded."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_ops.composites.activations import gelu, sigmoid, silu, softplus
from cornu_ops.composites.normalization import batch_norm, layer_norm, rms_norm
from cornu_ops.composites.softmax import log_softmax, logsumexp, softmax
from cornu_ops.convolution import convolution, convolution_input_grad, convolution_kernel_grad
from cornu_ops.pooling import avg_pool, avg_pool_grad, max_pool, max_pool_winners, max_unpool

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _the_same_numbers_whatever_ran_before():
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def whole(*shape, low=-5, high=6):
    return RNG.integers(low, high, size=shape)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("function", [sigmoid, softplus, silu], ids=lambda f: f.name)
def test_activations(agree, function, dtype):
    agree(function, normal(3, 50, dtype=dtype))
    agree(
        function, np.array([-200, -90, -20, -0.0, 0.0, 20, 90, 200, np.inf, -np.inf, np.nan], dtype)
    )


@pytest.mark.parametrize("approximate", [False, True])
def test_gelu(agree, approximate):
    agree(lambda x: gelu(x, approximate=approximate), normal(40, 50))


def test_sigmoid_keeps_small_values(agree):
    x = np.float32([-30, -60, -80])
    run = agree(sigmoid, x)
    np.testing.assert_allclose(run(x)[0], np.exp(x.astype(float)), rtol=1e-5)


@pytest.mark.parametrize("axes", [(1,), (0,), (0, 2)])
def test_softmax(agree, axes):
    x = normal(5, 6, 7) * 20
    agree(lambda v: softmax(v, axes=axes), x)
    agree(lambda v: log_softmax(v, axes=axes), x)
    agree(lambda v: logsumexp(v, axes=axes, keepdims=True), x)


def test_normalisations(agree):
    x, gamma, beta = normal(8, 5, 4), normal(4), normal(4)
    agree(lambda *v: batch_norm(*v, axis=2, epsilon=1e-3), x, gamma, beta)
    agree(lambda v: layer_norm(v, axes=(1, 2), epsilon=1e-3), x)
    agree(lambda v: rms_norm(v, axes=(2,), epsilon=1e-3), x)


CONVOLUTIONS = [
    ((2, 9, 3), (3, 3, 4), {"strides": (1,), "padding": ((1, 1),), "dilation": (1,), "groups": 1}),
    (
        (2, 8, 7, 3),
        (3, 3, 3, 4),
        {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1},
    ),
    (
        (2, 8, 8, 3),
        (3, 3, 3, 2),
        {"strides": (2, 2), "padding": ((0, 1), (0, 1)), "dilation": (1, 1), "groups": 1},
    ),
    (
        (2, 8, 8, 4),
        (3, 2, 2, 6),
        {"strides": (1, 2), "padding": ((0, 0), (1, 0)), "dilation": (2, 1), "groups": 2},
    ),
    (
        (2, 8, 8, 4),
        (3, 3, 1, 8),
        {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 4},
    ),
    (
        (3, 6, 6, 5),
        (1, 1, 5, 2),
        {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1},
    ),
    (
        (1, 5, 4, 6, 2),
        (2, 2, 3, 2, 3),
        {
            "strides": (1, 1, 2),
            "padding": ((1, 0), (0, 0), (1, 1)),
            "dilation": (1, 1, 1),
            "groups": 1,
        },
    ),
]


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_convolution(agree, case, dtype):
    shape, kernel_shape, attrs = case
    x, kernel = whole(*shape).astype(dtype), whole(*kernel_shape, low=-2, high=3).astype(dtype)
    y = convolution(x, kernel, **attrs)
    g = whole(*y.shape, low=-2, high=3).astype(dtype)
    agree(lambda a, b: convolution(a, b, **attrs), x, kernel)
    agree(lambda a, b: convolution_input_grad(a, b, shape=shape, **attrs), g, kernel)
    agree(lambda a, b: convolution_kernel_grad(a, b, size=kernel_shape[:-2], **attrs), x, g)


def test_convolution_of_a_view(agree):
    attrs = {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1)}
    x, kernel = normal(3, 7, 6, 2), normal(3, 3, 2, 4)
    agree(
        lambda a, b: convolution(p.transpose(a, perm=(2, 0, 1, 3))[1:], b, **attrs),
        x.transpose(1, 2, 0, 3).copy(),
        kernel,
    )


def test_gradients_of_a_convolution_of_channels_first(agree):
    attrs = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1)}

    def slopes(a, b):
        y = convolution(p.transpose(a, perm=(0, 2, 3, 1)), b, **attrs)
        return tuple(gradients([p.transpose(y, perm=(0, 3, 1, 2)) ** 2.0], [a, b]))

    agree(slopes, normal(3, 2, 6, 5), normal(3, 3, 2, 4))


POOLS = [
    ((2, 8, 8, 3), {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    ((2, 9, 7, 3), {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}),
    ((2, 7, 7, 2), {"size": (3, 3), "strides": (2, 2), "padding": ((1, 1), (1, 1))}),
    ((2, 7, 6, 2), {"size": (3, 2), "strides": (1, 1), "padding": ((1, 1), (0, 1))}),
    ((2, 5, 5, 2), {"size": (2, 2), "strides": (3, 3), "padding": ((0, 0), (0, 0))}),
    ((2, 6, 6, 2), {"size": (3, 3), "strides": (3, 3), "padding": ((0, 0), (0, 0))}),
    ((2, 9, 3), {"size": (3,), "strides": (2,), "padding": ((0, 0),)}),
    (
        (1, 4, 5, 4, 2),
        {"size": (2, 2, 2), "strides": (2, 2, 2), "padding": ((0, 0), (0, 1), (0, 0))},
    ),
]


@pytest.mark.parametrize("case", POOLS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_pools(agree, case, dtype):
    shape, attrs = case
    x = whole(*shape, low=0, high=4).astype(dtype)  # many equal maxima
    agree(lambda a: max_pool(a, **attrs), x, exact=True)
    if dtype == "int32":
        return
    agree(lambda a: avg_pool(a, **attrs), x)
    g = normal(*max_pool(x, **attrs).shape, dtype=dtype)
    agree(lambda a: max_pool_winners(a, **attrs), x, exact=True)
    winners = max_pool_winners(x, **attrs)
    agree(lambda a, b: max_unpool(a, b, shape=shape, **attrs), winners, g)
    agree(lambda b: avg_pool_grad(b, shape=shape, **attrs), g)
    x[x == 3] = np.nan
    agree(lambda a: max_pool(a, **attrs), x, exact=True)


@pytest.mark.parametrize("shape", [s for s, _ in POOLS[:4]], ids=str)
def test_max_pool_of_infinities(agree, shape):
    attrs = {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}
    agree(lambda a: max_pool(a, **attrs), np.full(shape, -np.inf, "float32"), exact=True)
