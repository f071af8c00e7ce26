"""A pool of threads that share one piece of work, made on demand in each process.

Work is cut into as many parts as there are threads, always in the same way, so that results depend on the
number of threads but never on their timing. The caller works too. A pool that is busy (two user threads run
programs at once) is not waited for: the caller then does all parts itself, with the same result.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.settings import thread_count

Task = Callable[[int], object]


class Pool:
    """`size - 1` waiting threads and the caller.

    Parameters
    ----------
    size : int
        Parts that every task is cut into.

    Examples
    --------
    >>> done = []
    >>> Pool(2).run(done.append)
    >>> sorted(done)
    [0, 1]
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._busy = threading.Lock()
        self._workers: list[_Worker] = []
        self._process = os.getpid()

    def run(self, task: Task) -> None:
        """Call `task(0)` … `task(size - 1)`, at the same time where threads are free; return when all are done.

        Raises
        ------
        BaseException
            The first error of a part, after every part has ended: no thread may still write into buffers
            that the caller is about to use again.
        """
        if self.size == 1 or not self._busy.acquire(blocking=False):
            for part in range(self.size):
                task(part)
            return
        try:
            workers = self._ready_workers()
            for part, worker in enumerate(workers, start=1):
                worker.start(task, part)
            try:
                task(0)
            finally:
                errors = [worker.wait() for worker in workers]
            for error in errors:
                if error is not None:
                    raise error
        finally:
            self._busy.release()

    def _ready_workers(self) -> list[_Worker]:
        if self._process != os.getpid():  # threads do not survive a fork
            self._workers, self._process = [], os.getpid()
        while len(self._workers) < self.size - 1:
            self._workers.append(_Worker(f"cornu-{len(self._workers) + 1}"))
        return self._workers


class _Worker:
    """One thread that waits for work. Two locks hand the task over and back, without polling."""

    def __init__(self, name: str) -> None:
        self._given, self._done = threading.Lock(), threading.Lock()
        self._given.acquire()
        self._done.acquire()
        self._task: Task | None = None
        self._part = 0
        self._error: BaseException | None = None
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def start(self, task: Task, part: int) -> None:
        self._task, self._part, self._error = task, part, None
        self._given.release()

    def wait(self) -> BaseException | None:
        while True:
            try:
                self._done.acquire()
                break
            except KeyboardInterrupt as interrupt:  # leave only when the part has ended
                self._error = self._error or interrupt
        self._task = None
        return self._error

    def _serve(self) -> None:
        with np.errstate(all="ignore"):
            while True:
                self._given.acquire()
                try:
                    self._task(self._part)  # type: ignore[misc]
                except BaseException as error:
                    self._error = error
                self._done.release()


_POOLS: dict[int, Pool] = {}


def pool(size: int | None = None) -> Pool:
    """Return the pool of this process with `size` threads (`CORNU_NUM_THREADS` by default)."""
    size = thread_count() if size is None else size
    found = _POOLS.get(size)
    return found if found is not None else _POOLS.setdefault(size, Pool(size))


def _forget() -> None:
    """In a forked child: another thread of the parent may have held a pool's lock."""
    _POOLS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
