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
    limit = sys.getrecursionlimit()
    if limit >= MOST:
        return
    if 8 * levels <= limit:
        try:
            sys._getframe(limit // 2)
        except ValueError:  # there are not so many calls
            return
    sys.setrecursionlimit(min(max(8 * levels, 2 * limit), MOST))
