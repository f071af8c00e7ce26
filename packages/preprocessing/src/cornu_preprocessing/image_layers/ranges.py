"""Ranges that random numbers are drawn from, as users write them: one number, or two."""

from __future__ import annotations

from typing import Any

__all__ = ["chance_range", "symmetric_range", "value_range_of"]


def symmetric_range(
    name: str, given: Any, low: float = -1.0, high: float = 1.0
) -> tuple[float, float]:
    """Return the range from -f to f for one number f, else the two numbers in order.

    Parameters
    ----------
    name : str
        Of the argument, for messages.
    given : float or (float, float)
    low, high : float
        What both ends must lie between.

    Example
    -------
    >>> symmetric_range("factor", 0.2), symmetric_range("factor", (0.1, -0.3))
    ((-0.2, 0.2), (-0.3, 0.1))
    """
    pair = _pair(name, given, low, high)
    if pair is None:
        return max(0.0 - abs(given), low), abs(given)
    return pair


def chance_range(name: str, given: Any, low: float = 0.0, high: float = 1.0) -> tuple[float, float]:
    """Return the range from `low` to f for one number f, else the two numbers in order.

    Example
    -------
    >>> chance_range("factor", 0.2), chance_range("factor", (0.3, 0.5))
    ((0.0, 0.2), (0.3, 0.5))
    """
    pair = _pair(name, given, low, high)
    return (low, max(low, given)) if pair is None else pair


def value_range_of(given: Any) -> tuple[float, float]:
    """Return the range of the values of pixels, lower end first."""
    if not isinstance(given, (tuple, list)) or len(given) != 2 or given[0] == given[1]:
        raise ValueError(
            f"value_range is the pair of the lowest and the highest value of a pixel, such as "
            f"(0, 255) or (0, 1); it is {given!r}."
        )
    low, high = sorted(given)
    return low, high


def _pair(name: str, given: Any, low: float, high: float) -> tuple[float, float] | None:
    two = isinstance(given, (tuple, list))
    ends = list(given) if two else [given]
    numbers = all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in ends)
    if not numbers or (two and len(ends) != 2) or not all(low <= end <= high for end in ends):
        raise ValueError(
            f"{name} is a number, or a pair of them, from {low:g} to {high:g}; it is {given!r}."
        )
    return (min(ends), max(ends)) if two else None
