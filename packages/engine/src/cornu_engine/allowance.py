"""How much work may be done for somebody else: a file that describes a model may ask for any."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_LEFT: ContextVar[list[int] | None] = ContextVar("cornu_allowance", default=None)


@contextlib.contextmanager
def allowance(units: int) -> Iterator[None]:
    """Allow so much work in a `with` block.

    Parameters
    ----------
    units : int
        One is about the work of making a node.

    Raises
    ------
    MemoryError
        From `spend`, when nothing is left.

    Examples
    --------
    >>> with allowance(10):
    ...     spend(8)
    ...     spend(8)
    Traceback (most recent call last):
    MemoryError: This asks for more work than is allowed for a file.
    """
    token = _LEFT.set([units])
    try:
        yield
    finally:
        _LEFT.reset(token)


def spend(units: int = 1) -> None:
    """Take work off what is left; where nobody has set a limit, there is none."""
    left = _LEFT.get()
    if left is not None:
        left[0] -= units
        if left[0] < 0:
            raise MemoryError("This asks for more work than is allowed for a file.")
