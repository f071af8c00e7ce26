"""How many threads a program may use, on any backend."""

from __future__ import annotations

import os

from cornu_engine.backends import thread_limit
from cornu_engine.errors import BackendError

NUM_THREADS = "CORNU_NUM_THREADS"  # a variable of the environment


def threads_allowed(usual: int = 0) -> int:
    """Return what `CORNU_NUM_THREADS` says, else `usual`; 0 is all cores.

    Where `cornu.backends.limit_threads` sets a limit, it is no more than that.

    Raises
    ------
    BackendError
        If the variable holds no positive integer.

    Examples
    --------
    >>> threads_allowed() >= 1
    True
    """
    count, limit = _said() or usual or _cores(), thread_limit()
    return count if limit is None else min(limit, count)


def _said() -> int:
    given = os.environ.get(NUM_THREADS, "").strip()
    if given and (not given.isdigit() or int(given) < 1):
        raise BackendError(
            f"{NUM_THREADS}={given!r} should be a positive number of threads, as in "
            f"{NUM_THREADS}=2."
        )
    return int(given or 0)


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
