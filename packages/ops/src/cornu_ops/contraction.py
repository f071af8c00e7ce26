"""Products of tensors, all through one batched matrix product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis, product
from cornu_engine.trace import op
from cornu_ops.int8 import both_int8, int8_matmul
from cornu_ops.joining import unstack
from cornu_ops.movement import flat, ints, joined, moveaxis, permuted, with_axis
from cornu_ops.values import Tensor, TensorLike, as_value, cast_value, promote, truth


def summed_products(*xs: TensorLike, sum_of: Callable[..., Tensor]) -> Tensor:
    """`sum_of` values of one dtype; of booleans, whether any product is true."""
    values = promote(*xs)
    if values[0].dtype == bool:
        return truth(sum_of(*(cast_value(x, np.int32) for x in values)))
    return sum_of(*values)


def multiplied(a: Tensor, b: Tensor) -> Tensor:
    """The matrix product of values with one dtype; int8 is added up in int32, as in Keras."""
    return int8_matmul(a, b) if both_int8(a, b) else p.matmul(a, b)


def product_of(a: Tensor, b: Tensor, multiply: Callable[..., Tensor] | None = None) -> Tensor:
    """`a @ b` of values with one dtype, vectors included."""
    inner = a.shape[-1], b.shape[0 if b.ndim == 1 else -2]
    if inner[0] != inner[1]:
        raise ShapeError(
            f"Shapes {tuple(a.shape)} and {tuple(b.shape)} do not multiply: "
            f"the inner sizes {inner[0]} and {inner[1]} must be equal."
        )
    rows, columns = a.ndim == 1, b.ndim == 1
    a = p.reshape(a, shape=(1, a.shape[0])) if rows else a
    b = p.reshape(b, shape=(b.shape[0], 1)) if columns else b
    shape: list[int] = []
    if a.ndim > 2 and b.ndim == 2:  # one tall matrix is a single product, a stack of them is many
        shape = [*a.shape[:-1], b.shape[-1]]
        a = p.reshape(a, shape=(product(a.shape[:-1]), a.shape[-1]))
    result = (multiply or p.matmul)(a, b)
    result = p.reshape(result, shape=tuple(shape)) if shape else result
    kept = [
        *result.shape[:-2],
        *([] if rows else result.shape[-2:-1]),
        *([] if columns else result.shape[-1:]),
    ]
    return p.reshape(result, shape=tuple(kept)) if rows or columns else result


@op
def matmul(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Matrix product over the last two axes, the others broadcasting.

    Parameters
    ----------
    x1
        `(…, n, k)`, or a vector `(k,)` standing for one row.
    x2
        `(…, k, m)`, or a vector `(k,)` standing for one column.

    Returns
    -------
    Tensor
        `(…, n, m)`, without the axis that a vector stood in for.

    Raises
    ------
    ValueError
        If the inner sizes differ.

    Examples
    --------
    >>> ops.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    array([3., 7.], dtype=float32)
    """
    narrow = both_int8(as_value(x1), as_value(x2))
    return summed_products(x1, x2, sum_of=_widened if narrow else _matmul)


def _widened(a: Tensor, b: Tensor) -> Tensor:
    return _matmul(a, b, multiplied)


def _matmul(a: Tensor, b: Tensor, multiply: Callable[..., Tensor] | None = None) -> Tensor:
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError(
            "matmul() needs at least one axis on both sides; use multiply() with a scalar."
        )
    return product_of(a, b, multiply)


