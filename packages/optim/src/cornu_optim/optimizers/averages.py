"""Running means."""

from __future__ import annotations

from typing import Any

from cornu import ops


def mix(share: float, old: Any, new: Any) -> Any:
    """Return `share * old + (1 - share) * new`.

    Examples
    --------
    >>> float(mix(0.75, 4.0, 8.0))
    5.0
    """
    return ops.add(ops.multiply(share, old), ops.multiply(1.0 - share, new))


def approach(old: Any, new: Any, share: float) -> Any:
    """Return `old + (new - old) * share`: the same mean with one product less.

    Examples
    --------
    >>> float(approach(4.0, 8.0, 0.25))
    5.0
    """
    return ops.add(old, ops.multiply(ops.subtract(new, old), share))
