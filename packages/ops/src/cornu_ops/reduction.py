"""Reductions over axes, and running sums along one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axes, product, reduced_shape
from cornu_engine.trace import op
from cornu_ops.movement import along
from cornu_ops.values import (
    Axis,
    DTypeLike,
    Tensor,
    TensorLike,
    accumulated,
    cast_value,
    floating,
    is_floating,
    numeric,
    promote_floating,
    truth,
    value,
    wide,
)


def reduce(primitive: Any, x: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    """`primitive` over `axis` of a value; over no axis at all it is the value itself."""
    axes = normalize_axes(axis, x.ndim)
    return primitive(x, axes=axes, keepdims=bool(keepdims)) if axes else x


def count(x: Tensor, axis: Axis) -> int:
    """How many elements a reduction over `axis` joins."""
    return product(x.shape[a] for a in normalize_axes(axis, x.ndim))


def reduce_or(primitive: Any, x: Tensor, axis: Axis, keepdims: bool, nothing: Any) -> Tensor:
    """`primitive` over `axis` of a value; `nothing` where there are no elements to join."""
    if count(x, axis):
        return reduce(primitive, x, axis, keepdims)
    shape = reduced_shape(x.shape, normalize_axes(axis, x.ndim), keepdims)
    return p.expand(value(nothing, x.dtype), shape=shape)


def mean_of(x: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    """Mean of a floating value; half precision is summed in single."""
    total, size = reduce(p.sum, wide(x), axis, keepdims), count(x, axis)
    return cast_value(p.mul(total, 1.0 / size) if size else p.div(total, 0.0), x.dtype)


def variance_of(x: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    """Mean squared distance from the mean; half precision is summed in single."""
    full = wide(x)
    centred = p.sub(full, mean_of(full, axis, True))
    return cast_value(mean_of(p.mul(centred, centred), axis, keepdims), x.dtype)


@op
def sum(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over axes; booleans and small integers are added in 32 bits.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        Axis or axes to sum over; all by default.
    keepdims
        Keep the summed axes with size 1.

    Examples
    --------
    >>> ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
    array([4., 6.], dtype=float32)
    """
    return reduce(p.sum, accumulated(value(x)), axis, keepdims)


