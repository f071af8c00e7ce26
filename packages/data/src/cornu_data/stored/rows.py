"""Rows that are read when they are needed: of sparse matrices, and of stored data.

As one dense array they may be many times what memory holds. For everything that handles arrays of
data they look like one: they have a shape and a dtype, slices of them are `Rows` again, and a batch
is copied out of them as out of an array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import numpy as np

from cornu_data.stored.arrays import Stored, chunk_ends, memory_limit, row_bytes, stored
from cornu_engine import config

__all__ = ["Rows", "is_stored", "rows_of"]

LARGE = 2**26  # bytes of an array of which no second one is made in another dtype
_BLOCK = 2**22  # numbers that are looked at together

# Some rows as they are read, and the number of the first one in the source.
Check = Callable[[np.ndarray, int], Any]


class Rows:
    """Rows of a source.

    Parameters
    ----------
    read : callable
        From a slice or an array of row numbers to these rows, dense.
    start, stop : int
        Which rows of the source.
    row : tuple of int
        Shape of one.
    dtype : dtype
        Of what is handed out.
    is_stored : bool
        Whether many rows are to be read at once, and few times.
    ends : numpy.ndarray, optional
        Before which rows of the source its chunks end.
    numbers : numpy.ndarray, optional
        In memory, and all that the source holds beside zeros.

    Examples
    --------
    >>> x = Rows(np.arange(10).__getitem__, 2, 6, (), np.dtype("float32"))
    >>> len(x), x.shape, np.asarray(x[1:3])
    (4, (4,), array([3., 4.], dtype=float32))
    """

    def __init__(
        self,
        read: Callable[[Any], Any],
        start: int,
        stop: int,
        row: tuple[int, ...],
        dtype: Any,
        is_stored: bool = False,
        ends: np.ndarray | None = None,
        numbers: np.ndarray | None = None,
    ) -> None:
        self._read = read
        self._start, self._stop = start, stop
        self._row = row
        self.dtype = np.dtype(dtype)
        self.is_stored = is_stored
        self._ends = ends
        self.numbers = numbers
        self._checks: tuple[Check, ...] = ()

    def _like(self, **changes: Any) -> Rows:
        """Return the same rows but for some attributes."""
        other = copy(self)
        vars(other).update(changes)
        return other

    @property
    def ends(self) -> np.ndarray | None:
        """Before which of these rows chunks end."""
        if self._ends is None:
            return None
        inside = (self._ends > self._start) & (self._ends < self._stop)
        return np.append(self._ends[inside], self._stop) - self._start

    def checked(self, check: Check) -> Rows:
        """Return rows of which each block is checked when it is read."""
        return self._like(_checks=(*self._checks, check))

    def check(self, block: np.ndarray, start: int) -> None:
        """Check some of the rows, which begin at row `start`."""
        for check in self._checks:
            check(block, self._start + start)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""
        return (len(self), *self._row)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return 1 + len(self._row)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice) and key.step in (None, 1):
            start, stop, _ = key.indices(len(self))
            first = self._start + start
            return self._like(_start=first, _stop=first + max(stop - start, 0))
        return np.asarray(self)[key]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._dense(slice(self._start, self._stop)).astype(dtype or self.dtype, copy=False)

    def take(self, rows: np.ndarray, axis: int, out: np.ndarray, mode: str) -> None:
        """Copy rows into an array, as `numpy.ndarray.take` does."""
        out[...] = self._dense(np.asarray(rows) + self._start)

    def reshape(self, shape: tuple[int, ...]) -> Rows:
        """Return the same rows with another shape of each."""
        return self._like(_row=tuple(shape[1:]))

    def astype(self, dtype: Any, copy: bool = True) -> Rows:
        """Return the same rows as numbers of another dtype."""
        return self._like(dtype=np.dtype(dtype))

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return some rows as an array."""
        return self._dense(slice(self._start + start, self._start + stop))

    def _dense(self, rows: Any) -> np.ndarray:
        dense = np.asarray(self._read(rows))
        return dense.reshape(len(dense), *self._row).astype(self.dtype, copy=False)

    # What checks of the data ask, without all of it at once

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield all rows, some at a time."""
        step = max(1, _BLOCK // max(1, self.size // max(1, len(self))))
        for start in range(self._start, self._stop, step):
            yield self._dense(slice(start, min(start + step, self._stop)))

    def min(self) -> Any:
        """Return the smallest number."""
        return min(block.min() for block in self.blocks())

    def max(self) -> Any:
        """Return the largest number."""
        return max(block.max() for block in self.blocks())

    def sum(self) -> Any:
        """Return the sum of all numbers."""
        return sum(block.sum(dtype=np.float64) for block in self.blocks())

    def __lt__(self, other: Any) -> Any:
        return np.asarray(self) < other

    def __ge__(self, other: Any) -> Any:
        return np.asarray(self) >= other

    def __ne__(self, other: Any) -> Any:
        return np.asarray(self) != other

    __hash__ = object.__hash__


def is_stored(value: Any) -> bool:
    """Tell whether a value is rows of stored data.

    Examples
    --------
    >>> is_stored(np.zeros(3))
    False
    """
    return isinstance(value, Rows) and value.is_stored


def rows_of(value: Any) -> Rows | None:
    """Return what is not to be one array in memory as rows, None for any other value.

    These are SciPy's sparse matrices, large arrays of floats whose numbers have to be converted,
    and stored data: all but those of which four have room in the memory that these may take.

    Examples
    --------
    >>> import scipy.sparse
    >>> x = rows_of(scipy.sparse.eye(3))
    >>> x.shape, x.dtype
    ((3, 3), dtype('float32'))
    """
    if isinstance(value, Rows):
        return value
    if hasattr(value, "toarray"):
        return _of_sparse(value)
    if type(value) is np.ndarray:
        return _rows(value.__getitem__, value.shape, value) if _is_large(value) else None
    source = stored(value)
    return None if source is None else _of_stored(source)


def _of_stored(source: Stored) -> Rows | None:
    dtype, row = np.dtype(source.dtype), tuple(source.shape[1:])
    if dtype.kind not in "biuf":
        return None
    ends = chunk_ends(source)
    count = int(source.shape[0])
    if count * row_bytes(row, dtype) <= memory_limit() // 4:
        return None
    return Rows(source.__getitem__, 0, count, row, _taken_as(dtype), True, ends)


def _taken_as(dtype: np.dtype) -> np.dtype:
    if dtype.kind == "f":
        return np.dtype(config.floatx())
    return np.dtype(np.int64) if dtype.str[1:] == "u8" else dtype.newbyteorder("=")


def _rows(read: Any, shape: tuple[int, ...], numbers: np.ndarray) -> Rows:
    dtype = numbers.dtype
    rows = Rows(read, 0, shape[0], tuple(shape[1:]), _taken_as(dtype), numbers=numbers)
    if dtype.kind in "iu" and dtype.itemsize == 8:
        rows.dtype = narrowest(rows)
    return rows


def narrowest(whole: Any) -> np.dtype:
    """Return the dtype that programs take whole numbers of 8 bytes in: what all of them fit in."""
    least, most = (whole.min(), whole.max()) if whole.size else (0, 0)
    for dtype in (np.int32, np.int64):
        if np.iinfo(dtype).min <= least and most <= np.iinfo(dtype).max:
            return np.dtype(dtype)
    return np.dtype(np.uint64)


def _of_sparse(matrix: Any) -> Rows | None:
    if matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
        return None
    compressed = matrix.tocsr()
    if compressed.dtype.kind == "f":
        compressed = compressed.astype(config.floatx(), copy=False)
    return _rows(lambda rows: compressed[rows].toarray(), compressed.shape, compressed.data)


def _is_large(array: np.ndarray) -> bool:
    large = array.ndim > 0 and array.nbytes >= LARGE and array.flags.c_contiguous
    return large and array.dtype.kind == "f" and array.dtype != config.floatx()
