"""Diagonals of matrices."""

from __future__ import annotations

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis
from cornu_engine.trace import op
from cornu_ops.movement import flat, permuted
from cornu_ops.values import Tensor, TensorLike, value


@op
def diag(x: TensorLike, k: int = 0) -> Tensor:
    """A matrix with a vector on diagonal `k`, or diagonal `k` of a matrix.

    Examples
    --------
    >>> ops.diag([1, 2])
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    x = value(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError(f"diag() needs a vector or a matrix, got shape {tuple(x.shape)}.")
    size = x.shape[0] + abs(k)
    filled = p.scatter_add(_places(size, size, k), x, shape=(size * size,), axis=0)
    return p.reshape(filled, shape=(size, size))


def _places(rows: int, columns: int, k: int) -> np.ndarray:
    """Where the elements of diagonal `k` stand in the matrix flattened."""
    row, column = max(0, -k), max(0, k)
    count = max(0, min(rows - row, columns - column))
    return np.arange(count, dtype=np.int32) * (columns + 1) + row * columns + column


@op
def diagflat(x: TensorLike, k: int = 0) -> Tensor:
    """A matrix with the flattened `x` on diagonal `k`.

    Examples
    --------
    >>> ops.diagflat([[1, 2]])
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return diag(flat(value(x)), k)


@op
def diagonal(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonals of the matrices that two axes span, as a new last axis.

    Examples
    --------
    >>> ops.diagonal([[1, 2], [3, 4]])
    array([1, 4], dtype=int32)
    """
    x = value(x)
    first, second = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    if first == second:
        raise ValueError(f"diagonal() needs two different axes, got {axis1} and {axis2}.")
    rest = [i for i in range(x.ndim) if i not in (first, second)]
    x = permuted(x, [*rest, first, second])
    rows, columns = x.shape[-2:]
    lines = p.reshape(x, shape=(*x.shape[:-2], rows * columns))
    return p.gather(lines, _places(rows, columns, offset), axis=x.ndim - 2)


@op
def trace(x: TensorLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Sum along the diagonals of the matrices that two axes span.

    Examples
    --------
    >>> ops.trace([[[1, 2], [3, 4]]], axis1=1, axis2=2)
    array([5], dtype=int32)
    """
    from cornu_ops.reduction import sum as total

    return total(diagonal(x, offset, axis1, axis2), axis=-1)
