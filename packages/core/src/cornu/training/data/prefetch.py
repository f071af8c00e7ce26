"""Batches prepared ahead by workers, and handed on in order."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["ordered_prefetch"]


def ordered_prefetch(
    dataset: Any,
    indices: Iterable[int] | None,
    workers: int = 1,
    queue_size: int = 10,
    processes: bool = False,
) -> Iterator[Any]:
    """Yield `dataset[i]` for each index, in that order.

    Parameters
    ----------
    dataset : object with `__getitem__`
    indices : iterable of int or None
        None counts up without end.
    workers : int
        Threads or processes; with 0 or 1 thread, batches are made when they are asked for.
    queue_size : int
        How many batches may lie ready.
    processes : bool
        Whether the workers are processes; the dataset must then be picklable.

    Examples
    --------
    >>> list(ordered_prefetch("abc", [2, 0], workers=2))
    ['c', 'a']
    """
    indices = itertools.count() if indices is None else indices
    if workers <= 1 and not (processes and workers):
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


def _fetch(index: int) -> Any:
    return _received[index]
