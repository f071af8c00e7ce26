"""What the values of arguments may be, and what is said of others.

Each check takes the object that is made, whose name begins the error, and the argument's name.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.base import Layer
from cornu_engine import config
from cornu_engine.errors import near_matches, quoted
from cornu_layers.checks import where

DATA_FORMATS = ("channels_last", "channels_first")


class NotIntegers(ValueError, TypeError):
    """An argument that is no integer, or not several of them.

    Keras raises a ValueError in some layers and a TypeError in others.
    """


def about(owner: Any, name: str) -> str:
    """Return how an error about an argument begins.

    Examples
    --------
    >>> from cornu.layers import Dense
    >>> about(Dense(1, name="score"), "units"), about("text", "mode")
    ('Layer "score" (Dense): units', 'str: mode')
    """
    return f"{where(owner) if isinstance(owner, Layer) else type(owner).__name__}: {name}"


def positive_int(owner: Any, name: str, value: Any) -> int:
    """Return a count, refusing what is none.

    Raises
    ------
    ValueError
        When `value` is no integer, or below 1.

    Examples
    --------
    >>> positive_int(None, "units", 3)
    3
    """
    count = integer(owner, name, value)
    if count < 1:
        raise ValueError(f"{about(owner, name)} must be at least 1; it is {count}.")
    return count


def integer(owner: Any, name: str, value: Any) -> int:
    """Return an integer of any sign, such as an axis.

    Raises
    ------
    ValueError
        When it is none.

    Examples
    --------
    >>> integer(None, "axis", -1)
    -1
    """
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise NotIntegers(
            f"{about(owner, name)} must be an integer; it is {quoted(value)} "
            f"({type(value).__name__})."
        )
    return operator.index(value)


def int_tuple(owner: Any, name: str, value: Any, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """Return an argument that is one integer for all axes, or one per axis.

    Raises
    ------
    ValueError
        When it is neither, or an integer is below `minimum`.

    Examples
    --------
    >>> int_tuple(None, "strides", 2, rank=3), int_tuple(None, "strides", [1, 2], rank=2)
    ((2, 2, 2), (1, 2))
    """
    values = _each(value, rank)
    wanted = f"{about(owner, name)} must be an integer or {rank} of them, one per axis"
    if not all(hasattr(v, "__index__") and not isinstance(v, bool) for v in values):
        raise NotIntegers(f"{wanted}; it is {quoted(value)}.")
    if len(values) != rank:
        raise ValueError(f"{wanted}; it is {quoted(value)}, which has {len(values)}.")
    integers = tuple(operator.index(v) for v in values)
    if min(integers) < minimum:
        raise ValueError(
            f"{about(owner, name)} must be at least {minimum} along every axis; it is "
            f"{quoted(value)}."
        )
    return integers


def _each(value: Any, rank: int) -> tuple[Any, ...]:
    """Return several values, or one `rank` times."""
    several = np.iterable(value) and not isinstance(value, str)
    return tuple(value) if several else (value,) * rank


def margins(owner: Any, name: str, value: Any, rank: int) -> Any:
    """Return how much is put on, or cut off, before and after each axis.

    Parameters
    ----------
    owner, name
        For errors.
    value : int, or one int or (int, int) per axis
        For one axis, `(int, int)` are its two sides.
    rank : int
        Number of axes.

    Raises
    ------
    ValueError
        When it is none of these, or negative.

    Examples
    --------
    >>> margins(None, "padding", 1, rank=2), margins(None, "padding", (1, (0, 2)), rank=2)
    (((1, 1), (1, 1)), ((1, 1), (0, 2)))
    >>> margins(None, "padding", (0, 2), rank=1)
    (0, 2)
    """
    sides = (value,) if rank == 1 else _each(value, rank)
    if len(sides) != rank:
        raise ValueError(
            f"{about(owner, name)} must have {rank} entries, one per axis; it is {quoted(value)}."
        )
    pairs = tuple(int_tuple(owner, name, side, 2, minimum=0) for side in sides)
    return pairs[0] if rank == 1 else pairs


def choice(owner: Any, name: str, value: Any, allowed: Sequence[Any]) -> Any:
    """Return one of a few words, in lower case; None may be one of them.

    Raises
    ------
    ValueError
        When it is none of them, with the nearest.

    Examples
    --------
    >>> choice(None, "padding", "SAME", ("valid", "same"))
    'same'
    """
    found = value.lower() if isinstance(value, str) else value
    if not isinstance(found, (str, type(None))) or found not in allowed:
        listed = ", ".join(map(repr, allowed))
        hint = near_matches(str(value), [word for word in allowed if word])
        raise ValueError(
            f"{about(owner, name)} must be one of {listed}; it is {quoted(value)}. {hint}".rstrip()
        )
    return found


def data_format(owner: Any, value: str | None) -> str:
    """Return where the channels are; None is `cornu.config.image_data_format()`.

    Examples
    --------
    >>> data_format(None, None)
    'channels_last'
    """
    if value is None:
        return config.image_data_format()
    return choice(owner, "data_format", value, DATA_FORMATS)


def rate(owner: Any, name: str, value: Any) -> float:
    """Return a probability.

    Raises
    ------
    ValueError
        When it is not a number from 0 to 1.

    Examples
    --------
    >>> rate(None, "rate", 0.5)
    0.5
    """
    if not isinstance(value, (int, float, np.integer, np.floating)) or not 0 <= value <= 1:
        raise ValueError(
            f"{about(owner, name)} must be a number from 0 to 1, the fraction to drop; it is "
            f"{quoted(value)}."
        )
    return float(value)


def number(owner: Any, name: str, value: Any) -> float:
    """Return a factor as a float.

    Raises
    ------
    ValueError
        When it is no number.

    Examples
    --------
    >>> number(None, "alpha", 1)
    1.0
    """
    if isinstance(value, dict):  # Keras 2 wrote scalars as {"type": "ndarray", "value": ...}
        value = value.get("value", value)
    try:
        return float(np.asarray(value))
    except (TypeError, ValueError):
        raise ValueError(f"{about(owner, name)} must be a number; it is {quoted(value)}.") from None


def not_negative(owner: Any, name: str, value: Any) -> float:
    """Return a factor that is 0 or more.

    Raises
    ------
    ValueError
        When it is no number, or negative.

    Examples
    --------
    >>> not_negative(None, "threshold", 0.5)
    0.5
    """
    factor = number(owner, name, value)
    if not factor >= 0:
        raise ValueError(f"{about(owner, name)} must not be negative; it is {quoted(value)}.")
    return factor
