"""Gathering, scattering and sorting."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Axis, Integers, Place, Sizes
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p, register
from cornu_engine.shapes import Shape, product

Static = tuple[int, ...]


def _gather_shape(x: Node, indices: Integers, *, axis: Axis) -> tuple[Shape, np.dtype]:
    if indices.dtype.kind not in "iu":
        raise TypeError(f"Indices must be integers, not {indices.dtype}.")
    return (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype


def _scatter_shape(
    indices: Integers, updates: Node, *, shape: Sizes, axis: Place
) -> tuple[Shape, np.dtype]:
    if axis >= len(shape):
        raise ValueError(f"Shape {tuple(shape)} has no axis {axis}.")
    expected = (*shape[:axis], *indices.shape, *shape[axis + 1 :])
    if updates.shape != tuple(expected):
        raise ValueError(f"Updates of shape {updates.shape} should have shape {tuple(expected)}.")
    return tuple(shape), updates.dtype


def _scatter_add(
    indices: np.ndarray, updates: np.ndarray, *, shape: Static, axis: int
) -> np.ndarray:
    out = np.zeros(shape, updates.dtype)
    front = np.moveaxis(out, axis, 0)
    rank = indices.ndim
    moved = np.moveaxis(updates, range(axis, axis + rank), range(rank))
    np.add.at(front, indices, moved)
    return out


register(
    "gather",
    "other",
    lambda x, indices, *, axis: np.take(x, indices, axis),
    _gather_shape,
    lambda g, y, x, indices, *, axis: (
        p.scatter_add(indices, g, shape=x.shape, axis=axis),
        None,
    ),
)
register(
    "scatter_add",
    "other",
    _scatter_add,
    _scatter_shape,
    lambda g, y, indices, updates, *, shape, axis: (None, p.gather(g, indices, axis=axis)),
)


def _flat_positions(order: Node, axis: int) -> Any:
    """Turn positions along `axis` into positions in the flattened array."""
    strides = [product(order.shape[i + 1 :]) for i in range(order.ndim)]
    base = sum(
        np.arange(n, dtype=np.int32).reshape([-1 if j == i else 1 for j in range(order.ndim)])
        * strides[i]
        for i, n in enumerate(order.shape)
        if i != axis
    )
    return order * strides[axis] + np.asarray(base, np.int32)


def _sort_vjp(g: Node, y: Node, x: Node, *, axis: int) -> tuple[Any]:
    positions = _flat_positions(p.argsort(x, axis=axis), axis)
    flat = p.scatter_add(
        p.reshape(positions, shape=(x.size,)),
        p.reshape(g, shape=(x.size,)),
        shape=(x.size,),
        axis=0,
    )
    return (p.reshape(flat, shape=x.shape),)


def _along(x: Node, *, axis: Axis) -> tuple[Shape, np.dtype]:
    return x.shape, x.dtype


def _order(x: Node, *, axis: Axis) -> tuple[Shape, np.dtype]:
    return x.shape, np.dtype(np.int32)


register("sort", "other", lambda x, *, axis: np.sort(x, axis), _along, _sort_vjp)
register(
    "argsort",
    "other",
    lambda x, *, axis: np.argsort(x, axis, kind="stable").astype(np.int32),
    _order,
)
