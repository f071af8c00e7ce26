"""Room for layers in layers in layers: each takes some of the calls that Python allows."""

from __future__ import annotations

import sys

MOST = 8_000  # calls in each other: the stack of a thread holds more


def make_room(levels: int = 0) -> None:
    """Let Python call deeper where half of what it allows is taken, or is asked for at once.

    What calls itself without end is still told so, at `MOST`. The limit stays raised: another
    thread may have gone as deep meanwhile.

    Examples
    --------
    >>> def deep(levels):
    ...     make_room()
    ...     return 1 + deep(levels - 1) if levels else 0
    >>> deep(2500)
    2500
    """
    limit = wanted = sys.getrecursionlimit()
    if wanted < MOST and (8 * levels > wanted or _is_deeper(wanted // 2)):
        wanted = min(max(8 * levels, 2 * limit), MOST)
        sys.setrecursionlimit(wanted)


def _is_deeper(calls: int) -> bool:
    try:
        sys._getframe(calls + 1)
    except ValueError:
        return False
    return True
