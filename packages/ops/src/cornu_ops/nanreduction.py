"""Reductions that pass NaN over."""

from __future__ import annotations

import math
from typing import Any

from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.reduction import argument_of_extreme, cumprod, cumsum, reduce
from cornu_ops.values import (
    Axis,
    DTypeLike,
    Tensor,
    TensorLike,
    accumulated,
    cast_value,
    floating,
    is_floating,
    value,
)


def nan_filled(x: TensorLike, fill: float) -> tuple[Tensor, Tensor]:
    """`x` with NaN replaced, and where numbers stood (1 or 0 in the dtype of `x`)."""
    x = floating(x)
    present = p.eq(x, x)
    return p.where(present, x, fill), cast_value(present, x.dtype)


def _without_nan(x: TensorLike, fill: float) -> Tensor:
    x = value(x)
    return nan_filled(x, fill)[0] if is_floating(x) else x


def _nan_mean(x: Tensor, present: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    return p.div(reduce(p.sum, x, axis, keepdims), reduce(p.sum, present, axis, keepdims))


@op
def nansum(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Sum over axes, NaN counting as 0.

    Examples
    --------
    >>> ops.nansum([1.0, float("nan"), 2.0], keepdims=True)
    array([3.], dtype=float32)
    """
    return reduce(p.sum, accumulated(_without_nan(x, 0.0)), axis, keepdims)


@op
def nanprod(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Product over axes, NaN counting as 1.

    Examples
    --------
    >>> ops.nanprod([3.0, float("nan"), 2.0], keepdims=True)
    array([6.], dtype=float32)
    """
    return reduce(p.prod, accumulated(_without_nan(x, 1.0)), axis, keepdims)


@op
def nanmean(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Mean over axes of what is not NaN.

    Examples
    --------
    >>> ops.nanmean([1.0, float("nan"), 2.0], keepdims=True)
    array([1.5], dtype=float32)
    """
    return _nan_mean(*nan_filled(x, 0.0), axis, keepdims)


@op
def nanvar(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Variance over axes of what is not NaN.

    Examples
    --------
    >>> ops.nanvar([1.0, float("nan"), 3.0], keepdims=True)
    array([1.], dtype=float32)
    """
    x, present = nan_filled(x, 0.0)
    centred = p.mul(p.sub(x, _nan_mean(x, present, axis, True)), present)
    return _nan_mean(p.mul(centred, centred), present, axis, keepdims)


@op
def nanstd(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Standard deviation over axes of what is not NaN.

    Examples
    --------
    >>> ops.nanstd([1.0, float("nan"), 3.0], keepdims=True)
    array([1.], dtype=float32)
    """
    return p.sqrt(nanvar(x, axis, keepdims))


def _nan_extreme(primitive: Any, x: TensorLike, fill: float, axis: Axis, keepdims: bool) -> Tensor:
    x = value(x)
    if not is_floating(x):
        return reduce(primitive, x, axis, keepdims)
    x, present = nan_filled(x, fill)
    seen = reduce(p.max, present, axis, keepdims)
    return p.where(p.eq(seen, 0.0), math.nan, reduce(primitive, x, axis, keepdims))


@op
def nanmax(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Largest element over axes, NaN passed over; NaN where there is nothing else.

    Examples
    --------
    >>> ops.nanmax([1.0, float("nan"), 3.0], keepdims=True)
    array([3.], dtype=float32)
    """
    return _nan_extreme(p.max, x, -math.inf, axis, keepdims)


@op
def nanmin(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Smallest element over axes, NaN passed over; NaN where there is nothing else.

    Examples
    --------
    >>> ops.nanmin([1.0, float("nan"), 3.0], keepdims=True)
    array([1.], dtype=float32)
    """
    return _nan_extreme(p.min, x, math.inf, axis, keepdims)


@op
def nanargmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the largest element, NaN passed over; -1 where there is nothing else.

    Examples
    --------
    >>> ops.nanargmax([[1.0, float("nan")], [2.0, 3.0]], axis=1)
    array([0, 1], dtype=int32)
    """
    return _nan_argument(x, axis, keepdims)


def _nan_argument(x: TensorLike, axis: int | None, keepdims: bool) -> Tensor:
    filled, present = nan_filled(x, -math.inf)
    seen = reduce(p.max, present, axis, keepdims)
    return p.where(p.eq(seen, 0.0), -1, argument_of_extreme(filled, axis, keepdims))


@op
def nanargmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Position of the smallest element, NaN passed over; -1 where there is nothing else.

    Examples
    --------
    >>> ops.nanargmin([[1.0, float("nan")], [2.0, 3.0]], axis=1)
    array([0, 0], dtype=int32)
    """
    return _nan_argument(p.neg(floating(x)), axis, keepdims)


@op
def nancumsum(x: TensorLike, axis: int | None = None, dtype: DTypeLike = None) -> Tensor:
    """Running sum along an axis, NaN counting as 0.

    Examples
    --------
    >>> ops.nancumsum([1.0, float("nan"), 2.0])
    array([1., 1., 3.], dtype=float32)
    """
    return cumsum(_without_nan(x, 0.0), axis, dtype)


@op
def nancumprod(x: TensorLike, axis: int | None = None, dtype: DTypeLike = None) -> Tensor:
    """Running product along an axis, NaN counting as 1.

    Examples
    --------
    >>> ops.nancumprod([3.0, float("nan"), 2.0])
    array([3., 3., 6.], dtype=float32)
    """
    return cumprod(_without_nan(x, 1.0), axis, dtype)
