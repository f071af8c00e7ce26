"""Into how many parts a row is cut. It depends on its work only: so do all sums, and their bits."""

from __future__ import annotations

from cornu_backend_native.settings import limits


def parts_of(nanoseconds: float) -> int:
    """Return how many parts work of some length is worth; 1 where it is short.

    Examples
    --------
    >>> parts_of(10), parts_of(1e9) > 1
    (1, True)
    """
    return max(1, min(limits.parts, int(nanoseconds / limits.share)))
