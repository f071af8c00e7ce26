"""The kinds of numbers that C has, and how numbers are written in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError


@dataclass(frozen=True)
class Type:
    """A kind of number.

    Attributes
    ----------
    name : str
        In C.
    short : str
        In names of arrays and helpers.
    unsigned : str
        The type in which whole numbers are added: there nothing overflows.
    """

    name: str
    short: str
    unsigned: str = ""


_TYPES = {
    "bool": Type("uint8_t", "bool", "uint32_t"),
    "float32": Type("float", "f32"),
    "float64": Type("double", "f64"),
    **{f"int{n}": Type(f"int{n}_t", f"i{n}", f"uint{max(n, 32)}_t") for n in (8, 16, 32, 64)},
    **{f"uint{n}": Type(f"uint{n}_t", f"u{n}", f"uint{max(n, 32)}_t") for n in (8, 16, 32, 64)},
}


def c_type(dtype: np.dtype, where: str = "") -> Type:
    """Return the type of C for a dtype.

    Raises
    ------
    SavingError
        If C99 has none.

    Examples
    --------
    >>> c_type(np.dtype("float32")).name, c_type(np.dtype("int64")).short
    ('float', 'i64')
    """
    if dtype.name not in _TYPES:
        raise SavingError(
            f"C99 has no {dtype.name}, in which {where or 'the model'!r} computes. Build the model "
            'with dtype="float32".'
        )
    return _TYPES[dtype.name]


def literal(value: Any, dtype: np.dtype) -> str:
    """Return a number as C writes it.

    Examples
    --------
    >>> literal(0.1, np.dtype("float32")), literal(3, np.dtype("float64"))
    ('0.1f', '3.0')
    >>> literal(-(2**31), np.dtype("int32")), literal(True, np.dtype("bool"))
    ('(-2147483647 - 1)', '1u')
    """
    if dtype.kind == "f":
        return _real(value, dtype)
    number = int(value)
    if dtype.kind in "bu":
        return f"{number}{'ULL' if dtype.itemsize == 8 else 'u'}"
    end = "LL" if dtype.itemsize == 8 else ""
    if number == np.iinfo(np.int64 if end else np.int32).min:
        return f"({number + 1}{end} - 1)"
    return f"{number}{end}"


def _real(value: Any, dtype: np.dtype) -> str:
    number = dtype.type(value)
    if np.isnan(number):
        return "NAN"
    if np.isinf(number):
        return "INFINITY" if number > 0 else "-INFINITY"
    text = (
        np.format_float_scientific(number, trim="-")
        if number
        else "-0.0" * bool(np.signbit(number)) or "0.0"
    )
    plain = repr(float(str(number)))
    text = plain if len(plain) <= len(text) + 2 else text
    if not set(text) & set(".e"):
        text += ".0"
    return text + ("f" if dtype == np.float32 else "")


def lowest(dtype: np.dtype) -> str:
    """Return the number that no other is below."""
    return "-INFINITY" if dtype.kind == "f" else literal(_bounds(dtype)[0], dtype)


def highest(dtype: np.dtype) -> str:
    """Return the number that no other is above."""
    return "INFINITY" if dtype.kind == "f" else literal(_bounds(dtype)[1], dtype)


def _bounds(dtype: np.dtype) -> tuple[int, int]:
    return (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
