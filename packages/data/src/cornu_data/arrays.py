"""Batches of arrays in memory: the hot path.

Each epoch draws one permutation; each step copies its rows straight into the program's input
buffers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu_data.source import BatchSource, Select, ValueSpec
from cornu_engine import tree
from cornu_engine.variable import Storage

__all__ = ["ArrayBatches"]


class ArrayBatches(BatchSource):
    """Rows of arrays, in order or shuffled.

    Parameters
    ----------
    data : structure of numpy.ndarray
        `(x, y, sample_weight)`, `(x, y)` or `x`, converted and checked; None for what is absent.
    batch_size : int
    shuffle : bool or "batch"
        Whether each epoch has its own order of rows; `"batch"` shuffles inside each batch only.
    steps : int, optional
        Batches per epoch; by default one pass.
    generator : numpy.random.Generator, optional
        Draws the permutations.

    Examples
    --------
    >>> source = ArrayBatches((np.arange(5), None), batch_size=2)
    >>> source.num_batches, [stop - start for start, stop in source.one_pass()]
    (3, [2, 2, 1])
    """

    samples: int
    batch_size: int

    def __init__(
        self,
        data: Any,
        *,
        batch_size: int,
        shuffle: bool | str = False,
        steps: int | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        self.data = data
        self.arrays = [array for array in tree.flatten(data) if array is not None]
        self.samples = len(self.arrays[0])
        self.batch_size = min(batch_size, self.samples)
        self.shuffle = shuffle
        self.steps = steps
        self.num_batches = -(-self.samples // self.batch_size)
        if shuffle and generator is None:
            generator = np.random.default_rng()
        self.generator: Any = generator  # is there wherever something is shuffled
        self._bound: dict[int, Any] = {}
        self._changes = 0  # what `_bound` was found at
        self._is_checked = False

    def one_pass(self) -> Iterator[Any]:
        """Yield the rows of each batch: an index array if shuffled, else (start, stop)."""
        samples, size = self.samples, self.batch_size
        if not self.shuffle:
            for start in range(0, samples, size):
                yield start, min(start + size, samples)
        elif self.shuffle == "batch":
            for start in range(0, samples, size):
                yield self.generator.permutation(min(size, samples - start)) + start
        else:
            order = self.generator.permutation(samples)
            for start in range(0, samples, size):
                yield order[start : start + size]

    def load(self, token: Any, select: Select) -> Any:
        """Copy the rows into the buffers of the step of that batch size, and return the step."""
        if self._changes != Storage.changes:
            self._bound.clear()
        if type(token) is tuple:
            start, stop = token
            bound = self._bound.get(stop - start) or self._bind(stop - start, select)
            for array, buffer in zip(self.arrays, bound.buffers):  # noqa: B905 - in the hot loop
                buffer[...] = array[start:stop]
            return bound
        bound = self._bound.get(len(token)) or self._bind(len(token), select)
        for array, buffer in zip(self.arrays, bound.buffers):  # noqa: B905 - in the hot loop
            # "raise", the default, would copy through a temporary
            array.take(token, 0, buffer, "clip")
        return bound

    def prepare(self, build: Callable[[Any], Any]) -> None:
        """Call `build` with the spec of a whole batch."""
        build(self._spec(self.batch_size))

    def try_out(self, select: Select) -> None:
        """Compile the step of a whole batch and check all of the data against it, once."""
        if not self._is_checked:
            self._bind(self.batch_size, select)

    def _spec(self, size: int) -> Any:
        return tree.map_structure(
            lambda a: None if a is None else ValueSpec((size, *a.shape[1:]), a.dtype), self.data
        )

    def _bind(self, size: int, select: Select) -> Any:
        """Return the step of a batch size; before the first one runs, check all of the data."""
        self._bound[size] = bound = select(self._spec(size))
        self._changes = Storage.changes
        if not self._is_checked:
            bound.check(self.data)
            self._is_checked = True
        return bound
