"""Data sets of batches that are made when they are asked for, and views of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from cornu_data.dataset import PyDataset
from cornu_engine import tree
from cornu_preprocessing.arguments import whole

__all__ = ["Batches", "Dataset"]


class Dataset(PyDataset):
    """A data set by batches, as `fit`, `evaluate`, `predict` and `adapt` take it.

    Subclasses write `__len__` and `__getitem__`. The methods here return views that compute each
    batch anew; nothing is held in memory unless `cache` is called.

    Attributes
    ----------
    class_names : list of str or None
        The names of the classes, where labels stand for classes.
    file_paths : list of str or None
        The files behind the rows, before shuffling.
    """

    class_names: list[str] | None = None
    file_paths: list[str] | None = None

    def __len__(self) -> int:
        """Return the number of batches."""
        raise NotImplementedError(f"{type(self).__name__} must define __len__(self).")

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]
        self.on_epoch_end()

    def map(self, function: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """Return the data set of what a function makes of each batch.

        Parameters
        ----------
        function : callable
            `f(x)`, or `f(x, y)` where a batch is a pair, or `f(x, y, sample_weight)`.
        num_parallel_calls : int, optional
            Accepted for TensorFlow's sake; `prefetch` is what runs it in other threads.

        Example
        -------
        >>> numbers = Batches(4, lambda rows: (rows, rows % 2), batch_size=2)
        >>> [x.tolist() for x in numbers.map(lambda x, y: x + 10)]
        [[10, 11], [12, 13]]
        """
        return _Mapped(self, function)

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Return the data set of this many elements at a time, stacked.

        For data sets of single rows, as `cornu.utils.split_dataset` returns them.

        Parameters
        ----------
        batch_size : int
        drop_remainder : bool
            Whether to leave out a last batch that is smaller.
        """
        return _Stacked(self, batch_size, drop_remainder)

    def take(self, count: int) -> Dataset:
        """Return the first batches; all of them for -1."""
        size = len(self)
        return _Part(self, 0, size if count < 0 else min(count, size))

    def skip(self, count: int) -> Dataset:
        """Return what follows the first batches."""
        return _Part(self, min(count, len(self)), len(self))

    def cache(self) -> Dataset:
        """Return the same batches, each kept in memory once it was made."""
        return _Cached(self)

    def prefetch(self, buffer_size: int | None = None) -> Dataset:
        """Let two threads make batches ahead while a model trains; return the data set itself.

        Parameters
        ----------
        buffer_size : int, optional
            How many batches may lie ready; 10 if None or -1.
        """
        self.workers = max(self.workers, 2)
        self.max_queue_size = 10 if buffer_size is None or buffer_size < 1 else buffer_size
        return self

    def cardinality(self) -> int:
        """Return the number of batches."""
        return len(self)

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Return an iterator over one pass."""
        return iter(self)


class Batches(Dataset):
    """Rows that a function makes from their numbers, in batches.

    Parameters
    ----------
    rows : int
        How many there are.
    load : callable
        From an integer array of row numbers to their batch: `x`, `(x, y)` or
        `(x, y, sample_weight)`.
    batch_size : int or None
        Rows per batch, the last one may be shorter; None for single rows without a batch axis.
    shuffle : bool
        Whether each pass has an order of its own.
    seed : int, optional
        Makes those orders the same in each process.
    first_in_order : bool
        Whether the first pass keeps the order of the rows nevertheless.
    class_names, file_paths : list of str, optional
        Kept as attributes.

    Example
    -------
    >>> data = Batches(5, lambda rows: rows * 10, batch_size=2)
    >>> len(data), [batch.tolist() for batch in data]
    (3, [[0, 10], [20, 30], [40]])
    """

    def __init__(
        self,
        rows: int,
        load: Callable[[np.ndarray], Any],
        *,
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
        first_in_order: bool = False,
        class_names: Sequence[str] | None = None,
        file_paths: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.rows = rows
        self.load = load
        self.batch_size: int | None = whole("batch_size", batch_size, or_none=True)
        self.shuffle = shuffle
        self.class_names = None if class_names is None else list(class_names)
        self.file_paths = None if file_paths is None else list(file_paths)
        self._generator = np.random.default_rng(seed)
        self._order = np.arange(rows)
        if not first_in_order:
            self.on_epoch_end()

    def __len__(self) -> int:
        return -(-self.rows // (self.batch_size or 1))

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """Return the same rows in batches, or batches stacked; see `Dataset.batch`."""
        if self.batch_size is not None:
            return super().batch(batch_size, drop_remainder)
        return Batches(
            self.rows - self.rows % batch_size if drop_remainder else self.rows,
            self.load,
            batch_size=batch_size,
            shuffle=self.shuffle,
            class_names=self.class_names,
            file_paths=self.file_paths,
        )

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"There is no batch {index}: this data set has {len(self)}.")
        start = index % len(self) * (self.batch_size or 1)
        batch = self.load(self._order[start : start + (self.batch_size or 1)])
        return tree.map_structure(lambda x: x[0], batch) if self.batch_size is None else batch

    def on_epoch_end(self) -> None:
        """Draw the order of the next pass."""
        if self.shuffle:
            self._order = self._generator.permutation(self.rows)


class _View(Dataset):
    def __init__(self, source: Dataset) -> None:
        super().__init__(source.workers, source.use_multiprocessing, source.max_queue_size)
        self.source = source
        self.class_names, self.file_paths = source.class_names, source.file_paths

    def __len__(self) -> int:
        return len(self.source)

    def on_epoch_end(self) -> None:
        self.source.on_epoch_end()


class _Mapped(_View):
    def __init__(self, source: Dataset, function: Callable[..., Any]) -> None:
        super().__init__(source)
        self.function = function

    def __getitem__(self, index: int) -> Any:
        batch = self.source[index]
        return self.function(*batch) if isinstance(batch, tuple) else self.function(batch)


class _Part(_View):
    def __init__(self, source: Dataset, start: int, stop: int) -> None:
        super().__init__(source)
        self.start, self.stop = start, stop

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise IndexError(f"There is no batch {index}: this data set has {len(self)}.")
        return self.source[self.start + index % len(self)]


class _Stacked(_View):
    def __init__(self, source: Dataset, batch_size: int, drop_remainder: bool) -> None:
        super().__init__(source)
        self.batch_size, self.drop_remainder = batch_size, drop_remainder

    def __len__(self) -> int:
        extra = 0 if self.drop_remainder else self.batch_size - 1
        return (len(self.source) + extra) // self.batch_size

    def __getitem__(self, index: int) -> Any:
        start = range(len(self))[index] * self.batch_size
        rows = range(start, min(start + self.batch_size, len(self.source)))
        return tree.map_structure(lambda *parts: np.stack(parts), *(self.source[i] for i in rows))


class _Cached(_View):
    def __init__(self, source: Dataset) -> None:
        super().__init__(source)
        self._kept: dict[int, Any] = {}

    def __getitem__(self, index: int) -> Any:
        index %= max(len(self), 1)
        if index not in self._kept:
            self._kept[index] = self.source[index]
        return self._kept[index]

    def on_epoch_end(self) -> None:
        """Keep the order: what is kept is batches."""
