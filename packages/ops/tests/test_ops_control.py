"""Branches, loops, and gradients of one's own."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.errors import ShapeError, TracedValueError
from cornu_engine.gradients import gradients

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))


def test_cond_and_switch(run):
    for flag in (True, False):
        expected = 2 * X if flag else X + 1
        found = run(lambda f, x: ops.cond(f, lambda: x * 2, lambda: x + 1), np.array(flag), X)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(ops.cond(flag, lambda: X * 2, lambda: X + 1), expected)
    branches = [lambda x: x, lambda x: -x, lambda x: x * x]
    for i in (-1, 0, 1, 2, 9):
        expected = branches[min(max(i, 0), 2)](X)
        np.testing.assert_array_equal(
            run(lambda k, x: ops.switch(k, branches, x), np.array(i), X), expected
        )
        np.testing.assert_array_equal(ops.switch(i, branches, X), expected)
    with pytest.raises(ValueError, match="one shape"):
        run(lambda f, x: ops.cond(f, lambda: x, lambda: x[0]), np.array(True), X)


def test_scan_carries_structures(both):
    def step(state, row):
        total = state["total"] + row[0]
        return {"total": total, "count": state["count"] + 1}, (total, row[1])

    def scanned(a, b, **kwargs):
        start = {"total": np.zeros(4), "count": np.int32(0)}
        state, (totals, seconds) = ops.scan(step, start, (a, b), **kwargs)
        return state["total"], state["count"], totals, seconds

    for kwargs in ({}, {"reverse": True}, {"unroll": True}):
        total, count, totals, seconds = both(
            lambda a, b, k=kwargs: scanned(a, b, **k), X, CUBE.reshape(3, 8)
        )
        np.testing.assert_allclose(total, X.sum(0))
        assert int(count) == 3
        order = X[::-1].cumsum(0)[::-1] if kwargs.get("reverse") else X.cumsum(0)
        np.testing.assert_allclose(totals, order)
        np.testing.assert_array_equal(seconds, CUBE.reshape(3, 8))
    doubled, _ = ops.scan(lambda s, _: (s * 2, None), np.float64(1.0), length=5)
    assert float(doubled) == 32
    with pytest.raises(ValueError, match="xs or length"):
        ops.scan(step, X)


def test_map_fori_while(both, run):
    np.testing.assert_allclose(
        both(lambda x: ops.map(lambda r: r * ops.sum(r), x), X), X * X.sum(1, keepdims=True)
    )
    np.testing.assert_allclose(both(lambda x: ops.vectorized_map(lambda r: r[0], x), X), X[:, 0])
    np.testing.assert_allclose(
        both(lambda x: ops.fori_loop(1, 4, lambda i, v: v * ops.cast(i, "float64"), x), X), 6 * X
    )

    def halved(x):
        return ops.while_loop(
            lambda v, n: ops.max(ops.abs(v)) > 0.1,
            lambda v, n: (v / 2, n + 1),
            (x, np.int32(0)),
            20,
        )

    values, steps = both(halved, X)
    assert int(steps) == int(np.ceil(np.log2(np.abs(X).max() / 0.1)))
    np.testing.assert_allclose(values, X / 2**steps)
    assert ops.while_loop(lambda i: i < 10, lambda i: i * 3, 1) == 27
    with pytest.raises(TracedValueError, match="maximum_iterations"):
        run(lambda x: ops.while_loop(lambda v: ops.sum(v) < 1, lambda v: v + 1, x), X)


@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(reverse, both):
    def matrices(a, b):
        return ops.matmul(a, b)

    stack = RNG.normal(size=(5, 2, 2))
    found = both(lambda x: ops.associative_scan(matrices, x, reverse=reverse), stack)
    expected, total = [], None
    for m in stack[::-1] if reverse else stack:
        total = m if total is None else total @ m
        expected.append(total)
    np.testing.assert_allclose(found, np.stack(expected[::-1] if reverse else expected))


def test_vectorize(both):
    steps = ops.vectorize(lambda a, b: ops.where(a > b, a - b, a + b))
    np.testing.assert_array_equal(
        both(lambda x: steps(x, np.array([[1.0], [2.0]])), CUBE[:, :1, :]),
        np.where(
            CUBE[:, :1, :] > [[1.0], [2.0]],
            CUBE[:, :1, :] - [[1], [2]],
            CUBE[:, :1, :] + [[1], [2]],
        ),
    )
    product = ops.vectorize(ops.matmul, signature="(m,n),(n)->(m)")
    vectors = RNG.normal(size=(5, 1, 4))
    np.testing.assert_allclose(
        both(product, CUBE, vectors),
        np.einsum("bmn,abn->abm", CUBE, np.broadcast_to(vectors, (5, 2, 4))),
    )
    spread = ops.vectorize(lambda v: (ops.min(v), ops.max(v)), signature="(n) -> (), ()")
    np.testing.assert_array_equal(spread(X), (X.min(1), X.max(1)))
    power = ops.vectorize(lambda x, n, scale=1: scale * x**n, excluded={1})
    np.testing.assert_allclose(power(X, 2, scale=3), 3 * X**2)
    assert ops.vectorize(lambda x: x * 2)(cornu.KerasTensor((None, 3))).shape == (None, 3)
    with pytest.raises(ValueError, match=r"'\(n\)->' is no signature"):
        ops.vectorize(ops.sum, signature="(n)->")
    with pytest.raises(ShapeError, match=r"\(2, 3, 4\), \(3,\) do not fit the signature"):
        product(CUBE, np.ones(3))
    with pytest.raises(ShapeError, match="does not fit 1 tensors"):
        product(CUBE)


def test_custom_gradient_and_jvp(run):
    @ops.custom_gradient
    def straight_through(x):
        return ops.round(x), lambda upstream: upstream

    slope = run(lambda x: gradients([straight_through(x) * 3.0], [x])[0], np.float64(1.4))
    assert float(slope) == 3.0
    np.testing.assert_array_equal(straight_through(np.array([1.4])), [1.0])
    value, slope, aux = ops.jvp(
        lambda x: (ops.sin(x), "aux"), (X,), (np.ones_like(X),), has_aux=True
    )
    np.testing.assert_allclose(slope, np.cos(X))
    np.testing.assert_allclose(value, np.sin(X))
    assert aux == "aux"
