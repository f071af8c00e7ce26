"""Arithmetic of two tensors, and what holds a tensor within bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu_engine.dtypes import float_limits
from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.families import binary
from cornu_ops.values import (
    Tensor,
    TensorLike,
    floating,
    highest,
    is_floating,
    is_signed,
    lowest,
    promote,
    promote_floating,
    promote_numeric,
    value,
)


def _divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    zero = p.eq(x2, 0.0)
    return p.where(zero, 0.0, p.div(x1, p.where(zero, 1.0, x2)))


def _logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    top = p.maximum(x1, x2)
    gap = p.where(p.eq(x1, x2), 0.0, p.neg(p.abs(p.sub(x1, x2))))  # inf - inf has no difference
    return top + p.log1p(p.exp(gap))


def _hypot(x1: Tensor, x2: Tensor) -> Tensor:
    large, small = p.maximum(p.abs(x1), p.abs(x2)), p.minimum(p.abs(x1), p.abs(x2))
    ratio = _divide_no_nan(small, large)
    return large * p.sqrt(ratio * ratio + 1.0)


def _fmod(x1: Tensor, x2: Tensor) -> Tensor:
    rest = p.mod(p.abs(x1), p.abs(x2))
    return p.where(p.lt(x1, 0), p.neg(rest), rest) if is_signed(x1) else p.mod(x1, x2)


def _heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    step = p.where(p.lt(x1, 0.0), 0.0, p.where(p.eq(x1, 0.0), x2, 1.0))
    return p.where(p.ne(x1, x1), x1, step)


def _but_nan(join: Any, x1: Tensor, x2: Tensor) -> Tensor:
    """`join` of the two, or the other one where one is NaN."""
    return p.where(p.ne(x1, x1), x2, p.where(p.ne(x2, x2), x1, join(x1, x2)))


add = binary("add", "add", "`x1 + x2`.", "ops.add([1, 2], 0.5)", "array([1.5, 2.5], dtype=float32)")
subtract = binary(
    "subtract",
    "sub",
    "`x1 - x2`.",
    "ops.subtract([1.0, 2.0], 0.5)",
    "array([0.5, 1.5], dtype=float32)",
)
multiply = binary(
    "multiply",
    "mul",
    "`x1 * x2`.",
    "ops.multiply([1.0, 2.0], [[3.0], [4.0]])",
    "array([[3., 6.],\n       [4., 8.]], dtype=float32)",
)
divide = binary(
    "divide",
    "div",
    "`x1 / x2`, always a float.",
    "ops.divide([1, 3], 2)",
    "array([0.5, 1.5], dtype=float32)",
    prepare=promote_floating,
)
true_divide = binary(
    "true_divide",
    "div",
    "`x1 / x2`, always a float.",
    "ops.true_divide([1, 3], 2)",
    "array([0.5, 1.5], dtype=float32)",
    prepare=promote_floating,
)
divide_no_nan = binary(
    "divide_no_nan",
    _divide_no_nan,
    "`x1 / x2`, and 0 where `x2` is 0.",
    "ops.divide_no_nan([1.0, 3.0], [2.0, 0.0])",
    "array([0.5, 0. ], dtype=float32)",
    prepare=promote_floating,
)
maximum = binary(
    "maximum",
    "maximum",
    "The larger of two, NaN if either is.",
    "ops.maximum([1, 5], [3, 2])",
    "array([3, 5], dtype=int32)",
)
minimum = binary(
    "minimum",
    "minimum",
    "The smaller of two, NaN if either is.",
    "ops.minimum([1, 5], [3, 2])",
    "array([1, 2], dtype=int32)",
)
fmax = binary(
    "fmax",
    lambda x1, x2: _but_nan(p.maximum, x1, x2),
    "The larger of two, passing NaN over.",
    "ops.fmax([1.0, float('nan')], [3.0, 2.0])",
    "array([3., 2.], dtype=float32)",
)
fmin = binary(
    "fmin",
    lambda x1, x2: _but_nan(p.minimum, x1, x2),
    "The smaller of two, passing NaN over.",
    "ops.fmin([1.0, float('nan')], [3.0, 2.0])",
    "array([1., 2.], dtype=float32)",
)
arctan2 = binary(
    "arctan2",
    "atan2",
    "Angle of the point (`x2`, `x1`) in radians, in [-pi, pi].",
    "ops.arctan2([1.0, 0.0], [0.0, -1.0])",
    "array([1.5707964, 3.1415927], dtype=float32)",
    prepare=promote_floating,
)
hypot = binary(
    "hypot",
    _hypot,
    "`sqrt(x1**2 + x2**2)` without overflow.",
    "ops.hypot([3.0], [4.0])",
    "array([5.], dtype=float32)",
    prepare=promote_floating,
)
logaddexp = binary(
    "logaddexp",
    _logaddexp,
    "`log(exp(x1) + exp(x2))` without overflow.",
    "ops.logaddexp([1000.0], [1000.0])",
    "array([1000.6932], dtype=float32)",
    prepare=promote_floating,
)
logaddexp2 = binary(
    "logaddexp2",
    lambda a, b: _logaddexp(a * math.log(2), b * math.log(2)) * (1 / math.log(2)),
    "`log2(2**x1 + 2**x2)` without overflow.",
    "ops.logaddexp2([3.0], [3.0])",
    "array([4.], dtype=float32)",
    prepare=promote_floating,
)


mod = binary(
    "mod",
    "mod",
    "Remainder of `x1 / x2` with the sign of `x2`.",
    "ops.mod([5, -5], 3)",
    "array([2, 1], dtype=int32)",
    prepare=promote_numeric,
)
fmod = binary(
    "fmod",
    _fmod,
    "Remainder of `x1 / x2` with the sign of `x1`.",
    "ops.fmod([5, -5], 3)",
    "array([ 2, -2], dtype=int32)",
    prepare=promote_numeric,
)
floor_divide = binary(
    "floor_divide",
    "floordiv",
    "`x1 / x2` rounded down to a whole number.",
    "ops.floor_divide([5, -5], 3)",
    "array([ 1, -2], dtype=int32)",
    prepare=promote_numeric,
)
heaviside = binary(
    "heaviside",
    _heaviside,
    "Step function of `x1`: 0 below zero, `x2` at zero, 1 above.",
    "ops.heaviside([-1.0, 0.0, 2.0], 0.5)",
    "array([0. , 0.5, 1. ], dtype=float32)",
    prepare=promote_floating,
)


@op
def power(x1: TensorLike, x2: TensorLike) -> Tensor:
    """`x1 ** x2`.

    Small whole exponents are multiplications, so that `x ** 2` and its derivatives are exact
    and defined for negative `x`.

    Examples
    --------
    >>> ops.power([1.0, 2.0, 3.0], 2)
    array([1., 4., 9.], dtype=float32)
    """
    base, exponent = promote_numeric(x1, x2)
    if type(x2) in (int, float) and x2 in _POWERS and (x2 >= 0 or is_floating(base)):
        return _POWERS[x2](base)
    return p.pow(base, exponent)


_POWERS: dict[float, Any] = {
    0.5: lambda x: p.sqrt(x),
    1: lambda x: x,
    2: lambda x: x * x,
    3: lambda x: x * x * x,
    -1: lambda x: p.div(1.0, x),
    -0.5: lambda x: p.div(1.0, p.sqrt(x)),
}


@op
def round(x: TensorLike, decimals: int = 0) -> Tensor:
    """Nearest number with `decimals` decimal places; halves go to the even neighbour.

    Examples
    --------
    >>> ops.round([1.26, 2.5, 3.5])
    array([1., 2., 4.], dtype=float32)
    >>> ops.round([1.26, -0.74], decimals=1)
    array([ 1.3, -0.7], dtype=float32)
    """
    x = value(x)
    if not is_floating(x):
        if decimals >= 0:
            return x
        step = 10**-decimals
        scaled = p.round(p.cast(x, dtype=np.dtype("float64")) / float(step)) * float(step)
        return p.cast(scaled, dtype=x.dtype)
    if decimals == 0:
        return p.round(x)
    scale = 10.0**decimals
    return p.round(x * scale) / scale


@op
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> Tensor:
    """`x` held within `x_min` and `x_max`.

    Parameters
    ----------
    x
        Tensor of any shape.
    x_min, x_max
        Bounds that broadcast with `x`; `None` leaves that side open.

    Examples
    --------
    >>> ops.clip([-1.0, 0.5, 2.0], 0.0, 1.0)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = value(x)
    # x stands second so that at a bound the gradient passes to x, as in Keras
    for bound, hold in ((x_min, p.maximum), (x_max, p.minimum)):
        if bound is not None:
            limit, x = promote(_within(bound, x.dtype), x)
            x = hold(limit, x)
    return x


