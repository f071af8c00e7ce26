"""Data sets written as Python code: `PyDataset`, known as `Sequence` since Keras 2."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from cornu_data.attributes import remember, remembered

__all__ = ["PyDataset", "Sequence"]


class PyDataset:
    """Base class of data sets that make each batch by its number.

    Write `__getitem__(index)`, which returns one whole batch `(x, y)` or `(x, y, sample_weight)`,
    and `__len__`, the number of batches (or the property `num_batches`, None for a data set without
    end).

    Parameters
    ----------
    workers : int
        Threads or processes that prepare batches; 1 means that they are made when they are needed.
    use_multiprocessing : bool
        Whether the workers are processes. The data set must then be picklable.
    max_queue_size : int
        How many batches may be prepared ahead.

    Examples
    --------
    >>> import numpy as np
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         x = np.full((4, 1), index)
    ...         return x, x**2
    >>> [int(y[0, 0]) for x, y in Squares()]
    [0, 1, 4]
    """

    # on the class, so that a subclass which forgets super().__init__() works all the same
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10
    use_sequence_api = True

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Return the batch of that number. Subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(self, index).")

    @property
    def num_batches(self) -> int | None:
        """Number of batches in one pass."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} must define __len__(self) or the property num_batches."
        )

    def __iter__(self) -> Iterator[Any]:
        try:
            count = self.num_batches
        except NotImplementedError:
            count = None
        return (self[i] for i in (itertools.count() if count is None else range(count)))

    def get_state(self) -> dict[str, Any]:
        """Return what the data set remembers, for a training that is to go on in another process.

        These are all attributes that are numbers, text, arrays, or lists, tuples and dicts of
        them, and generators of random numbers.
        """
        return remembered(self)

    def set_state(self, state: dict[str, Any]) -> None:
        """Remember what `get_state` returned."""
        remember(self, state)

    def on_epoch_begin(self) -> None:
        """Run before each epoch."""

    def on_epoch_end(self) -> None:
        """Run after each epoch, for example to shuffle."""


Sequence = PyDataset
