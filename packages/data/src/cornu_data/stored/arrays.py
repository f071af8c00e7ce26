"""Data that lie elsewhere than in memory: what is asked of them, and how much is read at once.

Whatever has a `shape`, a `dtype`, the sizes of its `chunks` and rows by a slice can be trained on a
chunk at a time. Data sets of HDF5 and zarr arrays have them, as arrays of Dask and xarray do, and
an object of yours may; files that NumPy maps and tables are given them here.
"""

from __future__ import annotations

import mmap
import os
from typing import Any, Protocol

import numpy as np

from cornu_engine.errors import DataError

__all__ = ["Stored", "chunk_ends", "memory_limit", "row_bytes", "stored"]

MEBIBYTE = 2**20
VARIABLE = "CORNU_DATA_MEMORY"
USUAL = 256


class Stored(Protocol):
    """An array whose rows are read when they are needed."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""

    @property
    def dtype(self) -> Any:
        """Of the numbers as they are read."""

    @property
    def chunks(self) -> tuple[Any, ...] | None:
        """For each axis the size of a chunk or of each of them; None if any rows read alike."""

    def __getitem__(self, rows: slice) -> Any:
        """Return rows, as an array or as what `numpy.asarray` makes one of."""


def memory_limit() -> int:
    """Return how many bytes of stored data may be in memory at once.

    The environment variable `CORNU_DATA_MEMORY` says it in MiB.

    Examples
    --------
    >>> memory_limit() >> 20
    256
    """
    text = os.environ.get(VARIABLE, "").strip() or str(USUAL)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{VARIABLE}={text!r} is not a number of MiB: write {VARIABLE}={USUAL}.")
    return int(text) * MEBIBYTE


def stored(value: Any) -> Stored | None:
    """Return what reads the rows of stored data, None for any other value.

    Examples
    --------
    >>> stored(np.zeros(3)) is None, stored([1, 2]) is None
    (True, True)
    """
    if isinstance(value, np.ndarray):
        mapped = isinstance(value, np.memmap) and value._mmap is not None  # type: ignore[attr-defined]
        return Mapped(value) if mapped and value.ndim else None
    if isinstance(value, (list, tuple, dict)):
        return None
    chunks = getattr(value, "chunks", 0)
    has_rows = all(hasattr(value, name) for name in ("shape", "dtype", "__getitem__"))
    if has_rows and (chunks is None or isinstance(chunks, tuple)) and value.shape:
        return value
    return None


class Mapped:
    """A file that NumPy maps: what was read of it is not kept in this process' memory.

    Parameters
    ----------
    array : numpy.memmap
    """

    chunks = None

    def __init__(self, array: Any) -> None:
        self._array = array
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, rows: slice) -> np.ndarray:
        block = np.array(self._array[rows])
        # of a map that is changed in memory only ("c"), the changes would be lost
        if self._array.mode != "c" and hasattr(mmap, "MADV_DONTNEED"):
            self._array._mmap.madvise(mmap.MADV_DONTNEED)
        return block


def chunk_ends(value: Stored) -> np.ndarray | None:
    """Return the numbers of the rows before which chunks end, the last one included.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> chunk_ends(SimpleNamespace(shape=(5, 2), chunks=(2, 2))).tolist()
    [2, 4, 5]
    >>> chunk_ends(SimpleNamespace(shape=(5, 2), chunks=((3, 2), (2,)))).tolist()
    [3, 5]
    """
    if value.chunks is None:
        return None
    size, rows = value.chunks[0], value.shape[0]
    if isinstance(size, (int, np.integer)):
        return np.append(np.arange(size, rows, size) if size else [], rows).astype(np.int64)
    ends = np.cumsum(size)
    if np.isnan(ends).any():  # Dask's, of which it does not know the lengths
        raise DataError(
            "The lengths of the chunks are not known, so there are no batches to cut. Let Dask "
            "find them out: x = x.compute_chunk_sizes()."
        )
    if len(ends) == 0 or ends[-1] != rows:
        raise DataError(
            f"The chunks of the {type(value).__name__} have {sum(size)} rows together, but its "
            f"shape says {rows}: let `chunks[0]` be one size for all, or add up to shape[0]."
        )
    return ends.astype(np.int64)


def row_bytes(row: tuple[int, ...], dtype: Any) -> int:
    """Return the bytes of one row.

    Examples
    --------
    >>> row_bytes((3, 2), "float32")
    24
    """
    return int(np.prod(row, dtype=np.int64)) * np.dtype(dtype).itemsize
