"""Batches of stored data, which are read ahead of the steps in the background."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu_data.arrays import ArrayBatches
from cornu_data.host import host_spec, load_on_host
from cornu_data.prefetch import in_background
from cornu_data.source import Select
from cornu_data.stored.rows import is_stored
from cornu_data.stored.windows import (
    PARTS,
    Rooms,
    Window,
    blocks_of,
    read,
    window_rows,
    windows_of,
)
from cornu_engine import tree

__all__ = ["StoredBatches"]

_SEEDS = 2**63


class StoredBatches(ArrayBatches):
    """Rows of which some are stored, in order or shuffled by blocks.

    A token is the places of a batch in the pass; rows come to lie in that order when they are read.

    Parameters
    ----------
    data, **options
        As for `ArrayBatches`.
    host : bool
        Whether the model has a host stage.
    """

    def __init__(self, data: Any, *, host: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        self._host = host
        self._rows = self.arrays  # `arrays` are those of a window
        size = window_rows(self._rows)
        self._size = size
        self._by_blocks = bool(self.shuffle) and self.shuffle != "batch"
        self._blocks = blocks_of(self._rows, max(1, size // (PARTS if self._by_blocks else 1)))
        self._seed: int | None = None
        self._reader: Iterator[Window] | None = None
        self._windows: list[Window] = []
        self._rooms: Rooms = deque()
        self._from_first = False  # whether the pass was read from its first row on
        self._all_checked = False  # whether one was to its end

    def one_pass(self) -> Iterator[Any]:
        """Yield the places of each batch; reading begins with the first that is loaded."""
        self._stop()
        self._seed = int(self.generator.integers(_SEEDS)) if self._by_blocks else None
        try:
            if self._by_blocks:
                for start in range(0, self.samples, self.batch_size):
                    yield start, min(start + self.batch_size, self.samples)
            else:
                yield from super().one_pass()
            self._all_checked |= self._from_first
        finally:
            self._stop()

    def close(self) -> None:
        """Let go of a pass that is still open, and of what was read for it."""
        super().close()
        self._stop()
        self._rooms.clear()

    def load(self, token: Any, select: Select) -> Any:
        """Copy the rows into the buffers of the step of that batch size, and return the step."""
        is_range = type(token) is tuple
        start, stop = token if is_range else (int(token.min()), int(token.max()) + 1)
        if self._reader is None:
            self._read_from(start, stop, select)
        self.arrays, first = self._between(start, stop)
        if self._host:
            rows = slice(start - first, stop - first) if is_range else token - first
            return load_on_host(_packed(self.data, [a[rows] for a in self.arrays]), select)
        return super().load((start - first, stop - first) if is_range else token - first, select)

    def _read_from(self, start: int, stop: int, select: Select) -> None:
        check = None
        self._from_first = start < self.batch_size
        if not self._all_checked:
            step = None if self._host else self._bind(min(stop - start, self.batch_size), select)
            check = _Check(self.data, step)
        windows = windows_of(self._blocks, self._size, self._seed)
        passed = read(self._rows, windows, self._seed, start, check, self._rooms)
        self._reader = in_background(passed, 1)

    def _between(self, start: int, stop: int) -> tuple[list[np.ndarray], int]:
        """Return arrays that hold these places of the pass, and the place where they begin."""
        assert self._reader is not None
        while self._windows and self._windows[0].stop <= start:
            self._let_go(self._windows.pop(0))
        while not self._windows or self._windows[-1].stop < stop:
            self._windows.append(next(self._reader))
        if len(self._windows) == 1:
            return self._windows[0].arrays, self._windows[0].start
        pieces = [
            [a[max(start - w.start, 0) : stop - w.start] for a in w.arrays] for w in self._windows
        ]
        return [np.concatenate(parts) for parts in zip(*pieces, strict=True)], start

    def _let_go(self, window: Window) -> None:
        if window.room is not None:
            self._rooms.append(window.room)

    def _stop(self) -> None:
        self._reader = None
        self._from_first = False
        while self._windows:
            self._let_go(self._windows.pop())
        self.arrays = self._rows

    def _spec(self, size: int) -> Any:
        if not self._host:
            return super()._spec(size)
        first = [np.asarray(rows[:size]) for rows in self._rows]
        return host_spec(_packed(self.data, first))

    def _bind(self, size: int, select: Select) -> Any:
        self._is_checked = True  # each block is, as it is read
        return super()._bind(size, select)


class _Check:
    """What is looked at in each block of the first pass.

    It does not know its source, which its thread would keep alive.
    """

    def __init__(self, data: Any, step: Any) -> None:
        self._data, self._step = data, step
        self._rows = [leaf for leaf in tree.flatten(data) if leaf is not None]

    def __call__(self, block: list[np.ndarray], start: int) -> None:
        for rows, array in zip(self._rows, block, strict=True):
            if is_stored(rows):
                rows.check(array, start)
        if self._step is not None:
            self._step.check(_packed(self._data, block))


def _packed(data: Any, arrays: list[np.ndarray]) -> Any:
    left = iter(arrays)
    return tree.map_structure(lambda a: None if a is None else next(left), data)
