"""Linear systems by elimination: what solving, inverting and determinants share."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Floats
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p
from cornu_ops.movement import transposed


def _row(x: Any, at: Any) -> Any:
    """The row of each matrix at a position that is marked in `at` (batch, rows, 1)."""
    return p.sum(p.where(at, x, 0.0), axes=(x.ndim - 2,), keepdims=True)


def _eliminate(a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Gauss and Jordan with partial pivoting: `a^-1 b`, the pivots, the sign of the row swaps.

    `a` is (batch, n, n), `b` (batch, n, m). The steps are one scan, so the program does not
    grow with the size of the matrix.
    """
    from cornu_ops.control import scan

    batch, n = a.shape[:2]
    places = np.arange(n, dtype=np.int32).reshape(1, n, 1)

    def step(state: Any, k: Any) -> Any:
        table, sign = state
        here = p.eq(places, k)
        column = p.sum(
            p.where(p.eq(np.arange(n + b.shape[2], dtype=np.int32), k), table, 0.0),
            axes=(2,),
            keepdims=True,
        )
        size = p.where(p.lt(places, k), -1.0, p.abs(column))
        best = p.reshape(p.argmax(p.reshape(size, shape=(batch, n)), axis=1), shape=(batch, 1, 1))
        there = p.eq(places, best)
        pivot_row, old_row = _row(table, there), _row(table, here)
        swapped = p.where(here, pivot_row, p.where(there, old_row, table))
        moved = p.where(here, _row(column, there), p.where(there, _row(column, here), column))
        pivot = _row(column, there)
        lead = p.div(pivot_row, pivot)
        table = p.where(here, lead, p.sub(swapped, p.mul(moved, lead)))
        flat_pivot = p.reshape(pivot, shape=(batch,))
        sign = p.where(p.reshape(p.eq(best, k), shape=(batch,)), sign, p.neg(sign))
        return (table, sign), flat_pivot

    table = p.concat(a, b, axis=2)
    sign = np.ones(batch, a.dtype)
    (table, sign), pivots = scan(step, (table, sign), np.arange(n, dtype=np.int32))
    solved = p.slice(table, start=(0, 0, n), stop=table.shape, step=(1, 1, 1))
    return solved, pivots, sign


@composite(portable=True)
def solve_system(a: Floats, b: Floats) -> Any:
    """`a^-1 b` of matrices (batch, n, n) and (batch, n, m)."""
    if isinstance(a, np.ndarray):
        return np.linalg.solve(a, b)
    return _eliminate(a, b)[0]


@solve_system.vjp
def _(g: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    back = solve_system(transposed(a), g)
    return p.neg(p.matmul(back, transposed(out))), back


@composite(portable=True)
def log_determinant(a: Floats) -> tuple[Any, Any]:
    """Sign and logarithm of the absolute determinant of matrices (batch, n, n)."""
    if isinstance(a, np.ndarray):
        sign, logarithm = np.linalg.slogdet(a)
        return np.asarray(sign, a.dtype), np.asarray(logarithm, a.dtype)
    _, pivots, sign = _eliminate(a, np.zeros((*a.shape[:2], 0), a.dtype))
    sign = p.mul(sign, p.prod(p.sign(pivots), axes=(0,), keepdims=False))
    return sign, p.sum(p.log(p.abs(pivots)), axes=(0,), keepdims=False)


@log_determinant.vjp
def _(g: Any, out: Any, a: Any) -> tuple[Any]:
    batch, n = a.shape[:2]
    eye = p.expand(np.eye(n, dtype=a.dtype), shape=a.shape)
    inverse = solve_system(transposed(a), eye)
    return (p.mul(p.reshape(g[1], shape=(batch, 1, 1)), inverse),)


@composite(portable=True)
def cholesky_factor(a: Floats) -> Any:
    """The lower triangle `l` with `l @ l.T = a` of positive definite (batch, n, n)."""
    from cornu_ops.control import scan

    if isinstance(a, np.ndarray):
        return np.linalg.cholesky(a)
    batch, n = a.shape[:2]
    places = np.arange(n, dtype=np.int32)

    def step(factor: Any, k: Any) -> Any:
        here = p.reshape(p.eq(places, k), shape=(1, n, 1))
        row = _row(factor, here)
        column = transposed(_row(transposed(a), here))
        rest = p.sub(column, p.matmul(factor, transposed(row)))
        pivot = p.sqrt(_row(rest, here))
        filled = p.where(p.lt(places.reshape(1, n, 1), k), 0.0, p.div(rest, pivot))
        return p.where(p.reshape(p.eq(places, k), shape=(1, 1, n)), filled, factor), ()

    start = p.expand(np.zeros((), a.dtype), shape=(batch, n, n))
    return scan(step, start, places)[0]


@cholesky_factor.vjp
def _(g: Any, out: Any, a: Any) -> tuple[Any]:
    # Murray (2016): l^-T Phi(l^T g) l^-1, symmetrised; Phi keeps the lower half and half the
    # diagonal
    n = a.shape[-1]
    weights = np.tril(np.ones((n, n), a.dtype)) - 0.5 * np.eye(n, dtype=a.dtype)
    inner = p.mul(p.matmul(transposed(out), g), weights)
    left = solve_system(transposed(out), inner)
    both = transposed(solve_system(transposed(out), transposed(left)))
    return (p.mul(p.add(both, transposed(both)), 0.5),)
