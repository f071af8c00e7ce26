"""What holds for the whole process while a program runs that shares its work between threads.

* BLAS uses the calling thread only, in programs for which it would start threads of its own too. A
  BLAS that started them inside each share would fight the others for the cores, its idle threads
  keep a core from whoever else is busy, and how it cuts its sums, and with it the last bits, would
  depend on who else is running.
* A thread that waits for Python's lock gets it soon: the others give it up between two calls of
  NumPy anyway, but by default they may take it back many times before the one that waits has woken
  up.

What was found is given back afterwards.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

SWITCH = 1e-4  # seconds after which a waiting thread asks for the lock


class Sharing:
    """A context in which threads share the work of a program; contexts may overlap.

    Examples
    --------
    >>> with Sharing():
    ...     pass
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._libraries: list[Any] | None = None
        self._found: list[int] = []
        self._interval = 0.0

    def __enter__(self) -> Sharing:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                libraries = self._blas()
                self._found = [library.get_num_threads() for library in libraries]
                for library in libraries:
                    _let(library, 1)
                self._interval = sys.getswitchinterval()
                sys.setswitchinterval(min(SWITCH, self._interval))
        return self

    def __exit__(self, *error: Any) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._give_back()

    def _give_back(self) -> None:
        for library, threads in zip(self._blas(), self._found, strict=True):
            _let(library, threads)
        sys.setswitchinterval(self._interval)

    def forget(self) -> None:
        """In a forked child: another thread of the parent may have been inside."""
        self._lock = threading.Lock()
        if self._inside:
            self._inside = 0
            self._give_back()

    def _blas(self) -> list[Any]:
        if self._libraries is None:
            from threadpoolctl import ThreadpoolController

            self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        return self._libraries


def _let(library: Any, threads: int) -> None:
    """Let BLAS use so many threads, whichever thread asks.

    Newer versions of threadpoolctl let only the first thread that asks change OpenBLAS, so that
    threads do not quarrel about it. Here they do not: they are counted, and it is set once.
    """
    getattr(library, "_real_set_num_threads", library.set_num_threads)(threads)


sharing = Sharing()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=sharing.forget)
