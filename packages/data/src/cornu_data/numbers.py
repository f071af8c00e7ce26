"""How an argument that is a number is written, where it came as text or as a float."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

__all__ = ["written"]


def written(name: str, value: Any, otherwise: Any, kind: Callable[[Any], Any] = int) -> str:
    """Return what to write for an argument that came as text, or as a float.

    Parameters
    ----------
    name : str
    value : object
        What came.
    otherwise : number
        An example where no number can be read from it.
    kind : type
        `int` or `float`.

    Examples
    --------
    >>> written("epochs", "3", 10), written("epochs", 2.0, 10), written("epochs", [2], 10)
    ('epochs=3', 'epochs=2', 'epochs=10')
    """
    try:
        number = float(value)
        meant = kind(number) if math.isfinite(number) and kind(number) == number else otherwise
    except (TypeError, ValueError):
        meant = otherwise
    return f"{name}={meant}"
