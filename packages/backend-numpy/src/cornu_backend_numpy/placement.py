"""On which cores threads run, where the system lets a program say so.

A thread that is woken often runs where the one that woke it does. Schedulers that do not know which
cores share a cache (in small virtual machines, for one) leave it there, and two threads take turns
on one core while another is idle. So the threads of a pool may run on all cores but the caller's.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence


def _finder() -> Callable[[], int] | None:
    """Return what tells the core that the calling thread is on, or None."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    try:
        found = ctypes.CDLL(None).sched_getcpu
        return found if found() >= 0 else None
    except (AttributeError, OSError):
        return None


class Placement:
    """Keeps threads off the core of the thread that wakes them.

    Examples
    --------
    >>> Placement().keep_apart([])
    """

    def __init__(self) -> None:
        self._core = _finder()
        self._last = -1
        self._cores: list[int] = sorted(os.sched_getaffinity(0)) if self._core else []

    def keep_apart(self, threads: Sequence[int]) -> None:
        """Let `threads` (their native ids) run on all cores of the caller but the one it is on."""
        if self._core is None:
            return
        here = self._core()
        if here == self._last or len(self._cores) <= len(threads):
            return
        others = [core for core in self._cores if core != here]
        try:
            for i, thread in enumerate(threads):
                os.sched_setaffinity(thread, {others[i % len(others)]})  # move it there
                os.sched_setaffinity(thread, others)
        except OSError:  # not allowed here
            self._core = None
        self._last = here
