"""Arguments as users write them: what each must be, and an error that names it."""

from __future__ import annotations

import operator
from typing import Any

from cornu_engine.errors import DataError

__all__ = ["numeric", "whole"]


def whole(name: str, given: Any, least: int = 1, or_none: bool = False) -> Any:
    """Return a whole number of `least` or more as an int, or None where that is allowed.

    Raises
    ------
    DataError
        Naming the argument.

    Example
    -------
    >>> whole("num_bins", 3), whole("max_tokens", None, or_none=True)
    (3, None)
    """
    if given is None and or_none:
        return None
    try:
        number = None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        number = None
    if number is None or number < least:
        otherwise = ", or None" if or_none else ""
        raise DataError(f"{name}={given!r} must be a whole number, {least} or more{otherwise}.")
    return number


def numeric(name: str, given: Any) -> Any:
    """Return a number as it is, or raise DataError for anything else.

    Example
    -------
    >>> numeric("rotation_range", 20)
    20
    """
    try:
        given + 0.0
    except TypeError:
        raise DataError(f"{name}={given!r} must be a number.") from None
    return given
