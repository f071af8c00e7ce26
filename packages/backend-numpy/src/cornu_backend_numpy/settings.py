"""What the environment says about how programs run."""

from __future__ import annotations

import os

from cornu.backends import thread_limit
from cornu.errors import BackendError

NUM_THREADS = "CORNU_NUM_THREADS"


def thread_count() -> int:
    """Return how many threads a program may use: `CORNU_NUM_THREADS`, else all cores.

    Where `cornu.backends.limit_threads` sets a limit, it is no more than that.

    Raises
    ------
    BackendError
        If the variable holds no positive integer.

    Examples
    --------
    >>> thread_count() >= 1
    True
    """
    limit = thread_limit()
    return _allowed() if limit is None else min(limit, _allowed())


def _allowed() -> int:
    given = os.environ.get(NUM_THREADS, "").strip()
    if not given:
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not given.isdigit() or int(given) < 1:
        raise BackendError(
            f"{NUM_THREADS}={given!r} should be a positive number of threads, "
            f"as in {NUM_THREADS}=2."
        )
    return int(given)
