"""Elementwise primitives: operands broadcast, and all of them (but conditions) have one dtype."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_engine.attributes import Dtype, Truths
from cornu_engine.dtypes import is_float
from cornu_engine.graph import Node
from cornu_engine.primitives import special
from cornu_engine.primitives.table import p, register, same
from cornu_engine.shapes import Shape, broadcast_shapes

_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)

# name: (definition, derivative)
_UNARY: dict[str, tuple[Callable, Callable | None]] = {
    "neg": (np.negative, lambda g, y, x: (-g,)),
    "abs": (np.abs, lambda g, y, x: (g * p.sign(x),)),
    "sign": (np.sign, lambda g, y, x: (None,)),
    "exp": (np.exp, lambda g, y, x: (g * y,)),
    "expm1": (np.expm1, lambda g, y, x: (g * (y + 1.0),)),
    "log": (np.log, lambda g, y, x: (g / x,)),
    "log1p": (np.log1p, lambda g, y, x: (g / (x + 1.0),)),
    "sqrt": (np.sqrt, lambda g, y, x: (g * 0.5 / y,)),
    "sin": (np.sin, lambda g, y, x: (g * p.cos(x),)),
    "cos": (np.cos, lambda g, y, x: (-g * p.sin(x),)),
    "tan": (np.tan, lambda g, y, x: (g * (y * y + 1.0),)),
    "asin": (np.arcsin, lambda g, y, x: (g / p.sqrt(1.0 - x * x),)),
    "acos": (np.arccos, lambda g, y, x: (-g / p.sqrt(1.0 - x * x),)),
    "atan": (np.arctan, lambda g, y, x: (g / (x * x + 1.0),)),
    "sinh": (np.sinh, lambda g, y, x: (g * p.cosh(x),)),
    "cosh": (np.cosh, lambda g, y, x: (g * p.sinh(x),)),
    "tanh": (np.tanh, lambda g, y, x: (g * (1.0 - y * y),)),
    "asinh": (np.arcsinh, lambda g, y, x: (g / p.sqrt(x * x + 1.0),)),
    "acosh": (np.arccosh, lambda g, y, x: (g / p.sqrt(x * x - 1.0),)),
    "atanh": (np.arctanh, lambda g, y, x: (g / (1.0 - x * x),)),
    "erf": (special.erf, lambda g, y, x: (g * p.exp(-x * x) * _TWO_OVER_SQRT_PI,)),
    "erfinv": (special.erfinv, lambda g, y, x: (g * p.exp(y * y) / _TWO_OVER_SQRT_PI,)),
    "floor": (np.floor, lambda g, y, x: (None,)),
    "ceil": (np.ceil, lambda g, y, x: (None,)),
    "round": (np.rint, lambda g, y, x: (None,)),
    "invert": (np.invert, None),
}

# Where two operands of maximum or minimum are equal the second takes the gradient: relu'(0) = 0, as
# in Keras.
_BINARY: dict[str, tuple[Callable, Callable | None]] = {
    "add": (np.add, lambda g, y, a, b: (g, g)),
    "sub": (np.subtract, lambda g, y, a, b: (g, -g)),
    "mul": (np.multiply, lambda g, y, a, b: (g * b, g * a)),
    "div": (np.divide, lambda g, y, a, b: (g / b, -g * y / b)),
    "pow": (np.power, lambda g, y, a, b: (g * _power_slope(a, b), g * y * _safe_log(a))),
    "maximum": (
        np.maximum,
        # b < y where b < a: with y the operands need not be kept
        lambda g, y, a, b: (p.where(p.lt(b, y), g, 0.0), p.where(p.lt(b, y), 0.0, g)),
    ),
    "minimum": (
        np.minimum,
        lambda g, y, a, b: (p.where(p.lt(y, b), g, 0.0), p.where(p.lt(y, b), 0.0, g)),
    ),
    "mod": (np.mod, lambda g, y, a, b: (g, -g * p.floor(a / b))),
    "floordiv": (np.floor_divide, lambda g, y, a, b: (None, None)),
    "atan2": (
        np.arctan2,
        lambda g, y, a, b: (g * b / (a * a + b * b), -g * a / (a * a + b * b)),
    ),
    "and_": (np.bitwise_and, None),
    "or_": (np.bitwise_or, None),
    "xor": (np.bitwise_xor, None),
    "shift_left": (np.left_shift, None),
    "shift_right": (np.right_shift, None),
}
_COMPARISONS = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal}


def _power_slope(a: Any, b: Any) -> Any:
    # d(a**b)/da = b a**(b-1), and 0 where b is 0 even at a = 0
    zero = p.eq(b, 0.0)
    return b * p.pow(a, p.where(zero, 1.0, b - 1.0))


def _safe_log(a: Any) -> Any:
    # a**b for a <= 0 has no slope along b; 0 keeps the other gradients clean
    positive = p.lt(0.0, a)
    return p.where(positive, p.log(p.where(positive, a, 1.0)), 0.0)


def _broadcast(a: Node, b: Node) -> tuple[Shape, np.dtype]:
    if a.dtype != b.dtype:
        raise TypeError(
            f"Operands have dtypes {[str(a.dtype), str(b.dtype)]}; cast them to one first."
        )
    return broadcast_shapes(a.shape, b.shape), a.dtype


def _compare(a: Node, b: Node) -> tuple[Shape, np.dtype]:
    return _broadcast(a, b)[0], np.dtype(bool)


def _where(condition: Truths, a: Node, b: Node) -> tuple[Shape, np.dtype]:
    shape, dtype = _broadcast(a, b)
    return broadcast_shapes(condition.shape, shape), dtype


# Kinds of dtypes that NumPy's function takes and gives back; what is not named takes floats alone.
_DTYPES = {
    **dict.fromkeys("abs add mul maximum minimum".split(), "biuf"),
    **dict.fromkeys("neg sign floor ceil sub pow mod floordiv".split(), "iuf"),
    **dict.fromkeys("invert and_ or_ xor".split(), "biu"),
    **dict.fromkeys("shift_left shift_right".split(), "iu"),
}

for _name, (_evaluate, _vjp) in _UNARY.items():
    register(_name, "elementwise", _evaluate, same, _vjp, dtypes=_DTYPES.get(_name, "f"))
for _name, (_evaluate, _vjp) in _BINARY.items():
    register(_name, "elementwise", _evaluate, _broadcast, _vjp, dtypes=_DTYPES.get(_name, "f"))
for _name, _evaluate in _COMPARISONS.items():
    register(_name, "elementwise", _evaluate, _compare, narrow=True)


def _truth(x: Node) -> tuple[Shape, np.dtype]:
    return x.shape, np.dtype(bool)


register("isfinite", "elementwise", np.isfinite, _truth, narrow=True)
register(
    "where",
    "elementwise",
    np.where,
    _where,
    lambda g, y, c, a, b: (None, p.where(c, g, 0.0), p.where(c, 0.0, g)),
)


def _cast(x: np.ndarray, *, dtype: Any) -> np.ndarray:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(x).astype(dtype)


def _cast_shape(x: Node, *, dtype: Dtype) -> tuple[Shape, np.dtype]:
    return x.shape, np.dtype(dtype)


def _cast_vjp(g: Node, y: Node, x: Node, *, dtype: Any) -> tuple[Any]:
    return (p.cast(g, dtype=x.dtype) if is_float(x.dtype) else None,)


register("cast", "elementwise", _cast, _cast_shape, _cast_vjp)
