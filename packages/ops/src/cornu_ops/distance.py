"""Distances between points and between images."""

from __future__ import annotations

import math

from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.movement import flat, transposed, with_axis
from cornu_ops.values import Tensor, TensorLike, promote_floating


@op
def cdist(x: TensorLike, y: TensorLike) -> Tensor:
    """Euclidean distance of each pair of points.

    Parameters
    ----------
    x, y
        Points `(…, n, size)` and `(…, m, size)`.

    Returns
    -------
    Tensor
        `(…, n, m)`.

    Examples
    --------
    >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    array([[5., 1.]], dtype=float32)
    """
    x, y = promote_floating(x, y)
    last_x, last_y = x.ndim - 1, y.ndim - 1
    if x.shape[-2] * y.shape[-2] * x.shape[-1] <= _SMALL:
        gap = p.sub(with_axis(x, last_x), with_axis(y, last_y - 1))
        return _root(p.sum(p.mul(gap, gap), axes=(gap.ndim - 1,), keepdims=False))
    products = p.matmul(x, transposed(y))
    square_x = p.sum(p.mul(x, x), axes=(last_x,), keepdims=True)
    square_y = p.sum(p.mul(y, y), axes=(last_y,), keepdims=False)
    square_y = p.reshape(square_y, shape=(*y.shape[:-2], 1, y.shape[-2]))
    square = p.sub(p.add(square_x, square_y), p.mul(products, 2.0))
    return _root(square)


_SMALL = 2**20  # differences of fewer numbers are formed one by one: exact where points are close


def _root(square: Tensor) -> Tensor:
    """Square root whose slope at 0 is 0; what rounding made negative counts as 0."""
    positive = p.lt(0.0, square)
    return p.where(positive, p.sqrt(p.where(positive, square, 1.0)), 0.0)


@op
def psnr(x1: TensorLike, x2: TensorLike, max_val: float) -> Tensor:
    """Peak signal-to-noise ratio `10 * log10(max_val**2 / mean((x1 - x2)**2))`, in decibels.

    Parameters
    ----------
    x1, x2
        Tensors of one shape.
    max_val
        The largest value a signal may have.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> float(ops.psnr([1.0, 0.0], [0.0, 0.0], max_val=1.0))
    3.0102999210357666
    """
    x1, x2 = promote_floating(x1, x2)
    if tuple(x1.shape) != tuple(x2.shape):
        raise ValueError(f"psnr() needs one shape, got {tuple(x1.shape)} and {tuple(x2.shape)}.")
    gap = flat(p.sub(x1, x2))
    error = p.mul(p.sum(p.mul(gap, gap), axes=(0,), keepdims=False), 1.0 / gap.shape[0])
    return p.mul(p.sub(2 * math.log(max_val), p.log(error)), 10.0 / math.log(10.0))
