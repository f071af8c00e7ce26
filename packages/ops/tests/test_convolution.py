"""Convolution and pooling: values against loops and SciPy, derivatives by finite differences."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

from cornu import grad, ops
from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace
from cornu_ops.convolution import convolution, convolution_input_grad, convolution_kernel_grad
from cornu_ops.pooling import avg_pool, max_pool, max_pool_winners, max_unpool
from cornu_ops.testing.gradients import check_grads

# spatial shape, window, channels, filters, strides, padding, dilation, groups
CASES = [
    ((7,), (3,), 2, 3, (1,), ((0, 0),), (1,), 1),
    ((7,), (3,), 2, 3, (2,), ((2, 1),), (1,), 1),
    ((9,), (2,), 4, 4, (1,), ((0, 0),), (3,), 2),
    ((5, 6), (3, 2), 2, 3, (1, 1), ((1, 1), (0, 1)), (1, 1), 1),
    ((6, 5), (3, 3), 2, 2, (2, 2), ((0, 1), (1, 1)), (1, 1), 1),
    ((7, 8), (2, 3), 4, 6, (2, 1), ((1, 0), (0, 0)), (2, 2), 2),
    ((4, 4), (1, 1), 3, 2, (2, 2), ((0, 0), (0, 0)), (1, 1), 1),
    ((4, 5, 4), (2, 2, 3), 2, 3, (1, 2, 1), ((1, 0), (0, 0), (1, 1)), (1, 1, 1), 1),
]


def _naive(x, kernel, strides, padding, dilation, groups):
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    window, per_group, filters = kernel.shape[:-2], kernel.shape[-2], kernel.shape[-1]
    steps = [
        (n - (k - 1) * d - 1) // s + 1
        for n, k, s, d in zip(x.shape[1:-1], window, strides, dilation, strict=True)
    ]
    out = np.zeros((x.shape[0], *steps, filters))
    for b, at, f in itertools.product(range(x.shape[0]), np.ndindex(*steps), range(filters)):
        group = f // (filters // groups)
        for tap, c in itertools.product(np.ndindex(*window), range(per_group)):
            where = tuple(
                a * s + t * d for a, s, t, d in zip(at, strides, tap, dilation, strict=True)
            )
            out[(b, *at, f)] += x[(b, *where, group * per_group + c)] * kernel[(*tap, c, f)]
    return out


def _operands(case):
    spatial, window, channels, filters, strides, padding, dilation, groups = case
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *spatial, channels))
    kernel = rng.normal(size=(*window, channels // groups, filters))
    attrs = {"strides": strides, "padding": padding, "dilation": dilation, "groups": groups}
    return x, kernel, attrs


@pytest.mark.parametrize("case", CASES, ids=str)
def test_value(case):
    x, kernel, attrs = _operands(case)
    np.testing.assert_allclose(
        convolution(x, kernel, **attrs), _naive(x, kernel, **attrs), rtol=1e-12
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_derivatives_to_the_second_order(case):
    x, kernel, attrs = _operands(case)
    check_grads(lambda a, b: convolution(a, b, **attrs), [x, kernel], order=2, rtol=1e-4)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_derivatives_of_the_gradients(case):
    x, kernel, attrs = _operands(case)
    g = convolution(x, kernel, **attrs)
    size = kernel.shape[:-2]
    check_grads(
        lambda a, b: convolution_input_grad(a, b, shape=x.shape, **attrs), [g, kernel], order=2
    )
    check_grads(lambda a, b: convolution_kernel_grad(a, b, size=size, **attrs), [x, g], order=2)


def test_one_dimension_agrees_with_scipy():
    signal = pytest.importorskip("scipy.signal", reason="SciPy is an oracle of this one test")
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=20), rng.normal(size=5)
    found = convolution(
        x[None, :, None], kernel[:, None, None], strides=(1,), padding=((0, 0),), dilation=(1,)
    )
    np.testing.assert_allclose(found[0, :, 0], signal.correlate(x, kernel, "valid"))


POOLS = [
    ((6,), (2,), (2,), ((0, 0),)),
    ((7,), (3,), (1,), ((1, 1),)),
    ((5, 6), (2, 3), (2, 1), ((0, 1), (1, 1))),
    ((4, 4, 4), (2, 2, 2), (2, 2, 2), ((0, 0),) * 3),
]


@pytest.mark.parametrize("case", POOLS, ids=str)
@pytest.mark.parametrize("pool", [max_pool, avg_pool], ids=["max", "avg"])
def test_pooling(case, pool):
    spatial, size, strides, padding = case
    x = np.random.default_rng(0).normal(size=(2, *spatial, 3))
    attrs = {"size": size, "strides": strides, "padding": padding}
    padded = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=np.nan)
    found = pool(x, **attrs)
    reduce = np.nanmax if pool is max_pool else np.nanmean
    for at in np.ndindex(*found.shape[1:-1]):
        region = tuple(slice(a * s, a * s + k) for a, s, k in zip(at, strides, size, strict=True))
        window = padded[(slice(None), *region)]
        expected = reduce(window, axis=tuple(range(1, window.ndim - 1)))
        np.testing.assert_allclose(found[(slice(None), *at)], expected)
    check_grads(lambda a: pool(a, **attrs), [x], order=2)


def test_the_first_of_equal_maxima_takes_the_gradient():
    pool = partial(max_pool, size=(2, 2), strides=(2, 2), padding=((0, 0), (0, 0)))
    x = np.zeros((1, 2, 2, 1), "float32")
    found = grad(lambda a: ops.sum(pool(a)))(x)
    assert found.ravel().tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("groups", [1, 2])
def test_an_empty_batch(groups):
    x, kernel = np.zeros((0, 6, 4), "float32"), np.ones((3, 4 // groups, 2), "float32")
    attrs = {"strides": (1,), "padding": ((0, 0),), "dilation": (1,), "groups": groups}
    assert convolution(x, kernel, **attrs).shape == (0, 4, 2)


@pytest.mark.parametrize("padding", [((0, 0), (0, 0)), ((1, 0), (0, 1))])
def test_a_pool_of_rectified_values_is_a_rectified_pool(padding):
    x = np.random.default_rng(0).integers(-3, 3, (2, 6, 6, 3)).astype("float32")  # with ties
    pool = partial(max_pool, size=(2, 2), strides=(2, 2), padding=padding)
    with Trace("pool") as trace:
        node = trace.input("x", x.shape, x.dtype)
        pooled = pool(p.maximum(node, 0.0))
        (slope,) = gradients([p.sum(pooled * pooled, axes=(0, 1, 2, 3), keepdims=False)], [node])
    assert [pooled.op, pooled.inputs[0].op] == ["maximum", "max_pool"]
    values, slopes = ReferenceExecutable(build_program("pool", trace, [pooled, slope]))(x)
    np.testing.assert_array_equal(values, pool(np.maximum(x, 0)))
    winners = max_pool_winners(np.maximum(x, 0), **pool.keywords)
    expected = max_unpool(winners, 2 * values, shape=x.shape, **pool.keywords)
    np.testing.assert_array_equal(slopes, expected)


def test_windows_in_the_padding_alone_are_not_rectified():
    x = np.ones((1, 2, 1), "float32")
    pool = partial(max_pool, size=(2,), strides=(2,), padding=((2, 0),))
    with Trace("pool") as trace:
        pooled = pool(p.maximum(trace.input("x", x.shape, x.dtype), 0.0))
    (values,) = ReferenceExecutable(build_program("pool", trace, [pooled]))(x)
    assert values.ravel().tolist() == [-np.inf, 1.0]
