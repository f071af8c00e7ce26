"""A pool of threads that share one piece of work, made on demand in each process.

Work is cut into as many parts as there are threads, always in the same way, so that results depend
on the number of threads but never on their timing. The caller works too. A pool that is busy (two
user threads run programs at once) is not waited for: the caller then does all parts itself, with
the same result.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_backend_numpy.placement import Placement
from cornu_backend_numpy.settings import thread_count

Task = Callable[[int], object]
Then = Callable[[], object]


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
        self._placement = Placement()
        self._ids: list[int] = []

    def run(self, *stages: Task | Then) -> None:
        """Run stages in order: tasks cut into parts, and functions called once between them.

        Parameters
        ----------
        *stages : callable
            task, then, task, then, …, task. `task(0)` … `task(size - 1)` run at the same time where
            threads are free; `then()` is called when all have ended, by the thread that ended last,
            so that it need not wait.

        Raises
        ------
        BaseException
            The first error, after every part has ended: no thread may still write into buffers that
            the caller is about to use again.
        """
        if self.size == 1 or not self._busy.acquire(blocking=False):
            self._run_alone(stages)
            return
        try:
            job = _Job(self.size, stages)
            workers = self._ready_workers()
            self._placement.keep_apart(self._ids)
            for part, worker in enumerate(workers, start=1):
                worker.start(job, part)
            job(0)
            for worker in workers:
                worker.done.wait(job)
            if job.errors:
                raise job.errors[0]
        finally:
            self._busy.release()

    def _run_alone(self, stages: tuple[Any, ...]) -> None:
        for i, stage in enumerate(stages):
            if i % 2:
                stage()
            else:
                for part in range(self.size):
                    stage(part)

    def _ready_workers(self) -> list[_Worker]:
        if self._process != os.getpid():  # threads do not survive a fork
            self._workers, self._process = [], os.getpid()
            self._placement = Placement()
        while len(self._workers) < self.size - 1:
            self._workers.append(_Worker(f"cornu-{len(self._workers) + 1}"))
            self._ids = [worker.thread for worker in self._workers]
        return self._workers


class _Job:
    """Stages that all threads go through together."""

    def __init__(self, size: int, stages: tuple[Any, ...]) -> None:
        self._stages = stages
        self._left = size
        self._size = size
        self._lock = threading.Lock()
        self._gates = {i: [_Gate() for _ in range(size)] for i in range(1, len(stages), 2)}
        self.errors: list[BaseException] = []

    def __call__(self, part: int) -> None:
        for i, stage in enumerate(self._stages):
            if i % 2 == 0:
                self._try(stage, part)
            elif self._is_last():
                self._try(stage)
                for other, gate in enumerate(self._gates[i]):
                    if other != part:
                        gate.open()
            else:
                self._gates[i][part].wait(self)

    def _try(self, stage: Any, *part: int) -> None:
        if not self.errors:
            try:
                stage(*part)
            except BaseException as error:
                self.errors.append(error)

    def _is_last(self) -> bool:
        with self._lock:
            self._left -= 1
            if self._left:
                return False
            self._left = self._size
            return True


def _closed() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock


class _Gate:
    """Opened once, so that what a signal interrupts need not know whether it had got the lock."""

    __slots__ = ("_is_open", "_lock")

    def __init__(self) -> None:
        self._is_open, self._lock = False, _closed()

    def open(self) -> None:
        """Let the one that waits go on."""
        self._is_open = True
        self._lock.release()

    def wait(self, job: _Job) -> None:
        """Wait until it is open; what a handler of a signal raises is kept for the job's end."""
        while True:
            try:
                while not self._is_open:
                    self._lock.acquire()
                return
            except BaseException as error:  # noqa: PERF203 - whatever a handler raises
                job.errors.append(error)


class _Worker:
    """One thread that waits for work. Two locks hand it over and back, without polling."""

    def __init__(self, name: str) -> None:
        self._given, self.done = _closed(), _Gate()
        self._job: _Job | None = None
        self._part = 0
        thread = threading.Thread(target=self._serve, name=name, daemon=True)
        thread.start()
        self.thread = thread.native_id or 0

    def start(self, job: _Job, part: int) -> None:
        self._job, self._part, self.done = job, part, _Gate()
        self._given.release()

    def _serve(self) -> None:
        with np.errstate(all="ignore"):
            while True:
                self._given.acquire()
                job, self._job, done = self._job, None, self.done
                job(self._part)  # type: ignore[misc]
                del job
                done.open()


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
