"""How each elementwise operation is said in C: a row is `write(source, dtype, *operands)`.

Operands are names or literals, so that they may stand several times.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_export.c.source import Source
from cornu_export.c.types import Type, c_type

Write = Callable[..., str]


def _end(dtype: np.dtype) -> str:
    return "f" if dtype == np.float32 else ""


def _library(name: str) -> Write:
    """A function of math.h."""
    return lambda source, dtype, *x: f"{name}{_end(dtype)}({', '.join(x)})"


def _own(name: str) -> Write:
    """A helper."""
    return lambda source, dtype, *x: f"{source.helper(name, dtype)}({', '.join(x)})"


def _single(name: str, library: str) -> Write:
    """A helper for float, a function of math.h for double."""
    own, other = _own(name), _library(library)
    return lambda source, dtype, *x: (own if dtype == np.float32 else other)(source, dtype, *x)


def _kind(dtype: np.dtype) -> Type:
    return c_type(dtype)


def _arithmetic(sign: str, of_bool: str) -> Write:
    def write(source: Source, dtype: np.dtype, a: str, b: str) -> str:
        if dtype.kind == "f":
            return f"{a} {sign} {b}"
        if dtype.kind == "b":
            return f"(uint8_t)({a} {of_bool} {b})"
        kind = _kind(dtype)  # numbers without a sign do not overflow
        return f"({kind.name})(({kind.unsigned}){a} {sign} ({kind.unsigned}){b})"

    return write


def _extreme(name: str, sign: str) -> Write:
    """A helper for reals, which may be NaN."""
    own = _own(name)

    def write(source: Source, dtype: np.dtype, a: str, b: str) -> str:
        return own(source, dtype, a, b) if dtype.kind == "f" else f"({a} {sign} {b}) ? {a} : {b}"

    return write


def _by_kind(real: Write, whole: Write, natural: Write) -> Write:
    def write(source: Source, dtype: np.dtype, *x: str) -> str:
        return {"f": real, "i": whole}.get(dtype.kind, natural)(source, dtype, *x)

    return write


def _neg(source: Source, dtype: np.dtype, a: str) -> str:
    kind = _kind(dtype)
    return f"-{a}" if dtype.kind == "f" else f"({kind.name})(0u - ({kind.unsigned}){a})"


def _abs(source: Source, dtype: np.dtype, a: str) -> str:
    if dtype.kind == "f":
        return f"fabs{_end(dtype)}({a})"
    return a if dtype.kind in "bu" else f"({a} < 0) ? {_neg(source, dtype, a)} : {a}"


def _sign(source: Source, dtype: np.dtype, a: str) -> str:
    name = _kind(dtype).name
    if dtype.kind == "u":
        return f"({name})({a} != 0u)"
    sign = f"({name})(({a} > 0) - ({a} < 0))"
    return f"({a} != {a}) ? {a} : {sign}" if dtype.kind == "f" else sign


def _invert(source: Source, dtype: np.dtype, a: str) -> str:
    return f"(uint8_t)({a} == 0u)" if dtype.kind == "b" else f"({_kind(dtype).name})(~{a})"


def _bits(sign: str) -> Write:
    return lambda source, dtype, a, b: f"({_kind(dtype).name})({a} {sign} {b})"


def _shift_left(source: Source, dtype: np.dtype, a: str, b: str) -> str:
    kind, bits = _kind(dtype), 8 * dtype.itemsize
    return f"(((uint64_t){b}) < {bits}u) ? ({kind.name})(({kind.unsigned}){a} << {b}) : 0"


def _shift_right(source: Source, dtype: np.dtype, a: str, b: str) -> str:
    kind, most = _kind(dtype), 8 * dtype.itemsize - 1
    if dtype.kind == "u":
        return f"(((uint64_t){b}) <= {most}u) ? ({kind.name})({a} >> {b}) : 0"
    return f"({kind.name})({a} >> ((((uint64_t){b}) < {most}u) ? {b} : {most}))"


# Which helper makes a real a whole number: int32_t holds what the others do.
_WHOLE = {"int64": "long_whole", "uint32": "long_whole", "uint64": "natural"}


def cast(source: Source, given: np.dtype, wanted: np.dtype, x: str) -> str:
    """Return a number of one kind as one of another."""
    if wanted.kind == "b":
        return f"(uint8_t)({x} != 0)"
    if given.kind == "f" and wanted.kind in "iu":
        x = f"{source.helper(_WHOLE.get(wanted.name, 'whole'), given)}({x})"
    return f"({_kind(wanted).name}){x}"


def _comparison(sign: str) -> Write:
    return lambda source, dtype, a, b: f"(uint8_t)({a} {sign} {b})"


_FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan",
    "sinh": "sinh", "cosh": "cosh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
    "erf": "erf", "floor": "floor", "ceil": "ceil", "round": "rint", "sqrt": "sqrt",
    "log": "log", "log1p": "log1p", "expm1": "expm1", "atan2": "atan2",
}  # fmt: skip

# dtype is that of the operands
EXPRESSIONS: dict[str, Write] = {
    **{op: _library(name) for op, name in _FUNCTIONS.items()},
    "exp": _single("exp", "exp"),
    "tanh": _single("tanh", "tanh"),
    "erfinv": _own("erfinv"),
    "neg": _neg,
    "abs": _abs,
    "sign": _sign,
    "invert": _invert,
    "add": _arithmetic("+", "|"),
    "sub": _arithmetic("-", "^"),
    "mul": _arithmetic("*", "&"),
    "div": lambda source, dtype, a, b: f"{a} / {b}",
    "pow": _by_kind(_library("pow"), _own("whole_power"), _own("whole_power")),
    "mod": _by_kind(_own("remainder"), _own("whole_remainder"), _own("natural_remainder")),
    "floordiv": _by_kind(_own("quotient"), _own("whole_quotient"), _own("natural_quotient")),
    "maximum": _extreme("maximum", ">"),
    "minimum": _extreme("minimum", "<"),
    "and_": _bits("&"),
    "or_": _bits("|"),
    "xor": _bits("^"),
    "shift_left": _shift_left,
    "shift_right": _shift_right,
    "eq": _comparison("=="),
    "ne": _comparison("!="),
    "lt": _comparison("<"),
    "le": _comparison("<="),
    "isfinite": lambda source, dtype, a: f"(uint8_t)(({a} - {a}) == 0)",
}