def _within(bound: TensorLike, dtype: Any) -> TensorLike:
    """A bound beyond all numbers of an integer dtype is the last of them."""
    if type(bound) is int and dtype.kind in "iu":
        return min(max(bound, lowest(dtype)), highest(dtype))
    return bound


@op
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """`x` with NaN and infinities replaced by numbers.

    Parameters
    ----------
    x
        Tensor of any shape.
    nan
        What stands for NaN.
    posinf, neginf
        What stands for the infinities; by default the largest and smallest numbers of the dtype.

    Examples
    --------
    >>> ops.nan_to_num([float("nan"), 1.0])
    array([0., 1.], dtype=float32)
    """
    x = value(x)
    if not is_floating(x):
        return x
    limits = float_limits(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    x = p.where(p.eq(x, math.inf), high, p.where(p.eq(x, -math.inf), low, x))
    return p.where(p.ne(x, x), nan, x)


@op
def ldexp(x1: TensorLike, x2: TensorLike) -> Tensor:
    """`x1 * 2**x2` for whole `x2`.

    Examples
    --------
    >>> ops.ldexp([0.75, 1.0], [2, -1])
    array([3. , 0.5], dtype=float32)
    """
    x1, exponent = floating(x1), value(x2)
    if is_floating(exponent):
        raise TypeError(f"ldexp needs whole exponents, but x2 has dtype {exponent.dtype}.")
    return x1 * p.pow(p.cast(x1 * 0.0 + 2.0, dtype=x1.dtype), p.cast(exponent, dtype=x1.dtype))