@op
def dot(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Sum of products over the last axis of `x1` and the last but one of `x2`.

    Examples
    --------
    >>> ops.dot([[1.0, 2.0]], [[3.0], [4.0]])
    array([[11.]], dtype=float32)
    """
    return _over_one_axis(x1, x2, -2)


def _over_one_axis(x1: TensorLike, x2: TensorLike, axis: int) -> Tensor:
    """Sums of products over the last axis of `x1` and `axis` (-1 of a vector) of `x2`."""

    def sum_of(a: Tensor, b: Tensor) -> Tensor:
        if a.ndim == 0 or b.ndim == 0:
            return p.mul(a, b)
        return contract(a, b, [a.ndim - 1], [b.ndim + max(axis, -b.ndim)])

    return summed_products(x1, x2, sum_of=sum_of)


def contract(a: Tensor, b: Tensor, axes_a: Sequence[int], axes_b: Sequence[int]) -> Tensor:
    """Sum of products over pairs of axes; the rest of `a` stands before the rest of `b`."""
    rest_a = [i for i in range(a.ndim) if i not in axes_a]
    rest_b = [i for i in range(b.ndim) if i not in axes_b]
    inner = [a.shape[i] for i in axes_a]
    if inner != [b.shape[i] for i in axes_b]:
        raise ShapeError(
            f"Shapes {tuple(a.shape)} and {tuple(b.shape)} do not multiply over axes "
            f"{list(axes_a)} and {list(axes_b)}."
        )
    shape_a, shape_b = [a.shape[i] for i in rest_a], [b.shape[i] for i in rest_b]
    left = p.reshape(permuted(a, [*rest_a, *axes_a]), shape=(product(shape_a), product(inner)))
    right = p.reshape(permuted(b, [*axes_b, *rest_b]), shape=(product(inner), product(shape_b)))
    return p.reshape(p.matmul(left, right), shape=(*shape_a, *shape_b))


@op
def tensordot(x1: TensorLike, x2: TensorLike, axes: Any = 2) -> Tensor:
    """Sum of products over pairs of axes.

    Parameters
    ----------
    x1, x2
        Tensors of any shape.
    axes
        How many last axes of `x1` meet as many first axes of `x2`, or the two lists of axes.

    Examples
    --------
    >>> ops.tensordot([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]], axes=1)
    array([[1., 2.],
           [3., 4.]], dtype=float32)
    """
    whole = isinstance(axes, (int, np.integer))
    first, second = (range(-int(axes), 0), range(int(axes))) if whole else map(ints, axes)

    def sum_of(a: Tensor, b: Tensor) -> Tensor:
        return contract(
            a,
            b,
            [normalize_axis(i, a.ndim) for i in first],
            [normalize_axis(i, b.ndim) for i in second],
        )

    return summed_products(x1, x2, sum_of=sum_of)


@op
def inner(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Sum of products over the last axes.

    Examples
    --------
    >>> ops.inner([[1.0, 2.0]], [3.0, 4.0])
    array([11.], dtype=float32)
    """
    return _over_one_axis(x1, x2, -1)


@op
def outer(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Products of all pairs of elements of two flattened tensors.

    Examples
    --------
    >>> ops.outer([1, 2], [3, 4])
    array([[3, 4],
           [6, 8]], dtype=int32)
    """
    a, b = promote(x1, x2)
    return p.mul(p.reshape(a, shape=(int(a.size), 1)), flat(b))


@op
def vdot(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Sum of products of two flattened tensors.

    Examples
    --------
    >>> float(ops.vdot([1.0, 2.0], [3.0, 4.0]))
    11.0
    """
    return summed_products(x1, x2, sum_of=lambda a, b: product_of(flat(a), flat(b)))


@op
def kron(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Kronecker product: every element of `x1` times the whole of `x2`.

    Examples
    --------
    >>> ops.kron([1, 2], [1, 1])
    array([1, 1, 2, 2], dtype=int32)
    """
    a, b = promote(x1, x2)
    rank = max(a.ndim, b.ndim)
    sizes_a, sizes_b = ((1,) * (rank - x.ndim) + tuple(x.shape) for x in (a, b))
    a = p.reshape(a, shape=tuple(n for size in sizes_a for n in (size, 1)))
    b = p.reshape(b, shape=tuple(n for size in sizes_b for n in (1, size)))
    return p.reshape(p.mul(a, b), shape=tuple(m * n for m, n in zip(sizes_a, sizes_b, strict=True)))


@op
def cross(
    x1: TensorLike,
    x2: TensorLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Tensor:
    """Vector product of vectors of 2 or 3 components.

    Parameters
    ----------
    x1, x2
        Tensors of vectors; the other axes broadcast.
    axisa, axisb
        Where the components of `x1` and `x2` stand.
    axisc
        Where those of the result stand.
    axis
        One place for all three.

    Examples
    --------
    >>> ops.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    array([0., 0., 1.], dtype=float32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = promote(x1, x2)
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    sizes = a.shape[-1], b.shape[-1]
    if not set(sizes) <= {2, 3}:
        raise ValueError(
            f"cross() needs vectors of 2 or 3 components, got {sizes[0]} and {sizes[1]}."
        )
    a1, a2, *a3 = unstack(a, axis=-1)
    b1, b2, *b3 = unstack(b, axis=-1)
    last = p.sub(p.mul(a1, b2), p.mul(a2, b1))
    if sizes == (2, 2):
        return last
    third_a, third_b = (a3 or [p.mul(a1, 0)])[0], (b3 or [p.mul(b1, 0)])[0]
    parts = [
        p.sub(p.mul(a2, third_b), p.mul(third_a, b2)),
        p.sub(p.mul(third_a, b1), p.mul(a1, third_b)),
        last,
    ]
    return moveaxis(joined([with_axis(part, part.ndim) for part in parts], last.ndim), -1, axisc)
