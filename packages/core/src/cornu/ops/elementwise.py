"""Arithmetic and functions of each element: ``keras.ops`` names from ``abs`` to ``trunc``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu.engine.primitives.table import p
from cornu.engine.trace import op
from cornu.ops.families import binary, unary
from cornu.ops.values import (
    Tensor,
    TensorLike,
    floating,
    is_floating,
    is_signed,
    promote,
    promote_floating,
    value,
)


def _negate(x: Tensor) -> Tensor:
    return p.neg(x)


def _absolute(x: Tensor) -> Tensor:
    return p.abs(x) if is_signed(x) else x


def _sign(x: Tensor) -> Tensor:
    return p.sign(x) if x.dtype != bool else x


def _trunc(x: Tensor) -> Tensor:
    return p.sign(x) * p.floor(p.abs(x)) if is_floating(x) else x


def _cbrt(x: Tensor) -> Tensor:
    return p.sign(x) * p.pow(p.abs(x), 1.0 / 3.0)


def _sinc(x: Tensor) -> Tensor:
    turns = p.where(p.eq(x, 0.0), 1.0, x) * math.pi  # a safe divisor where the value is 1
    return p.where(p.eq(x, 0.0), 1.0, p.sin(turns) / turns)


absolute = unary(
    "absolute",
    _absolute,
    "Absolute value.",
    "ops.absolute([-1.5, 2.0])",
    "array([1.5, 2. ], dtype=float32)",
    keep_integers=True,
)
abs = unary(
    "abs",
    _absolute,
    "Absolute value.",
    "ops.abs([-3, 2])",
    "array([3, 2], dtype=int32)",
    keep_integers=True,
)
fabs = unary(
    "fabs",
    p.abs,
    "Absolute value as a float.",
    "ops.fabs([-3, 2])",
    "array([3., 2.], dtype=float32)",
)
negative = unary(
    "negative",
    _negate,
    "``-x``.",
    "ops.negative([1.0, -2.0])",
    "array([-1.,  2.], dtype=float32)",
    keep_integers=True,
)
sign = unary(
    "sign",
    _sign,
    "-1, 0 or 1 as ``x`` is negative, zero or positive; its gradient is zero.",
    "ops.sign([-2.0, 0.0, 5.0])",
    "array([-1.,  0.,  1.], dtype=float32)",
    keep_integers=True,
)
sqrt = unary(
    "sqrt",
    "sqrt",
    "Square root; NaN below 0.",
    "ops.sqrt([4.0, 9.0])",
    "array([2., 3.], dtype=float32)",
)
rsqrt = unary(
    "rsqrt",
    lambda x: p.div(1.0, p.sqrt(x)),
    "Reciprocal square root ``1 / sqrt(x)``.",
    "ops.rsqrt([4.0, 1.0])",
    "array([0.5, 1. ], dtype=float32)",
)
reciprocal = unary(
    "reciprocal",
    lambda x: p.div(1.0, x),
    "``1 / x``.",
    "ops.reciprocal([4.0, 2.0])",
    "array([0.25, 0.5 ], dtype=float32)",
)
cbrt = unary(
    "cbrt",
    _cbrt,
    "Real cube root, also of negative numbers.",
    "ops.cbrt([8.0, -1.0])",
    "array([ 2., -1.], dtype=float32)",
)
exp = unary(
    "exp",
    "exp",
    "Exponential ``e**x``.",
    "ops.exp([0.0, 1.0])",
    "array([1.      , 2.718282], dtype=float32)",
)
exp2 = unary(
    "exp2",
    lambda x: p.exp(x * math.log(2.0)),
    "``2**x``.",
    "ops.exp2([0.0, 3.0])",
    "array([1., 8.], dtype=float32)",
)
expm1 = unary(
    "expm1",
    "expm1",
    "``exp(x) - 1``, exact for small ``x``.",
    "ops.expm1([0.0, 1e-6])",
    "array([0.0000000e+00, 1.0000005e-06], dtype=float32)",
)
log = unary(
    "log",
    "log",
    "Natural logarithm; -inf at 0, NaN below.",
    "ops.log([1.0, 2.0])",
    "array([0.       , 0.6931472], dtype=float32)",
)
log2 = unary(
    "log2",
    lambda x: p.log(x) * (1 / math.log(2)),
    "Logarithm to base 2.",
    "ops.log2([1.0, 8.0])",
    "array([0., 3.], dtype=float32)",
)
log10 = unary(
    "log10",
    lambda x: p.log(x) * (1 / math.log(10)),
    "Logarithm to base 10.",
    "ops.log10([1.0, 100.0])",
    "array([0., 2.], dtype=float32)",
)
log1p = unary(
    "log1p",
    "log1p",
    "``log(1 + x)``, exact for small ``x``.",
    "ops.log1p([0.0, 1e-6])",
    "array([0.000000e+00, 9.999995e-07], dtype=float32)",
)
sin = unary(
    "sin",
    "sin",
    "Sine of an angle in radians.",
    "ops.sin([0.0, 1.0])",
    "array([0.      , 0.841471], dtype=float32)",
)
cos = unary(
    "cos",
    "cos",
    "Cosine of an angle in radians.",
    "ops.cos([0.0, 1.0])",
    "array([1.       , 0.5403023], dtype=float32)",
)
tan = unary(
    "tan",
    "tan",
    "Tangent of an angle in radians.",
    "ops.tan([0.0, 1.0])",
    "array([0.       , 1.5574077], dtype=float32)",
)
arcsin = unary(
    "arcsin",
    "asin",
    "Angle in radians whose sine is ``x``.",
    "ops.arcsin([0.0, 1.0])",
    "array([0.       , 1.5707964], dtype=float32)",
)
arccos = unary(
    "arccos",
    "acos",
    "Angle in radians whose cosine is ``x``.",
    "ops.arccos([1.0, 0.0])",
    "array([0.       , 1.5707964], dtype=float32)",
)
arctan = unary(
    "arctan",
    "atan",
    "Angle in radians whose tangent is ``x``.",
    "ops.arctan([0.0, 1.0])",
    "array([0.       , 0.7853982], dtype=float32)",
)
sinh = unary(
    "sinh",
    "sinh",
    "Hyperbolic sine.",
    "ops.sinh([0.0, 1.0])",
    "array([0.       , 1.1752012], dtype=float32)",
)
cosh = unary(
    "cosh",
    "cosh",
    "Hyperbolic cosine.",
    "ops.cosh([0.0, 1.0])",
    "array([1.       , 1.5430807], dtype=float32)",
)
tanh = unary(
    "tanh",
    "tanh",
    "Hyperbolic tangent.",
    "ops.tanh([0.0, 1.0])",
    "array([0.       , 0.7615942], dtype=float32)",
)
arcsinh = unary(
    "arcsinh",
    "asinh",
    "Inverse hyperbolic sine.",
    "ops.arcsinh([0.0, 1.0])",
    "array([0.       , 0.8813736], dtype=float32)",
)
arccosh = unary(
    "arccosh",
    "acosh",
    "Inverse hyperbolic cosine.",
    "ops.arccosh([1.0, 2.0])",
    "array([0.      , 1.316958], dtype=float32)",
)
arctanh = unary(
    "arctanh",
    "atanh",
    "Inverse hyperbolic tangent.",
    "ops.arctanh([0.0, 0.5])",
    "array([0.        , 0.54930615], dtype=float32)",
)
erf = unary(
    "erf",
    "erf",
    "Error function.",
    "ops.erf([0.0, 0.5])",
    "array([0.       , 0.5204999], dtype=float32)",
)
erfc = unary(
    "erfc",
    lambda x: 1.0 - p.erf(x),
    "Complement of the error function, ``1 - erf(x)``.",
    "ops.erfc([0.0, 0.5])",
    "array([1.        , 0.47950011], dtype=float32)",
)
erfinv = unary(
    "erfinv",
    "erfinv",
    "Inverse of the error function on (-1, 1).",
    "ops.erfinv([0.0, 0.5])",
    "array([0.        , 0.47693628], dtype=float32)",
)
floor = unary(
    "floor",
    "floor",
    "Greatest whole number not above ``x``.",
    "ops.floor([1.7, -1.2])",
    "array([ 1., -2.], dtype=float32)",
)
ceil = unary(
    "ceil",
    "ceil",
    "Least whole number not below ``x``.",
    "ops.ceil([1.2, -1.7])",
    "array([ 2., -1.], dtype=float32)",
)
trunc = unary(
    "trunc",
    _trunc,
    "``x`` without its fraction.",
    "ops.trunc([1.7, -1.7])",
    "array([ 1., -1.], dtype=float32)",
    keep_integers=True,
)
deg2rad = unary(
    "deg2rad",
    lambda x: x * (math.pi / 180),
    "Degrees to radians.",
    "ops.deg2rad([180.0])",
    "array([3.1415927], dtype=float32)",
)
rad2deg = unary(
    "rad2deg",
    lambda x: x * (180 / math.pi),
    "Radians to degrees.",
    "ops.rad2deg([1.0])",
    "array([57.29578], dtype=float32)",
)
sinc = unary(
    "sinc",
    _sinc,
    "``sin(pi x) / (pi x)``, 1 at 0.",
    "ops.sinc([0.0, 0.5])",
    "array([1.        , 0.63661975], dtype=float32)",
)
square = unary(
    "square",
    lambda x: x * x,
    "``x * x``.",
    "ops.square([-3.0, 2.0])",
    "array([9., 4.], dtype=float32)",
    keep_integers=True,
)
conjugate = unary(
    "conjugate",
    lambda x: x,
    "Complex conjugate: of a real tensor, itself.",
    "ops.conjugate([1.0])",
    "array([1.], dtype=float32)",
    keep_integers=True,
)
conj = unary(
    "conj",
    lambda x: x,
    "Complex conjugate: of a real tensor, itself.",
    "ops.conj([1.0])",
    "array([1.], dtype=float32)",
    keep_integers=True,
)
real = unary(
    "real",
    lambda x: x,
    "Real part: of a real tensor, itself.",
    "ops.real([1.0])",
    "array([1.], dtype=float32)",
    keep_integers=True,
)
imag = unary(
    "imag",
    lambda x: x * 0,
    "Imaginary part: of a real tensor, zeros.",
    "ops.imag([1.0])",
    "array([0.], dtype=float32)",
    keep_integers=True,
)
angle = unary(
    "angle",
    lambda x: p.where(p.lt(x, 0.0), math.pi, x * 0.0),
    "Angle in the complex plane: 0 for positive and pi for negative numbers.",
    "ops.angle([1.0, -1.0])",
    "array([0.       , 3.1415927], dtype=float32)",
)
i0 = unary(
    "i0",
    lambda x: _bessel_i0(x),
    "Modified Bessel function of the first kind, order 0.",
    "ops.i0([0.0, 1.0])",
    "array([1.      , 1.266066], dtype=float32)",
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


add = binary(
    "add", "add", "``x1 + x2``.", "ops.add([1, 2], 0.5)", "array([1.5, 2.5], dtype=float32)"
)
subtract = binary(
    "subtract",
    "sub",
    "``x1 - x2``.",
    "ops.subtract([1.0, 2.0], 0.5)",
    "array([0.5, 1.5], dtype=float32)",
)
multiply = binary(
    "multiply",
    "mul",
    "``x1 * x2``.",
    "ops.multiply([1.0, 2.0], [[3.0], [4.0]])",
    "array([[3., 6.],\n       [4., 8.]], dtype=float32)",
)
divide = binary(
    "divide",
    "div",
    "``x1 / x2``, always a float.",
    "ops.divide([1, 3], 2)",
    "array([0.5, 1.5], dtype=float32)",
    floats=True,
)
true_divide = binary(
    "true_divide",
    "div",
    "``x1 / x2``, always a float.",
    "ops.true_divide([1, 3], 2)",
    "array([0.5, 1.5], dtype=float32)",
    floats=True,
)
divide_no_nan = binary(
    "divide_no_nan",
    _divide_no_nan,
    "``x1 / x2``, and 0 where ``x2`` is 0.",
    "ops.divide_no_nan([1.0, 3.0], [2.0, 0.0])",
    "array([0.5, 0. ], dtype=float32)",
    floats=True,
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
    lambda a, b: p.where(p.ne(a, a), b, p.where(p.ne(b, b), a, p.maximum(a, b))),
    "The larger of two, passing NaN over.",
    "ops.fmax([1.0, float('nan')], [3.0, 2.0])",
    "array([3., 2.], dtype=float32)",
)
fmin = binary(
    "fmin",
    lambda a, b: p.where(p.ne(a, a), b, p.where(p.ne(b, b), a, p.minimum(a, b))),
    "The smaller of two, passing NaN over.",
    "ops.fmin([1.0, float('nan')], [3.0, 2.0])",
    "array([1., 2.], dtype=float32)",
)
arctan2 = binary(
    "arctan2",
    "atan2",
    "Angle of the point (``x2``, ``x1``) in radians, in [-pi, pi].",
    "ops.arctan2([1.0, 0.0], [0.0, -1.0])",
    "array([1.5707964, 3.1415927], dtype=float32)",
    floats=True,
)
hypot = binary(
    "hypot",
    _hypot,
    "``sqrt(x1**2 + x2**2)`` without overflow.",
    "ops.hypot([3.0], [4.0])",
    "array([5.], dtype=float32)",
    floats=True,
)
logaddexp = binary(
    "logaddexp",
    _logaddexp,
    "``log(exp(x1) + exp(x2))`` without overflow.",
    "ops.logaddexp([1000.0], [1000.0])",
    "array([1000.6932], dtype=float32)",
    floats=True,
)
logaddexp2 = binary(
    "logaddexp2",
    lambda a, b: _logaddexp(a * math.log(2), b * math.log(2)) * (1 / math.log(2)),
    "``log2(2**x1 + 2**x2)`` without overflow.",
    "ops.logaddexp2([3.0], [3.0])",
    "array([4.], dtype=float32)",
    floats=True,
)


def _whole(x1: TensorLike, x2: TensorLike) -> list[Tensor]:
    # division of booleans is division of the numbers 0 and 1
    x1, x2 = promote(x1, x2)
    return promote(x1, x2, extra=(int,)) if x1.dtype == bool else [x1, x2]


@op
def mod(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Remainder of ``x1 / x2`` with the sign of ``x2``.

    Examples
    --------
    >>> ops.mod([5, -5], 3)
    array([2, 1], dtype=int32)
    """
    return p.mod(*_whole(x1, x2))


