"""Batches prepared ahead by workers, and handed on in order."""

from __future__ import annotations

import contextlib
import itertools
import queue
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["in_background", "ordered_prefetch"]


def ordered_prefetch(
    dataset: Any,
    indices: Iterable[int] | None,
    workers: int = 1,
    queue_size: int = 10,
    processes: bool = False,
    ahead: bool = False,
) -> Iterator[Any]:
    """Yield `dataset[i]` for each index, in that order.

    Parameters
    ----------
    dataset : object with `__getitem__`
    indices : iterable of int or None
        None counts up without end.
    workers : int
        Threads or processes; with none, batches are made when they are asked for.
    queue_size : int
        How many batches may lie ready.
    processes : bool
        Whether the workers are processes; the dataset must then be picklable.
    ahead : bool
        Whether a single thread works ahead too; else, as in Keras 3, 1 means none.

    Examples
    --------
    >>> list(ordered_prefetch("abc", [2, 0], workers=2))
    ['c', 'a']
    """
    indices = itertools.count() if indices is None else indices
    if workers < 1 or (workers == 1 and not processes and not ahead):
        return (dataset[i] for i in indices)
    return _from_workers(dataset, indices, workers, max(queue_size, 1), processes)


def _from_workers(
    dataset: Any, indices: Iterable[int], workers: int, queue_size: int, processes: bool
) -> Iterator[Any]:
    from concurrent import futures

    pool: futures.Executor
    if processes:
        pool = futures.ProcessPoolExecutor(workers, initializer=_receive, initargs=(dataset,))
        fetch: Any = _fetch
    else:
        pool = futures.ThreadPoolExecutor(workers, thread_name_prefix="cornu-data")
        fetch = dataset.__getitem__
    pending: deque[futures.Future[Any]] = deque()
    try:
        for index in indices:
            pending.append(pool.submit(fetch, index))
            if len(pending) >= queue_size:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_received: Any = None  # in a worker process: the dataset, sent once instead of with each index


def _receive(dataset: Any) -> None:
    global _received
    _received = dataset
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process' business


def _fetch(index: int) -> Any:
    return _received[index]


_END = object()
_PATIENCE = 0.05  # seconds between two looks at whether anybody still wants batches


def in_background(
    batches: Iterable[Any], queue_size: int = 10, limit: int | None = None
) -> Iterator[Any]:
    """Yield what an iterable yields, made ahead by one thread.

    Parameters
    ----------
    batches : iterable
    queue_size : int
        How many batches may lie ready.
    limit : int, optional
        How many are wanted at all: no more are taken from `batches`.

    Examples
    --------
    >>> list(in_background(iter("abc"), queue_size=1, limit=2))
    ['a', 'b']
    """
    ready: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(max(queue_size, 1))
    closed = threading.Event()
    thread = threading.Thread(
        target=_fill,
        args=(itertools.islice(batches, limit), ready, closed),
        name="cornu-data",
        daemon=True,
    )
    thread.start()
    try:
        while True:
            batch, error = ready.get()
            if error is not None:
                raise error
            if batch is _END:
                return
            yield batch
    finally:
        closed.set()
        thread.join(timeout=10 * _PATIENCE)  # a generator that hangs must not hang the caller


def _fill(batches: Iterator[Any], ready: queue.Queue[Any], closed: threading.Event) -> None:
    try:
        for batch in batches:
            if not _hand_over((batch, None), ready, closed):
                return
        _hand_over((_END, None), ready, closed)
    except BaseException as error:  # whatever it is, the caller is to see it, traceback and all
        _hand_over((None, error), ready, closed)


def _hand_over(item: Any, ready: queue.Queue[Any], closed: threading.Event) -> bool:
    """Put an item into the queue; return False if nobody wants it any more."""
    while not closed.is_set():
        with contextlib.suppress(queue.Full):
            ready.put(item, timeout=_PATIENCE)
            return True
    return False
