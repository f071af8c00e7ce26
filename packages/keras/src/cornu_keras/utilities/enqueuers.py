"""Keras 2's queues of batches, for loops of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu_data.prefetch import ordered_prefetch

__all__ = ["GeneratorEnqueuer", "OrderedEnqueuer"]


class OrderedEnqueuer:
    """Batches of a `Sequence` prepared ahead by workers, in order, epoch after epoch.

    Parameters
    ----------
    sequence : Sequence
    use_multiprocessing : bool
        Whether the workers are processes.
    shuffle : bool
        Whether each epoch has its own order of batches.

    Examples
    --------
    >>> queue = OrderedEnqueuer("ab")
    >>> queue.start(workers=2)
    >>> batches = queue.get()
    >>> [next(batches) for _ in range(3)]
    ['a', 'b', 'a']
    >>> queue.stop()
    """

    def __init__(
        self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False
    ) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.shuffle = shuffle
        self._workers = 0
        self._queue_size = 0
        self._batches: Iterator[Any] | None = None

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Set the number of workers, and how many batches may lie ready."""
        self._workers, self._queue_size = workers, max_queue_size
        self._batches = self._epochs()

    def is_running(self) -> bool:
        """Tell whether `start` has been called, and `stop` not since."""
        return self._batches is not None

    def get(self) -> Iterator[Any]:
        """Return the batches; the iterator has no end."""
        if self._batches is None:
            raise RuntimeError("Call start(workers) before get().")
        return self._batches

    def join_end_of_epoch(self) -> None:
        """Wait for nothing: the epoch has ended when its last batch is handed out."""

    def stop(self, timeout: float | None = None) -> None:
        """End the workers."""
        batches, self._batches = self._batches, None
        if batches is not None:
            batches.close()  # type: ignore[attr-defined]

    def _epochs(self) -> Iterator[Any]:
        from cornu_ops.random import draw_seed

        generator = np.random.default_rng(draw_seed()) if self.shuffle else None
        while True:
            order = self._order(generator)
            for number, batch in enumerate(self._batches_of(order), 1):
                if number == len(order):  # whoever gets the last one finds the next epoch ready
                    getattr(self.sequence, "on_epoch_end", bool)()
                yield batch

    def _order(self, generator: np.random.Generator | None) -> Sequence[int]:
        count = len(self.sequence)
        return range(count) if generator is None else generator.permutation(count).tolist()

    def _batches_of(self, order: Iterable[int]) -> Iterator[Any]:
        return ordered_prefetch(
            self.sequence, order, self._workers, self._queue_size, self.use_multiprocessing
        )


class GeneratorEnqueuer(OrderedEnqueuer):
    """Batches of a generator, handed on as they come.

    Parameters
    ----------
    sequence : iterable
        The generator. It cannot be shared between workers, so it runs in the caller's thread.
    use_multiprocessing, wait_time, random_seed
        Accepted for Keras' sake.

    Examples
    --------
    >>> queue = GeneratorEnqueuer(iter([1, 2]))
    >>> queue.start()
    >>> list(queue.get())
    [1, 2]
    """

    def __init__(
        self,
        sequence: Any,
        use_multiprocessing: bool = False,
        wait_time: float | None = None,
        random_seed: int | None = None,
    ) -> None:
        super().__init__(sequence)

    def _epochs(self) -> Iterator[Any]:
        yield from self.sequence