@op
def fmod(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Remainder of ``x1 / x2`` with the sign of ``x1``.

    Examples
    --------
    >>> ops.fmod([5, -5], 3)
    array([ 2, -2], dtype=int32)
    """
    return _fmod(*_whole(x1, x2))


@op
def floor_divide(x1: TensorLike, x2: TensorLike) -> Tensor:
    """``x1 / x2`` rounded down to a whole number.

    Examples
    --------
    >>> ops.floor_divide([5, -5], 3)
    array([ 1, -2], dtype=int32)
    """
    return p.floordiv(*_whole(x1, x2))


@op
def power(x1: TensorLike, x2: TensorLike) -> Tensor:
    """``x1 ** x2``.

    Small whole exponents are multiplications, so that ``x ** 2`` and its derivatives are exact
    and defined for negative ``x``.

    Examples
    --------
    >>> ops.power([1.0, 2.0, 3.0], 2)
    array([1., 4., 9.], dtype=float32)
    """
    if type(x2) in (int, float) and x2 in _POWERS:
        base = promote(x1, x2)[0]
        if x2 >= 0 or is_floating(base):
            return _POWERS[x2](base)
    base, exponent = promote(x1, x2)
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
    """Nearest number with ``decimals`` decimal places; halves go to the even neighbour.

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
        scaled = p.round(p.cast(x, dtype=np.float64) / float(step)) * float(step)
        return p.cast(scaled, dtype=x.dtype)
    if decimals == 0:
        return p.round(x)
    scale = 10.0**decimals
    return p.round(x * scale) / scale


@op
def clip(x: TensorLike, x_min: TensorLike, x_max: TensorLike) -> Tensor:
    """``x`` held within ``x_min`` and ``x_max``.

    Parameters
    ----------
    x
        Tensor of any shape.
    x_min, x_max
        Bounds that broadcast with ``x``; ``None`` leaves that side open.

    Examples
    --------
    >>> ops.clip([-1.0, 0.5, 2.0], 0.0, 1.0)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    # x stands second so that at a bound the gradient passes to x, as in Keras
    if x_min is not None:
        low, x = promote(x_min, x)
        x = p.maximum(low, x)
    if x_max is not None:
        high, x = promote(x_max, x)
        x = p.minimum(high, x)
    return value(x)


@op
def heaviside(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Step function: 0 below zero, ``x2`` at zero, 1 above.

    Examples
    --------
    >>> ops.heaviside([-1.0, 0.0, 2.0], 0.5)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x1, x2 = promote_floating(x1, x2)
    step = p.where(p.lt(x1, 0.0), 0.0, p.where(p.eq(x1, 0.0), x2, 1.0))
    return p.where(p.ne(x1, x1), x1, step)


@op
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """``x`` with NaN and infinities replaced by numbers.

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
    limits = np.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    x = p.where(p.eq(x, math.inf), high, p.where(p.eq(x, -math.inf), low, x))
    return p.where(p.ne(x, x), nan, x)


@op
def ldexp(x1: TensorLike, x2: TensorLike) -> Tensor:
    """``x1 * 2**x2`` for whole ``x2``.

    Examples
    --------
    >>> ops.ldexp([0.75, 1.0], [2, -1])
    array([3. , 0.5], dtype=float32)
    """
    x1, exponent = floating(x1), value(x2)
    if is_floating(exponent):
        raise TypeError(f"ldexp needs whole exponents, but x2 has dtype {exponent.dtype}.")
    return x1 * p.pow(p.cast(x1 * 0.0 + 2.0, dtype=x1.dtype), p.cast(exponent, dtype=x1.dtype))


# Abramowitz and Stegun 9.8.1 and 9.8.2 are good to 2e-7 only; these sums reach float64.
def _bessel_i0(x: Tensor) -> Tensor:
    """Power series where it converges fast, else the asymptotic series by Horner's rule."""
    size = p.abs(x)
    near = p.lt(size, 20.0)
    small = p.where(near, size, 0.0)
    quarter = p.mul(p.mul(small, small), 0.25)
    term = series = p.add(p.mul(quarter, 0.0), 1.0)
    for k in range(1, 50):
        term = p.mul(term, p.mul(quarter, 1.0 / (k * k)))
        series = p.add(series, term)
    large = p.where(near, 20.0, size)
    tail = weight = p.add(p.mul(large, 0.0), 1.0)
    inverse = p.div(0.125, large)
    for k in range(1, 16):
        weight = p.mul(weight, p.mul(inverse, (2 * k - 1) ** 2 / k))
        tail = p.add(tail, weight)
    far = p.mul(p.div(p.exp(large), p.sqrt(p.mul(large, 2 * math.pi))), tail)
    return p.where(near, series, far)
