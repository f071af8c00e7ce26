"""Functions of each element: `keras.ops` names from `abs` to `trunc`."""

from __future__ import annotations

import math

from cornu_engine.primitives.table import p
from cornu_ops.comparison import signbit
from cornu_ops.creation import zeros_like
from cornu_ops.families import unary
from cornu_ops.values import Tensor, cast_value, is_floating, is_signed


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


def _angle(x: Tensor) -> Tensor:
    half_turns = cast_value(signbit(x), x.dtype)
    return p.where(p.eq(x, x), p.mul(half_turns, math.pi), x)


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
    "`-x`.",
    "ops.negative([1.0, -2.0])",
    "array([-1.,  2.], dtype=float32)",
    keep_integers=True,
)
sign = unary(
    "sign",
    _sign,
    "-1, 0 or 1 as `x` is negative, zero or positive; its gradient is zero.",
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
    "Reciprocal square root `1 / sqrt(x)`.",
    "ops.rsqrt([4.0, 1.0])",
    "array([0.5, 1. ], dtype=float32)",
)
reciprocal = unary(
    "reciprocal",
    lambda x: p.div(1.0, x),
    "`1 / x`.",
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
    "Exponential `e**x`.",
    "ops.exp([0.0, 1.0])",
    "array([1.      , 2.718282], dtype=float32)",
)
exp2 = unary(
    "exp2",
    lambda x: p.exp(x * math.log(2.0)),
    "`2**x`.",
    "ops.exp2([0.0, 3.0])",
    "array([1., 8.], dtype=float32)",
)
expm1 = unary(
    "expm1",
    "expm1",
    "`exp(x) - 1`, exact for small `x`.",
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
    "`log(1 + x)`, exact for small `x`.",
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
    "Angle in radians whose sine is `x`.",
    "ops.arcsin([0.0, 1.0])",
    "array([0.       , 1.5707964], dtype=float32)",
)
arccos = unary(
    "arccos",
    "acos",
    "Angle in radians whose cosine is `x`.",
    "ops.arccos([1.0, 0.0])",
    "array([0.       , 1.5707964], dtype=float32)",
)
arctan = unary(
    "arctan",
    "atan",
    "Angle in radians whose tangent is `x`.",
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
    "ops.cosh([0.0])",
    "array([1.], dtype=float32)",
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
    "Complement of the error function, `1 - erf(x)`.",
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
    "Greatest whole number not above `x`.",
    "ops.floor([1.7, -1.2])",
    "array([ 1., -2.], dtype=float32)",
)
ceil = unary(
    "ceil",
    "ceil",
    "Least whole number not below `x`.",
    "ops.ceil([1.2, -1.7])",
    "array([ 2., -1.], dtype=float32)",
)
trunc = unary(
    "trunc",
    _trunc,
    "`x` without its fraction.",
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
    "`sin(pi x) / (pi x)`, 1 at 0.",
    "ops.sinc([0.0, 0.5])",
    "array([1.        , 0.63661975], dtype=float32)",
)
square = unary(
    "square",
    lambda x: p.mul(x, x),
    "`x * x`.",
    "ops.square([-3.0, 2.0])",
    "array([9., 4.], dtype=float32)",
    keep_integers="numeric",
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
    zeros_like,
    "Imaginary part: of a real tensor, zeros.",
    "ops.imag([1.0])",
    "array([0.], dtype=float32)",
    keep_integers=True,
)
angle = unary(
    "angle",
    _angle,
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
