"""Reductions and cumulative sums. `axes` is a sorted tuple of non-negative axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Axis, Flag, SortedAxes
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p, register
from cornu_engine.shapes import Shape, product, reduced_shape

Static = tuple[int, ...]


def _reduced(x: Node, *, axes: SortedAxes, keepdims: Flag) -> tuple[Shape, np.dtype]:
    return reduced_shape(x.shape, axes, keepdims), x.dtype


def _place_of_largest(x: Node, *, axis: Axis) -> tuple[Shape, np.dtype]:
    return reduced_shape(x.shape, (axis,), False), np.dtype(np.int32)


def _cumulated(x: Node, *, axis: Axis, reverse: Flag) -> tuple[Shape, np.dtype]:
    return x.shape, x.dtype


def keep(value: Any, x: Any, axes: Static) -> Any:
    """Give a reduced value back its reduced axes, with size 1."""
    return p.reshape(value, shape=reduced_shape(x.shape, axes, True))


def _sum(x: np.ndarray, *, axes: Static, keepdims: bool) -> np.ndarray:
    wide = np.float32 if x.dtype == np.float16 else x.dtype  # float16 sums lose whole terms
    return np.sum(x, axis=axes, keepdims=keepdims, dtype=wide).astype(x.dtype)


def _extreme_vjp(g: Node, y: Node, x: Node, *, axes: Static, keepdims: bool) -> tuple[Any]:
    # equal extremes share the gradient
    hit = p.cast(p.eq(x, keep(y, x, axes)), dtype=x.dtype)
    return (hit * (keep(g, x, axes) / p.sum(hit, axes=axes, keepdims=True)),)


def _prod_vjp(g: Node, y: Node, x: Node, *, axes: Static, keepdims: bool) -> tuple[Any]:
    # The product of the others, without dividing: x may hold zeros.
    rest = tuple(i for i in range(x.ndim) if i not in axes)
    n = product(x.shape[i] for i in axes)
    flat = p.reshape(p.transpose(x, perm=rest + axes), shape=(*(x.shape[i] for i in rest), n))
    eye = np.eye(n, dtype=bool)
    table = p.expand(
        p.reshape(flat, shape=(*flat.shape[:-1], 1, n)), shape=(*flat.shape[:-1], n, n)
    )
    others = p.prod(p.where(eye, 1.0, table), axes=(table.ndim - 1,), keepdims=False)
    back = p.reshape(others, shape=tuple(x.shape[i] for i in rest + axes))
    inverse = tuple(int(i) for i in np.argsort(rest + axes))
    return (keep(g, x, axes) * p.transpose(back, perm=inverse),)


register(
    "sum",
    "reduction",
    _sum,
    _reduced,
    lambda g, y, x, *, axes, keepdims: (p.expand(keep(g, x, axes), shape=x.shape),),
)
register(
    "max",
    "reduction",
    lambda x, *, axes, keepdims: np.max(x, axis=axes, keepdims=keepdims),
    _reduced,
    _extreme_vjp,
)
register(
    "min",
    "reduction",
    lambda x, *, axes, keepdims: np.min(x, axis=axes, keepdims=keepdims),
    _reduced,
    _extreme_vjp,
)
register(
    "prod",
    "reduction",
    lambda x, *, axes, keepdims: np.prod(x, axis=axes, keepdims=keepdims, dtype=x.dtype),
    _reduced,
    _prod_vjp,
)
register(
    "argmax",
    "other",
    lambda x, *, axis: np.argmax(x, axis).astype(np.int32),
    _place_of_largest,
)


def _cumsum(x: np.ndarray, *, axis: int, reverse: bool) -> np.ndarray:
    if reverse:
        return np.flip(np.cumsum(np.flip(x, axis), axis, dtype=x.dtype), axis)
    return np.cumsum(x, axis, dtype=x.dtype)


register(
    "cumsum",
    "other",
    _cumsum,
    _cumulated,
    lambda g, y, x, *, axis, reverse: (p.cumsum(g, axis=axis, reverse=not reverse),),
)
