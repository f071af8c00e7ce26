"""What a description says, taken from JSON: each of the kind that is expected, or an error."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

import numpy as np

from cornu_engine.attributes import NUMERIC, is_int
from cornu_engine.errors import BadFileError
from cornu_engine.files.names import check_name

_DTYPES = {dtype.name: dtype for dtype in NUMERIC}


def refuse(text: str) -> NoReturn:
    """Raise the error of a program that cannot be."""
    raise BadFileError(text, "program")


def number(value: Any, what: str, stop: int = 2**63) -> int:
    """Return a whole number from 0 on and below `stop`.

    Examples
    --------
    >>> number(True, "An output", 2)
    Traceback (most recent call last):
    cornu_engine.errors.BadFileError: An output is True, no number from 0 to 1. (rule: program)
    """
    if not is_int(value) or not 0 <= value < stop:
        refuse(f"{what} is {reprlib.repr(value)}, no number from 0 to {stop - 1:,}.")
    return int(value)


def numbers(value: Any, what: str, stop: int = 2**63) -> list[int]:
    """Return a list of whole numbers from 0 on and below `stop`."""
    return [number(one, what, stop) for one in items(value, what)]


def distinct(value: Any, what: str, stop: int = 2**63) -> list[int]:
    """Return a list of whole numbers from 0 on and below `stop`, each once."""
    listed = numbers(value, what, stop)
    if len(set(listed)) != len(listed):
        refuse(f"{what} stands twice: {reprlib.repr(listed)}.")
    return listed


def items(value: Any, what: str, count: int | None = None) -> list[Any]:
    """Return a list, of `count` items if given."""
    if not isinstance(value, list) or (count is not None and len(value) != count):
        many = "" if count is None else f" of {count}"
        refuse(f"{what}: {reprlib.repr(value)} is no list{many}.")
    return value


def fields(
    value: Any, what: str, needed: Collection[str], optional: Collection[str] = ()
) -> Mapping[str, Any]:
    """Return an object that has these keys and no others."""
    if not isinstance(value, dict):
        refuse(f"{what}: {reprlib.repr(value)} is no object.")
    missing = [key for key in needed if key not in value]
    unknown = [key for key in value if key not in needed and key not in optional]
    if missing or unknown:
        wrong = f"lacks {missing[0]!r}" if missing else f"has an unknown {reprlib.repr(unknown[0])}"
        refuse(f"{what} {wrong}.")
    return value


def truth(value: Any, what: str) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        refuse(f"{what} is {reprlib.repr(value)}, not true or false.")
    return value


def dtype(value: Any, what: str) -> np.dtype:
    """Return a dtype of numbers, said by its name.

    Examples
    --------
    >>> dtype("float32", "The dtype of 'x'")
    dtype('float32')
    """
    if not isinstance(value, str) or value not in _DTYPES:
        refuse(f"{what} is {reprlib.repr(value)}, none of {', '.join(_DTYPES)}.")
    return _DTYPES[value]


def names(value: Any, what: str) -> list[str]:
    """Return a list of names, each once."""
    listed = [check_name(name, what) for name in items(value, f"The names of {what}s")]
    if len(set(listed)) != len(listed):
        refuse(f"Two {what}s have one name: {reprlib.repr(listed)}.")
    return listed
