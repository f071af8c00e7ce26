"""Batches by number and without end, the same pictures for the same seed."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator as Iterating
from typing import Any

import numpy as np

from cornu_data.dataset import PyDataset
from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole

__all__ = ["Iterator"]

_SEEDS = 2**32


class Iterator(PyDataset):
    """Base class of batches of pictures.

    It is a `cornu.utils.Sequence`, so `fit` takes it and threads may prepare its batches; and it
    is an iterator without end. A subclass writes `_get_batches_of_transformed_samples(indices)`.

    Parameters
    ----------
    n : int
        How many samples there are.
    batch_size : int
    shuffle : bool
        Whether each epoch has an order of its own.
    seed : int or None
        The batch number k of the whole run draws from `np.random.RandomState(seed + k)`, which is
        what Keras does. A batch that is asked for by its index draws the same whichever thread
        prepares it and when.
    **kwargs
        workers, use_multiprocessing and max_queue_size, as of `cornu.utils.Sequence`.

    Attributes
    ----------
    batch_index, total_batches_seen : int
        The next batch of this epoch, and how many batches were made.
    index_array : ndarray or None
        The order of this epoch.

    Example
    -------
    >>> class Squares(Iterator):
    ...     def _get_batches_of_transformed_samples(self, index_array):
    ...         return index_array**2
    >>> squares = Squares(5, batch_size=3, shuffle=False, seed=None)
    >>> len(squares), squares[1], next(squares)
    (2, array([ 9, 16]), array([0, 1, 4]))
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(
        self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.batch_size: int = whole("batch_size", batch_size)
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.lock = threading.Lock()
        self.index_generator = self._flow_index()
        self._random: Any = np.random  # what the batch that `next` makes draws from
        self._entropy: int | None = None  # stands for the seed of batches by index, without one
        self._iterated = 0  # batches made by `next`
        self._process = os.getpid()
        self._epoch = 0  # how often on_epoch_end was called
        self._passes_before = 0  # over all batches, before the order that holds
        self._asked: Counter[int] = Counter()  # how often for each batch by its index
        self._in_this_order: set[int] = set()  # batches asked for since the order was drawn
        self._new_order_due = False

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    # Batches by their index.

    def __getitem__(self, idx: int) -> Any:
        if not 0 <= idx < len(self):
            raise DataError(f"There is no batch {idx}: this iterator has {len(self)}.")
        with self.lock:
            if self._new_order_due and idx in self._in_this_order:
                self._reorder()
            passes = max(self._asked[idx], self._passes_over())
            self._asked[idx] = passes + 1
            self._in_this_order.add(idx)
            self.total_batches_seen += 1
            indices, plan, _ = self._planned(passes, idx)
        return self._make(indices, plan)

    def on_epoch_end(self) -> None:
        """Draw the order of the next epoch.

        Threads may be preparing batches of this one: in the middle of the batches, the new order
        begins when a batch is asked for again.
        """
        with self.lock:
            self._epoch += 1
            unknown = not self._asked and not self._in_this_order  # made by other processes
            if unknown or len(self._in_this_order) == len(self):
                self._reorder()
            else:
                self._new_order_due = bool(self._in_this_order)

    def _reorder(self) -> None:
        """Draw a new order, where the last batch of the old one stopped drawing."""
        last = len(self) - 1
        passes = max(self._asked[last] - 1, self._passes_before)
        # drawn once more, for another thread or process may have made that batch
        _, _, random = self._planned(passes, last)
        self._set_index_array(random)
        self._passes_before = passes + 1
        self._in_this_order.clear()
        self._new_order_due = False

    def _passes_over(self) -> int:
        """How many passes over all batches have come to their end."""
        # a worker process is given a copy in each pass, and only the original hears of its end
        return self._epoch if os.getpid() != self._process else self._passes_before

    def get_state(self) -> dict[str, Any]:
        """Return what a training that goes on in another process has to know."""
        return {
            "epoch": self._epoch,
            "passes": self._passes_before,
            "iterated": self._iterated,
            "entropy": self._entropy,
            "index_array": self.index_array,
            "in_this_order": sorted(self._in_this_order),
            "new_order_due": self._new_order_due,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on where another iterator over the same samples stopped."""
        now = {**self.get_state(), **state}
        self._epoch, self._passes_before = now["epoch"], now["passes"]
        self._iterated, self._entropy = now["iterated"], now["entropy"]
        self.index_array = now["index_array"]
        self._in_this_order = set(now["in_this_order"])
        self._new_order_due = now["new_order_due"]
        self._asked.clear()

    def _planned(self, passes: int, idx: int) -> tuple[np.ndarray, Any, Any]:
        """The rows of a batch, what is drawn for it, and the generator that drew."""
        number = self._iterated + passes * len(self) + idx
        random = self._generator(number)
        if self.index_array is None:
            self._set_index_array(random if idx == 0 else self._generator(number - idx))
        indices = self._rows(idx)
        return indices, self._plan(indices, random), random

    def _generator(self, number: int) -> np.random.RandomState:
        if self.seed is not None:
            return np.random.RandomState((self.seed + number) % _SEEDS)
        if self._entropy is None:
            self._entropy = int(np.random.randint(2**31))
        return np.random.RandomState((self._entropy + number) % _SEEDS)

    def _start(self) -> Any:
        return np.random if self.seed is None else self._generator(self.total_batches_seen)

    def _rows(self, idx: int) -> np.ndarray:
        assert self.index_array is not None
        return self.index_array[self.batch_size * idx : self.batch_size * (idx + 1)]

    def _set_index_array(self, random: Any = np.random) -> None:
        self.index_array = random.permutation(self.n) if self.shuffle else np.arange(self.n)

    # Batches without end.

    def __iter__(self) -> Iterating[Any]:
        return self

    def __next__(self) -> Any:
        with self.lock:
            indices = next(self.index_generator)
            plan = self._plan(indices, self._random)
        return self._make(indices, plan)

    def next(self) -> Any:
        """Return the next batch."""
        return self.__next__()

    def reset(self) -> None:
        """Go back to the first batch."""
        self.batch_index = 0

    def _flow_index(self) -> Iterating[np.ndarray]:
        while True:
            self._random = self._start()
            if self.batch_index == 0:
                self._set_index_array(self._random)
            indices = self._rows(self.batch_index)
            self.batch_index = (self.batch_index + 1) % max(len(self), 1)
            self.total_batches_seen += 1
            self._iterated += 1
            yield indices

    # A batch: what is drawn for it, in order; and then the work, in any thread.

    def _plan(self, indices: np.ndarray, random: Any) -> Any:
        return random

    def _make(self, indices: np.ndarray, plan: Any) -> Any:
        if plan is not np.random:  # the user's code draws from NumPy's global generator
            np.random.set_state(plan.get_state())
        return self._get_batches_of_transformed_samples(indices)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        """Return the batch of these samples. Subclasses write this."""
        raise NotImplementedError(
            f"{type(self).__name__} must define _get_batches_of_transformed_samples(index_array)."
        )

    # Copies, as processes get them: a lock and a running generator cannot be sent.

    def __getstate__(self) -> dict[str, Any]:
        if self.index_array is None:  # all copies have one order
            self._set_index_array(self._generator(self._iterated))
        own = ("lock", "index_generator", "_random")
        return {name: value for name, value in self.__dict__.items() if name not in own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.lock = threading.Lock()
        self.index_generator = self._flow_index()
        self._random = np.random
