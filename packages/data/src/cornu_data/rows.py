"""Rows that are read a batch at a time: of sparse matrices and of files.

As one dense array they may be many times what memory holds. For everything that handles arrays of
data they look like one: they have a shape and a dtype, slices of them are `Rows` again, and a batch
is copied out of them as out of an array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu_engine import config

__all__ = ["Rows", "rows_of"]

LARGE = 2**26  # bytes of an array of which no second one is made in another dtype
_BLOCK = 2**22  # numbers that are looked at together
_INT32 = np.iinfo(np.int32)


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

    Examples
    --------
    >>> x = Rows(np.arange(10).__getitem__, 2, 6, (), np.dtype("float32"))
    >>> len(x), x.shape, np.asarray(x[1:3])
    (4, (4,), array([3., 4.], dtype=float32))
    """

    def __init__(
        self, read: Callable[[Any], Any], start: int, stop: int, row: tuple[int, ...], dtype: Any
    ) -> None:
        self._read = read
        self._start, self._stop = start, stop
        self._row = row
        self.dtype = np.dtype(dtype)

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
            return Rows(self._read, first, first + max(stop - start, 0), self._row, self.dtype)
        return np.asarray(self)[key]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._dense(slice(self._start, self._stop)).astype(dtype or self.dtype, copy=False)

    def take(self, rows: np.ndarray, axis: int, out: np.ndarray, mode: str) -> None:
        """Copy rows into an array, as `numpy.ndarray.take` does."""
        out[...] = self._dense(np.asarray(rows) + self._start)

    def reshape(self, shape: tuple[int, ...]) -> Rows:
        """Return the same rows with another shape of each."""
        return Rows(self._read, self._start, self._stop, tuple(shape[1:]), self.dtype)

    def _dense(self, rows: Any) -> np.ndarray:
        dense = np.asarray(self._read(rows))
        return dense.reshape(len(dense), *self._row).astype(self.dtype, copy=False)

    # What checks of the data ask, without all of it at once

    def _blocks(self) -> Iterator[np.ndarray]:
        step = max(1, _BLOCK // max(1, self.size // max(1, len(self))))
        for start in range(self._start, self._stop, step):
            yield self._dense(slice(start, min(start + step, self._stop)))

    def min(self) -> Any:
        """Return the smallest number."""
        return min(block.min() for block in self._blocks())

    def max(self) -> Any:
        """Return the largest number."""
        return max(block.max() for block in self._blocks())

    def sum(self) -> Any:
        """Return the sum of all numbers."""
        return sum(block.sum(dtype=np.float64) for block in self._blocks())

    def __lt__(self, other: Any) -> Any:
        return np.asarray(self) < other

    def __ge__(self, other: Any) -> Any:
        return np.asarray(self) >= other

    def __ne__(self, other: Any) -> Any:
        return np.asarray(self) != other

    __hash__ = object.__hash__


def rows_of(value: Any) -> Rows | None:
    """Return what is to be read a batch at a time as rows, None for any other value.

    These are SciPy's sparse matrices, data sets of h5py, `HDF5Matrix`; and files that NumPy maps
    and large arrays of floats, where their numbers have to be converted.

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
    if getattr(value, "ndim", 0) < 1 or not _is_by_batch(value) or value.dtype.kind not in "biuf":
        return None
    return _rows(_reader(value), value.shape, value.dtype)


def _rows(read: Any, shape: tuple[int, ...], dtype: np.dtype) -> Rows:
    wanted = np.dtype(config.floatx()) if dtype.kind == "f" else dtype.newbyteorder("=")
    rows = Rows(read, 0, shape[0], tuple(shape[1:]), wanted)
    if dtype.kind in "iu" and dtype.itemsize == 8:
        fits = not rows.size or (rows.min() >= _INT32.min and rows.max() <= _INT32.max)
        rows.dtype = np.dtype(np.int32 if fits else np.int64)
    return rows


def _of_sparse(matrix: Any) -> Rows | None:
    if matrix.ndim != 2 or matrix.dtype.kind not in "biuf":
        return None
    compressed = matrix.tocsr()
    if compressed.dtype.kind == "f":
        compressed = compressed.astype(config.floatx(), copy=False)
    return _rows(lambda rows: compressed[rows].toarray(), compressed.shape, compressed.dtype)


def _is_by_batch(value: Any) -> bool:
    if type(value) is np.ndarray:
        large = value.nbytes >= LARGE and value.flags.c_contiguous
        return large and value.dtype.kind == "f" and value.dtype != config.floatx()
    if isinstance(value, np.memmap):
        dtype = value.dtype
        if dtype.kind == "f":
            return dtype != config.floatx()  # else it is used as it lies there
        return dtype.itemsize == 8 or not dtype.isnative
    kind = type(value)
    return kind.__name__ == "HDF5Matrix" or kind.__module__.partition(".")[0] == "h5py"


def _reader(value: Any) -> Callable[[Any], Any]:
    """Return what reads rows by a slice, or by numbers in any order."""
    if type(value).__module__.partition(".")[0] != "h5py":
        return value.__getitem__

    def read(rows: Any) -> Any:
        if isinstance(rows, slice):
            return value[rows]
        wanted, back = np.unique(rows, return_inverse=True)  # h5py wants them ascending, once each
        return value[wanted.tolist()][back]

    return read
