"""Functions of numbers, element for element."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops


def _accumulated(inputs: Any) -> Any:
    total = inputs[0]
    for each in inputs[1:]:
        total = ops.add(total, each)
    return total


def _divided(x: Any, y: Any) -> Any:
    """Whole numbers give float64."""
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    if all("int" in str(v.dtype) for v in (x, y)):
        x, y = ops.cast(x, "float64"), ops.cast(y, "float64")
    return ops.true_divide(x, y)


UNARY = {
    "abs math.abs": ops.abs,
    "acos math.acos": ops.arccos,
    "acosh math.acosh": ops.arccosh,
    "asin math.asin": ops.arcsin,
    "asinh math.asinh": ops.arcsinh,
    "atan math.atan": ops.arctan,
    "atanh math.atanh": ops.arctanh,
    "math.ceil": ops.ceil,
    "cos math.cos": ops.cos,
    "cosh math.cosh": ops.cosh,
    "math.erf": ops.erf,
    "math.erfc": ops.erfc,
    "math.erfinv": ops.erfinv,
    "exp math.exp": ops.exp,
    "math.expm1": ops.expm1,
    "floor math.floor": ops.floor,
    "math.is_finite debugging.is_finite": ops.isfinite,
    "math.is_inf": ops.isinf,
    "math.is_nan": ops.isnan,
    "math.log log": ops.log,
    "math.log1p": ops.log1p,
    "math.log_sigmoid": ops.log_sigmoid,
    "math.reciprocal": ops.reciprocal,
    "math.reciprocal_no_nan": lambda x: ops.divide_no_nan(ops.ones_like(x), x),
    "math.rint": ops.round,
    "round math.round": ops.round,
    "math.rsqrt": ops.rsqrt,
    "sigmoid math.sigmoid nn.sigmoid": ops.sigmoid,
    "sign math.sign": ops.sign,
    "sin math.sin": ops.sin,
    "sinh math.sinh": ops.sinh,
    "sqrt math.sqrt": ops.sqrt,
    "square math.square": ops.square,
    "tan math.tan": ops.tan,
    "tanh math.tanh nn.tanh": ops.tanh,
    "logical_not math.logical_not": ops.logical_not,
    "negative math.negative": ops.negative,
    "math.real": ops.real,
    "math.imag": ops.imag,
    "math.conj": ops.conj,
    "math.angle": ops.angle,
}


def _of_x(function: Any) -> Any:
    return lambda x: function(x)


ROWS = {name: _of_x(function) for name, function in UNARY.items()} | {
    "nn.softplus math.softplus": lambda features: ops.softplus(features),
    "nn.softsign math.softsign": lambda features: ops.softsign(features),
    "add math.add": lambda x, y: ops.add(x, y),
    "add_n math.add_n": _accumulated,
    "atan2 math.atan2": lambda y, x: ops.arctan2(y, x),
    "subtract math.subtract": lambda x, y: ops.subtract(x, y),
    "multiply math.multiply": lambda x, y: ops.multiply(x, y),
    "scalar_mul math.scalar_mul": lambda scalar, x: ops.multiply(scalar, x),
    "divide math.divide truediv math.truediv": _divided,
    "math.divide_no_nan math.div_no_nan": lambda x, y: ops.divide_no_nan(x, y),
    "math.multiply_no_nan": lambda x, y: ops.where(ops.equal(y, 0), 0, ops.multiply(x, y)),
    "math.floordiv": lambda x, y: ops.floor_divide(x, y),
    "math.floormod math.mod": lambda x, y: ops.mod(x, y),
    "pow math.pow": lambda x, y: ops.power(x, y),
    "maximum math.maximum": lambda x, y: ops.maximum(x, y),
    "minimum math.minimum": lambda x, y: ops.minimum(x, y),
    "math.squared_difference": lambda x, y: ops.square(ops.subtract(x, y)),
    "math.xlogy": lambda x, y: ops.where(
        ops.equal(x, 0), 0.0, ops.multiply(x, ops.log(ops.where(ops.equal(x, 0), 1.0, y)))
    ),
    "math.xdivy": lambda x, y: ops.where(ops.equal(x, 0), 0.0, ops.divide(x, y)),
    "equal math.equal": lambda x, y: ops.equal(x, y),
    "not_equal math.not_equal": lambda x, y: ops.not_equal(x, y),
    "less math.less": lambda x, y: ops.less(x, y),
    "less_equal math.less_equal": lambda x, y: ops.less_equal(x, y),
    "greater math.greater": lambda x, y: ops.greater(x, y),
    "greater_equal math.greater_equal": lambda x, y: ops.greater_equal(x, y),
    "logical_and math.logical_and": lambda x, y: ops.logical_and(x, y),
    "logical_or math.logical_or": lambda x, y: ops.logical_or(x, y),
    "math.logical_xor": lambda x, y: ops.logical_xor(x, y),
    "bitwise.bitwise_and": lambda x, y: ops.bitwise_and(x, y),
    "bitwise.bitwise_or": lambda x, y: ops.bitwise_or(x, y),
    "bitwise.bitwise_xor": lambda x, y: ops.bitwise_xor(x, y),
    "bitwise.invert": lambda x: ops.bitwise_not(x),
    "bitwise.left_shift": lambda x, y: ops.left_shift(x, y),
    "bitwise.right_shift": lambda x, y: ops.right_shift(x, y),
    "clip_by_value": lambda t, clip_value_min, clip_value_max: ops.minimum(
        ops.maximum(t, clip_value_min), clip_value_max
    ),
    "identity": lambda input: input,
    "stop_gradient": lambda input: ops.stop_gradient(input),
}
