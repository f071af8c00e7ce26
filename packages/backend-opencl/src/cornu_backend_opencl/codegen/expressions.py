"""The elementwise primitives as C expressions, one row each.

A row is a template over the operands `{a}` and `{b}`, the dtype `{t}` in registers and its bits
`{w}`, or a function that writes one. Rows whose functions are written for one value (`SCALAR`) are
computed lane by lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_engine.graph import Node
from cornu_engine.rewrite import scalar_of

Row = str | Callable[[Lanes, Node, Sequence[str]], str]

_FLOAT: dict[str, Row] = {
    "neg": "-{a}",
    "abs": "fabs({a})",
    "exp": "exp({a})",
    "expm1": "expm1({a})",
    "log": "log({a})",
    "log1p": "log1p({a})",
    "sqrt": "sqrt({a})",
    "sin": "sin({a})",
    "cos": "cos({a})",
    "tan": "tan({a})",
    "asin": "asin({a})",
    "acos": "acos({a})",
    "atan": "atan({a})",
    "sinh": "sinh({a})",
    "cosh": "cosh({a})",
    "tanh": "tanh({a})",
    "asinh": "asinh({a})",
    "acosh": "acosh({a})",
    "atanh": "atanh({a})",
    "erf": "erf({a})",
    "floor": "floor({a})",
    "ceil": "ceil({a})",
    "round": "rint({a})",
    "add": "{a} + {b}",
    "sub": "{a} - {b}",
    "mul": "{a} * {b}",
    "div": "{a} / {b}",
    "pow": "pow({a}, {b})",
    "atan2": "atan2({a}, {b})",
}

_INTEGER: dict[str, Row] = {
    "neg": "-{a}",
    "floor": "{a}",
    "ceil": "{a}",
    "round": "{a}",
    "add": "{a} + {b}",
    "sub": "{a} - {b}",
    "mul": "{a} * {b}",
    "maximum": "max({a}, {b})",
    "minimum": "min({a}, {b})",
    "and_": "{a} & {b}",
    "or_": "{a} | {b}",
    "xor": "{a} ^ {b}",
    "invert": "~{a}",
}

_BOOLEAN: dict[str, Row] = {
    "and_": "{a} & {b}",
    "or_": "{a} | {b}",
    "xor": "{a} ^ {b}",
    "invert": "~{a}",
    "maximum": "{a} | {b}",
    "minimum": "{a} & {b}",
    "add": "{a} | {b}",
    "mul": "{a} & {b}",
    "abs": "{a}",
}

# Written for one value: conditions, and functions of the prelude.
SCALAR: dict[str, dict[str, str]] = {
    "f": {"mod": "mod_{t}({a}, {b})", "floordiv": "floordiv_{t}({a}, {b})",
          "erfinv": "erfinv_{t}({a})"},
    "i": {"mod": "mod_int({a}, {b})", "floordiv": "floordiv_int({a}, {b})",
          "pow": "pow_int({a}, {b})", "abs": "({a} < 0 ? -{a} : {a})",
          "sign": "({a} > 0) - ({a} < 0)", "div": "({b} == 0 ? 0 : {a} / {b})",
          "shift_left": "({b} < {w} ? {a} << {b} : 0)",
          "shift_right": "({b} < {w} ? {a} >> {b} : {a} >> ({w} - 1))"},
    "u": {"mod": "({b} == 0 ? 0 : {a} % {b})", "floordiv": "({b} == 0 ? 0 : {a} / {b})",
          "pow": "pow_int({a}, {b})", "abs": "{a}", "sign": "({a} > 0)",
          "div": "({b} == 0 ? 0 : {a} / {b})",
          "shift_left": "({b} < {w} ? {a} << {b} : 0)",
          "shift_right": "({b} < {w} ? {a} >> {b} : 0)"},
}  # fmt: skip

_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<="}


def _extreme(sign: str) -> Row:
    """NaN wins, as in NumPy: a comparison with it is false."""

    def write(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
        (a, b), dtype = operands, node.dtype
        fixed = scalar_of(node.inputs[1])
        if fixed is not None and not np.isnan(fixed):
            flip = "<" if sign == ">" else ">"
            return lanes.select(lanes.mask(f"{a} {flip} {b}", dtype), b, a, dtype)
        if lanes.count == 1:
            return f"({a} {sign}= {b} || isnan({a}) ? {a} : {b})"
        mask = lanes.mask(f"({a} {sign}= {b}) | isnan({a})", dtype)
        return lanes.select(mask, a, b, dtype)

    return write


def _sign(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
    (a,) = operands
    return lanes.select(lanes.mask(f"{a} == {a}", node.dtype), f"sign({a})", a, node.dtype)


_FLOAT.update(maximum=_extreme(">"), minimum=_extreme("<"), sign=_sign)


def _compare(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
    a, b = operands
    return lanes.mask(f"{a} {_COMPARISONS[node.op]} {b}", node.inputs[0].dtype)


def _isfinite(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
    dtype = node.inputs[0].dtype
    if dtype.kind != "f":
        return f"({lanes.type('bool')})(-1)"
    return lanes.mask(f"isfinite({operands[0]})", dtype)


def _where(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
    return lanes.select(operands[0], operands[1], operands[2], node.dtype)


def cast(lanes: Lanes, text: str, old: np.dtype, new: np.dtype) -> str:
    """Return a value of one dtype as one of another, rounded or wrapped as NumPy does."""
    if new.kind == "b":
        if old.kind == "b":
            return text
        zero = lanes.splat(0, old)
        return lanes.mask(f"{text} != {zero}", old)
    if old.kind == "b":
        return lanes.convert(f"-({text})", new)
    if new == np.float16:
        return text if old == np.float16 else rounded(lanes, lanes.convert(text, "float32"), new)
    if old.kind == "f" and new.kind in "iu" and new not in (np.int32, np.int64):
        between = "int32" if new.itemsize < 4 else "int64"
        return lanes.convert(lanes.convert(text, between), new)
    return text if computed(old) == computed(new) else lanes.convert(text, new)


def _cast(lanes: Lanes, node: Node, operands: Sequence[str]) -> str:
    return cast(lanes, operands[0], node.inputs[0].dtype, node.dtype)


_ANY: dict[str, Row] = {
    **dict.fromkeys(_COMPARISONS, _compare),
    "isfinite": _isfinite,
    "where": _where,
    "cast": _cast,
    "copy": "{a}",
    "store": "{a}",
    "reshape": "{a}",
}
_BY_KIND = {"f": _FLOAT, "i": _INTEGER, "u": _INTEGER, "b": _BOOLEAN}
_SHIFTS = {"shift_left": "<<", "shift_right": ">>"}


def _row(node: Node, op: str) -> tuple[Row | None, bool]:
    """Return the row of an operation, and whether it is written for one value."""
    if op in _ANY:
        return _ANY[op], False
    kind = node.inputs[0].dtype.kind
    if op in _SHIFTS:
        distance = scalar_of(node.inputs[1])
        if distance is not None and 0 <= distance < 8 * node.dtype.itemsize:
            return f"{{a}} {_SHIFTS[op]} {{b}}", False
    if op == "pow" and node.dtype == np.float64:
        return "pow({a}, {b})", True  # PoCL's pow of vectors goes wrong beside a zero
    if op in SCALAR.get(kind, {}):
        return SCALAR[kind][op], True
    return _BY_KIND[kind].get(op), False


def is_scalar(node: Node, op: str | None = None) -> bool:
    """Tell whether an operation is computed lane by lane."""
    return _row(node, op or node.op)[1]


def expression(lanes: Lanes, node: Node, operands: Sequence[str], op: str | None = None) -> str:
    """Return the C expression of an elementwise node.

    Raises
    ------
    KeyError
        For an operation that has no row.
    """
    op = op or node.op
    row, _ = _row(node, op)
    if row is None:
        raise KeyError(f"{op} of {node.inputs[0].dtype}")
    if callable(row):
        return row(lanes, node, operands)
    names = dict(zip("abc", operands, strict=False))
    width = 8 * computed(node.dtype).itemsize
    return row.format(t=computed(node.dtype), w=width, **names)


def rounded(lanes: Lanes, text: str, dtype: Any) -> str:
    """Return a float16 result as memory would hold it."""
    return f"round_half{lanes.suffix}({text})" if np.dtype(dtype) == np.float16 else text
