"""How many threads the BLAS behind NumPy may use while a program runs.

A program cuts its large work into parts for its own threads; a BLAS that started threads of its own inside each
part would fight them for the cores, and its sums would depend on who else is running. So programs that use
the pool run with one BLAS thread and give back what they found.
"""

from __future__ import annotations

import threading
from typing import Any


class SingleThreaded:
    """A context in which BLAS uses the calling thread only; contexts of several threads may overlap.

    Examples
    --------
    >>> with SingleThreaded():
    ...     pass
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._libraries: list[Any] | None = None
        self._found: list[int] = []

    def __enter__(self) -> SingleThreaded:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._found = [library.get_num_threads() for library in self._blas()]
                for library in self._blas():
                    library.set_num_threads(1)
        return self

    def __exit__(self, *error: Any) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for library, threads in zip(self._blas(), self._found, strict=True):
                    library.set_num_threads(threads)

    def _blas(self) -> list[Any]:
        if self._libraries is None:
            from threadpoolctl import ThreadpoolController

            self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
        return self._libraries


single_threaded = SingleThreaded()
