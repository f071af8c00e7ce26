"""Models inside models: each takes some of the calls that Python allows inside of one another."""

from __future__ import annotations

import sys

_USUAL = 50  # so deep, all goes with what Python allows by itself
_CALLS = 16  # of functions, that one model inside another takes: when it runs, is copied or saved
_MOST = 6000  # Python 3.10 keeps calls on a stack that would overflow, without an exception


def make_room(depth: int) -> None:
    """Allow the calls that models take which lie so deep inside of one another.

    Examples
    --------
    >>> before = sys.getrecursionlimit()
    >>> make_room(3)
    >>> sys.getrecursionlimit() == before
    True
    """
    needed = min(1000 + _CALLS * depth, _MOST)
    if depth > _USUAL and sys.getrecursionlimit() < needed:
        sys.setrecursionlimit(needed)
