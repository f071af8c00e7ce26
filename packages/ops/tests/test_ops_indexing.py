"""Conversions, indexing, scattering, counting: what NumPy has under other signatures."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.errors import TracedValueError
from cornu_engine.trace import Trace

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))


def test_conversion():
    assert ops.convert_to_tensor([1, 2]).dtype == np.int32
    assert ops.convert_to_tensor([1.0]).dtype == np.float32
    assert ops.convert_to_tensor(True).dtype == np.bool_
    assert ops.convert_to_tensor(np.ones(2)).dtype == np.float64
    assert ops.cast([1.9, -1.9], "int32").tolist() == [1, -1]
    assert ops.saturate_cast([-1.0, 300.0], "uint8").tolist() == [0, 255]
    assert ops.saturate_cast(np.float32([3e9, -3e9]), "int32").tolist() == [2147483520, -(2**31)]
    assert ops.saturate_cast(np.int32([-5]), "uint32").tolist() == [0]
    assert ops.dtype(cornu.Variable([1.0])) == "float32"
    assert ops.shape([[1, 2]]) == (1, 2)
    x = np.ones(2)
    assert ops.copy(x) is not x
    assert ops.size(np.zeros((2, 3))) == 6
    assert ops.ndim(3.0) == 0
    assert ops.view(np.float32([1.0]), "int32").tolist() == [1065353216]
    with pytest.raises(TypeError, match="complex"):
        ops.convert_to_tensor(np.array([1j]))


def test_promotion_is_that_of_keras():
    small, single, double = np.int8([1]), np.float32([1]), np.float64([1])
    assert ops.add(small, single).dtype == np.float32
    assert ops.add(np.int64([1]), np.float16([1])).dtype == np.float16
    assert ops.add(small, 1.5).dtype == np.float32
    assert ops.add(single, double).dtype == np.float64
    assert ops.divide(small, 2).dtype == np.float32
    assert ops.mean(small).dtype == np.float32
    assert ops.multiply(np.float16([1]), 2.0).dtype == np.float16


@pytest.mark.parametrize(
    "key",
    [
        1,
        -1,
        np.s_[1:],
        np.s_[::-1],
        np.s_[-1:0:-2],
        np.s_[..., 2],
        np.s_[:, None, 1:2],
        np.s_[1, ..., None, ::2],
        np.s_[5:],
        np.s_[:, [2, 0]],
        np.s_[:, np.array([[0, -1]])],
        np.s_[np.array([0, 1]), :, np.array([3, 0])],
        np.s_[:, np.array([0, 1]), np.array([3, 0])],
        np.s_[0, np.array([0, 1]), 1:],
        (),
    ],
    ids=str,
)
def test_indexing_is_that_of_numpy(key, both):
    expected = CUBE[key]
    np.testing.assert_array_equal(both(lambda x: x[key], CUBE), expected)


def test_indexing_errors():
    with Trace() as trace:
        x = trace.input("x", (2, 3), "float32")
        with pytest.raises(IndexError, match="index 5 is out of range for axis 1 of size 3"):
            x[0, 5]
        with pytest.raises(IndexError, match="Too many indices"):
            x[0, 0, 0]
        with pytest.raises(TypeError, match=r"boolean mask"):
            x[x > 0]


def test_scatter_and_update(both):
    rows = np.array([[0], [2], [2]], np.int32)
    values = np.arange(6.0).reshape(3, 2)
    expected = np.zeros((4, 2))
    np.add.at(expected, rows[:, 0], values)
    np.testing.assert_array_equal(
        both(lambda i, v: ops.scatter(i, v, (4, 2)), rows, values), expected
    )
    base = np.full((4, 2), 10.0)
    written = base.copy()
    written[[0, 2]] = values[[0, 2]]  # of two for one row the last stays
    update = both(lambda b, i, v: ops.scatter_update(b, i, v), base, rows, values)
    np.testing.assert_array_equal(update, written)
    for how, function in (
        ("add", np.add),
        ("mul", np.multiply),
        ("max", np.maximum),
        ("min", np.minimum),
    ):
        expected = base / 5
        function.at(expected, rows[:, 0], values)
        found = both(
            lambda b, i, v, how=how: ops.scatter_update(b / 5, i, v, how), base, rows, values
        )
        np.testing.assert_allclose(found, expected)
    points = np.array([[0, 1], [3, 0]])
    assert ops.scatter(points, [1.0, 2.0], (4, 2))[3, 0] == 2.0
    with pytest.raises(ValueError, match="reduction must be"):
        ops.scatter_update(base, rows, values, "sum")


def test_slices_at_traced_positions(run):
    update = np.array([[1.0, 2.0]])
    for start in ((1, 0), (1, 2), (2, 3), (9, -9)):
        at = np.array(start, np.int32)
        low = np.clip(at, 0, np.array(X.shape) - (1, 2))
        expected = X.copy()
        expected[low[0], low[1] : low[1] + 2] = update
        found = run(lambda x, s: ops.slice_update(x, s, update), X, at)
        np.testing.assert_array_equal(found, expected)
        block = run(lambda x, s: ops.slice(x, s, (1, 2)), X, at)
        np.testing.assert_array_equal(block, X[low[0] : low[0] + 1, low[1] : low[1] + 2])
        if start != (9, -9):
            np.testing.assert_array_equal(ops.slice_update(X, start, update), expected)
    np.testing.assert_array_equal(ops.slice(X, (1, 1), (-1, 2)), X[1:, 1:3])


def test_one_hot_and_multi_hot(both):
    assert both(lambda x: ops.one_hot(x, 3), np.array([0, 2, -1, 3])).tolist() == [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
    ]
    assert ops.one_hot([[0], [1]], 2, axis=1, dtype="int32").shape == (2, 2, 1)
    assert ops.multi_hot([[0, 2], [1, 1]], 3).tolist() == [[1, 0, 1], [0, 1, 0]]
    assert ops.multi_hot([0, 2], 3).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="sparse"):
        ops.one_hot([0], 2, sparse=True)


@pytest.mark.parametrize("name", ["sum", "max", "min", "prod"])
def test_segments(name, both):
    ids = np.array([2, 0, 2, 0, 5, -1, 2], np.int32)
    data = RNG.normal(size=(7, 3))
    oracle = {"sum": np.sum, "max": np.max, "min": np.min, "prod": np.prod}[name]
    identity = {"sum": 0, "max": -np.inf, "min": np.inf, "prod": 1}[name]
    found = both(lambda d, i: getattr(ops, f"segment_{name}")(d, i, 4), data, ids)
    for k in range(4):
        rows = data[ids == k]
        np.testing.assert_allclose(
            found[k], oracle(rows, axis=0) if len(rows) else np.full(3, identity)
        )
    assert getattr(ops, f"segment_{name}")(data[:4], ids[:4]).shape == (3, 3)


def test_top_k(both):
    x = np.array([[1, 5, 5, 3], [2, -7, 0, 2]], np.int32)
    values, indices = both(lambda v: tuple(ops.top_k(v, 2)), x)
    assert values.tolist() == [[5, 5], [2, 2]]
    assert indices.tolist() == [[1, 2], [0, 3]]
    assert ops.top_k(x, 1).indices.dtype == np.int32
    scores = np.array([[0.1, 0.5, 0.5], [np.nan, 0.2, 0.1], [0.3, 0.3, 0.3]])
    assert both(lambda s: ops.in_top_k(np.array([1, 0, 7]), s, 1), scores).tolist() == [
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="out of range"):
        ops.top_k(x, 5)


def test_counting_traced_values(both):
    x, w = np.array([[1, 2, 2], [0, 7, 1]], np.int32), np.array([[1.0, 2, 3], [4, 5, 6]])
    assert both(lambda v: ops.bincount(v, minlength=4), x.ravel()[:4]).tolist() == [1, 1, 2, 0]
    assert ops.bincount(x, w, minlength=3).tolist() == [
        [0, 1, 5, 0, 0, 0, 0, 0],
        [4, 6, 0, 0, 0, 0, 0, 5],
    ]
    with Trace() as trace, pytest.raises(TracedValueError, match="minlength"):
        ops.bincount(trace.input("x", (3,), "int32"))
