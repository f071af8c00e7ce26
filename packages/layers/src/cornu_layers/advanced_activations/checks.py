"""What the arguments of activation layers may be."""

from __future__ import annotations

from typing import Any

import numpy as np


def number(name: str, value: Any) -> float:
    """Return a factor as a float.

    Raises
    ------
    ValueError
        When it is no number.

    Examples
    --------
    >>> number("alpha", 1)
    1.0
    """
    if isinstance(
        value, dict
    ):  # Keras 2 wrote float32 scalars as {"type": "ndarray", "value": ...}
        value = value.get("value", value)
    try:
        return float(np.asarray(value))
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number; it is {value!r}.") from None


def not_negative(name: str, value: Any) -> float:
    """Return a factor that is 0 or more.

    Raises
    ------
    ValueError
        When it is no number, or negative.

    Examples
    --------
    >>> not_negative("threshold", 0.5)
    0.5
    """
    found = number(name, value)
    if not found >= 0:
        raise ValueError(f"{name} must not be negative; it is {value!r}.")
    return found