@op
def mean(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Arithmetic mean over axes; integers become `floatx`.

    Examples
    --------
    >>> ops.mean([[1.0, 2.0], [3.0, 4.0]], axis=1)
    array([1.5, 3.5], dtype=float32)
    """
    return mean_of(floating(x), axis, keepdims)


@op
def var(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Variance over axes, `mean((x - mean(x))**2)`.

    Examples
    --------
    >>> ops.var([[1.0, 3.0], [2.0, 2.0]], axis=1)
    array([1., 0.], dtype=float32)
    """
    return variance_of(floating(x), axis, keepdims)


@op
def std(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Standard deviation over axes, `sqrt(var(x))`.

    Examples
    --------
    >>> ops.std([[1.0, 3.0], [2.0, 2.0]], axis=1)
    array([1., 0.], dtype=float32)
    """
    return p.sqrt(variance_of(floating(x), axis, keepdims))


def _extreme(
    primitive: Any, join: Any, x: TensorLike, axis: Axis, keepdims: bool, initial: Any
) -> Tensor:
    x = value(x)
    if initial is None:
        return reduce(primitive, x, axis, keepdims)
    return join(reduce_or(primitive, x, axis, keepdims, initial), value(initial, x.dtype))


@op
def max(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: TensorLike = None
) -> Tensor:
    """Largest element over axes; equal ones share the gradient.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        Axis or axes; all by default.
    keepdims
        Keep the reduced axes with size 1.
    initial
        A number that takes part; needed where an axis is empty.

    Examples
    --------
    >>> ops.max([[1.0, 5.0], [3.0, 4.0]], axis=1)
    array([5., 4.], dtype=float32)
    """
    return _extreme(p.max, p.maximum, x, axis, keepdims, initial)


@op
def min(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, initial: TensorLike = None
) -> Tensor:
    """Smallest element over axes; equal ones share the gradient.

    Examples
    --------
    >>> ops.min([[1.0, 5.0], [3.0, 4.0]], axis=1)
    array([1., 3.], dtype=float32)
    """
    return _extreme(p.min, p.minimum, x, axis, keepdims, initial)


@op
def amax(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Largest element over axes; another name of `max`.

    Examples
    --------
    >>> ops.amax([[1.0, 5.0], [3.0, 4.0]], axis=0)
    array([3., 5.], dtype=float32)
    """
    return _extreme(p.max, p.maximum, x, axis, keepdims, None)


@op
def amin(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Smallest element over axes; another name of `min`.

    Examples
    --------
    >>> ops.amin([[1.0, 5.0], [3.0, 4.0]], axis=0)
    array([1., 4.], dtype=float32)
    """
    return _extreme(p.min, p.minimum, x, axis, keepdims, None)


@op
def ptp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Largest less smallest element over axes.

    Examples
    --------
    >>> ops.ptp([[1.0, 5.0], [3.0, 4.0]], axis=1)
    array([4., 1.], dtype=float32)
    """
    x = value(x)
    return p.sub(reduce(p.max, x, axis, keepdims), reduce(p.min, x, axis, keepdims))


@op
def prod(
    x: TensorLike, axis: Axis = None, keepdims: bool = False, dtype: DTypeLike = None
) -> Tensor:
    """Product over axes; booleans and small integers are multiplied in 32 bits.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        Axis or axes; all by default.
    keepdims
        Keep the reduced axes with size 1.
    dtype
        Dtype to multiply in and to return.

    Examples
    --------
    >>> ops.prod([[1.0, 2.0], [3.0, 4.0]], axis=0)
    array([3., 8.], dtype=float32)
    """
    x = accumulated(value(x)) if dtype is None else value(x, dtype)
    return reduce(p.prod, x, axis, keepdims)


@op
def all(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether all elements over axes are true (not 0).

    Examples
    --------
    >>> ops.all([[True, False], [True, True]], axis=1)
    array([False,  True])
    """
    return reduce_or(p.min, truth(x), axis, keepdims, True)


@op
def any(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether any element over axes is true (not 0).

    Examples
    --------
    >>> ops.any([[True, False], [False, False]], axis=1)
    array([ True, False])
    """
    return reduce_or(p.max, truth(x), axis, keepdims, False)


@op
def count_nonzero(x: TensorLike, axis: Axis = None) -> Tensor:
    """How many elements over axes are not 0, as int32.

    Examples
    --------
    >>> ops.count_nonzero([[0, 1], [2, 3]], axis=1)
    array([1, 2], dtype=int32)
    """
    return reduce(p.sum, cast_value(truth(x), np.int32), axis, False)


@op
def average(x: TensorLike, axis: Axis = None, weights: TensorLike = None) -> Tensor:
    """Weighted mean `sum(x * weights) / sum(weights)` over axes.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        Axis or axes; all by default.
    weights
        Of the shape of `x`, or one weight for each position along `axis`.

    Examples
    --------
    >>> float(ops.average([1.0, 2.0, 4.0], weights=[1.0, 1.0, 2.0]))
    2.75
    """
    if weights is None:
        return mean_of(floating(x), axis, False)
    x, weights = promote_floating(x, weights)
    if weights.shape != x.shape:
        axes = normalize_axes(axis, x.ndim)
        if len(axes) != 1 or tuple(weights.shape) != (x.shape[axes[0]],):
            raise ShapeError(
                f"average(): weights of shape {tuple(weights.shape)} for a tensor of shape "
                f"{tuple(x.shape)} and axis {axis}; give them its shape, or one axis and as many "
                "weights as it is long."
            )
        weights = p.reshape(
            weights, shape=tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
        )
        weights = p.expand(weights, shape=x.shape)
    return p.div(reduce(p.sum, p.mul(x, weights), axis, False), reduce(p.sum, weights, axis, False))


@op
def logsumexp(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """`log(sum(exp(x)))` over axes without overflow.

    Examples
    --------
    >>> ops.logsumexp([[1000.0, 1000.0], [0.0, 0.0]], axis=1)
    array([1.0006932e+03, 6.9314718e-01], dtype=float32)
    """
    from cornu_ops.composites.softmax import logsumexp as whole

    x = floating(x)
    if not count(x, axis):
        return reduce_or(p.sum, x, axis, keepdims, -math.inf)
    return whole(x, axes=normalize_axes(axis, x.ndim), keepdims=bool(keepdims))


def argument_of_extreme(x: Tensor, axis: int | None, keepdims: bool) -> Tensor:
    """Position of the largest element of a value along an axis, or in all of it."""
    line, place = along(x, axis)
    found = p.argmax(line, axis=place)
    if not keepdims:
        return found
    return p.reshape(found, shape=reduced_shape(x.shape, normalize_axes(axis, x.ndim), True))


def reversed_order(x: Tensor) -> Tensor:
    """A value ordered the other way round: `-x`, or `~x` of integers, as `-x` may wrap."""
    return p.neg(x) if is_floating(x) else p.invert(x)


@op
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the first largest element along an axis, as int32.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        One axis; by default the position in the flattened tensor.
    keepdims
        Keep the axis with size 1.

    Examples
    --------
    >>> ops.argmax([[1.0, 5.0], [3.0, 2.0]], axis=1)
    array([1, 0], dtype=int32)
    """
    return argument_of_extreme(value(x), axis, keepdims)


@op
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the first smallest element along an axis, as int32.

    Examples
    --------
    >>> ops.argmin([[1.0, 5.0], [3.0, 2.0]], axis=1)
    array([0, 1], dtype=int32)
    """
    return argument_of_extreme(reversed_order(value(x)), axis, keepdims)


def _running(x: TensorLike, axis: int | None, dtype: DTypeLike) -> tuple[Tensor, int]:
    return along(numeric(value(x, dtype)), axis)


@op
def cumsum(x: TensorLike, axis: int | None = None, dtype: DTypeLike = None) -> Tensor:
    """Running sum along an axis, of the flattened tensor by default.

    Examples
    --------
    >>> ops.cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.], dtype=float32)
    """
    x, place = _running(x, axis, dtype)
    return p.cumsum(x, axis=place, reverse=False)


@op
def cumprod(x: TensorLike, axis: int | None = None, dtype: DTypeLike = None) -> Tensor:
    """Running product along an axis, of the flattened tensor by default.

    Examples
    --------
    >>> ops.cumprod([1.0, 2.0, 3.0])
    array([1., 2., 6.], dtype=float32)
    """
    return running_product(*_running(x, axis, dtype))


def running_product(x: Tensor, axis: int) -> Tensor:
    """Products of doubling spans: log2(n) multiplications of the whole tensor."""
    size, shift = x.shape[axis], 1
    while shift < size:
        low = tuple(shift if i == axis else 0 for i in range(x.ndim))
        stop = tuple(n - shift if i == axis else n for i, n in enumerate(x.shape))
        earlier = p.slice(x, start=(0,) * x.ndim, stop=stop, step=(1,) * x.ndim)
        x = p.mul(x, p.pad(earlier, low=low, high=(0,) * x.ndim, interior=(0,) * x.ndim, value=1))
        shift *= 2
    return x
