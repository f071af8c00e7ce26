"""Products of int8: no bit differs from those of whole numbers, however long the sums are."""

from __future__ import annotations

import numpy as np
import pytest

import cornu_ops as ops
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace

RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.integers(-128, 128, shape).astype(np.int8)


def extreme(*shape):
    return np.full(shape, -128, np.int8)


def traced(function, *arrays):
    with Trace("int8") as trace:
        nodes = [trace.input(f"x{i}", x.shape, x.dtype) for i, x in enumerate(arrays)]
        result = function(*nodes)
    return evaluate([result], dict(zip(nodes, arrays, strict=True)))[0]


@pytest.mark.parametrize("make", [drawn, extreme])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 4), (4, 5)),
        ((4,), (4, 5)),
        ((3, 4), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 4), (2, 4, 5)),
        ((3, 1024), (1024, 2)),
        ((3, 1025), (1025, 2)),
        ((1, 5000), (5000, 1)),
        ((3, 0), (0, 2)),
    ],
)
def test_matrix_products_are_exact(make, a, b):
    x, y = make(*a), make(*b)
    expected = np.matmul(x.astype(np.int64), y.astype(np.int64))
    for found in (ops.matmul(x, y), traced(ops.matmul, x, y)):
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("abc,cd->abd", [(2, 3, 1500), (1500, 4)]),
        ("abc,cde->abde", [(2, 3, 4), (4, 2, 5)]),
        ("abc,bcd->abd", [(2, 3, 4), (3, 4, 5)]),
        ("abc,bcd->ad", [(2, 3, 4), (3, 4, 5)]),
        ("...x,xy->...y", [(2, 3, 4), (4, 5)]),
        ("ab,cd->abcd", [(2, 3), (4, 5)]),  # nothing is summed
        ("abc,c->a", [(2, 3, 4), (4,)]),  # one side is summed by itself
        ("aab,b->a", [(3, 3, 4), (4,)]),  # a diagonal
        ("ab->a", [(3, 300)]),
        ("ab,bc,cd->ad", [(2, 300), (300, 3), (3, 2)]),
    ],
)
def test_einsum_is_exact(equation, shapes):
    xs = [RANDOM.integers(-20, 20, shape).astype(np.int8) for shape in shapes]
    expected = np.einsum(equation, *(x.astype(np.int64) for x in xs))
    for found in (ops.einsum(equation, *xs), traced(lambda *v: ops.einsum(equation, *v), *xs)):
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("shape", "kernel", "settings"),
    [
        ((2, 9, 3), (3, 3, 4), {}),
        ((2, 9, 3), (3, 3, 4), {"strides": 2, "padding": "same"}),
        ((2, 7, 8, 4), (3, 2, 4, 5), {"dilation_rate": 2}),
        ((2, 7, 8, 4), (3, 2, 2, 6), {"padding": "same"}),  # in groups
        ((2, 7, 8, 4), (3, 2, 1, 4), {}),  # each channel by itself
        ((2, 4, 7, 8), (3, 2, 4, 5), {"data_format": "channels_first"}),
        ((1, 4, 5, 6, 2), (2, 2, 2, 2, 3), {}),
        ((1, 5, 5, 300), (3, 3, 300, 2), {"padding": "same"}),  # 2,700 products in a sum
    ],
)
def test_convolutions_are_exact(shape, kernel, settings):
    x, w = drawn(*shape), drawn(*kernel)
    expected = ops.conv(x.astype(np.float64), w.astype(np.float64), **settings)
    for found in (
        ops.conv(x, w, **settings),
        traced(lambda a, b: ops.conv(a, b, **settings), x, w),
    ):
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, expected)


def test_depthwise_convolutions_are_exact():
    x, w = drawn(2, 7, 8, 4), drawn(3, 3, 4, 2)
    expected = ops.depthwise_conv(x.astype(np.float64), w.astype(np.float64))
    np.testing.assert_array_equal(ops.depthwise_conv(x, w), expected)


def test_composites_take_int8_alone():
    from cornu_ops.int8 import int8_matmul

    with pytest.raises(TypeError, match=r"int8_matmul: operands have to be int8, not \['int32'"):
        int8_matmul(np.ones((2, 2), np.int32), np.ones((2, 2), np.int8))
