"""Rows of a dataset in an HDF5 file, as Keras 2 had them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

__all__ = ["HDF5Matrix"]


class HDF5Matrix:
    """Some rows of a dataset in an HDF5 file, to pass to `fit` in place of an array.

    Parameters
    ----------
    datapath : path
    dataset : str
        Its name in the file.
    start, end : int, optional
        Which rows: from `start` up to (not including) `end`, all by default.
    normalizer : callable, optional
        Called with every block of rows that is read; what it returns is used.

    Attributes
    ----------
    refs : dict
        The files that are open, by path; each is opened once.

    Examples
    --------
    >>> import h5py, tempfile
    >>> path = tempfile.mkdtemp() + "/data.h5"
    >>> with h5py.File(path, "w") as file:
    ...     file["x"] = np.arange(12.0).reshape(6, 2)
    >>> x = HDF5Matrix(path, "x", start=2, end=5, normalizer=lambda rows: rows / 10)
    >>> x.shape, x[0]
    ((3, 2), array([0.4, 0.5]))
    """

    refs: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        datapath: Any,
        dataset: str,
        start: int = 0,
        end: int | None = None,
        normalizer: Callable[[Any], Any] | None = None,
    ) -> None:
        import h5py

        path = os.path.abspath(os.fspath(datapath))
        if not self.refs.get(path):  # a file that was closed is false
            self.refs[path] = h5py.File(path, "r")
        self.data = self.refs[path][dataset]
        total = len(self.data)
        self.start, self.end, _ = slice(start, end).indices(total)
        if (start or 0) > total or (end or 0) > total:
            raise IndexError(f"{dataset!r} of {path} has {total} rows, not {start} to {end}.")
        self.normalizer = normalizer
        self._first = self[:1]

    def __len__(self) -> int:
        return max(0, self.end - self.start)

    def __getitem__(self, key: Any) -> Any:
        """Return a row, or the rows of a slice, list or array of positions or booleans."""
        places = np.arange(self.start, self.end)[key]  # it checks the range, and knows them all
        rows, back = np.unique(places, return_inverse=True)  # h5py wants them ascending, once each
        first, last = (rows[0], rows[-1] + 1) if rows.size else (0, 0)
        block = slice(first, last) if last - first == rows.size else rows.tolist()
        found = self.data[block][back.reshape(np.shape(places))]
        return found if self.normalizer is None else self.normalizer(found)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""
        return (len(self), *np.shape(self._first)[1:])

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """How the file holds the rows, as far as they begin where one of its chunks does."""
        chunks = self.data.chunks
        return None if chunks is None or self.start % chunks[0] else chunks

    @property
    def dtype(self) -> np.dtype:
        """Dtype of the rows, as the normalizer leaves them."""
        return np.asarray(self._first).dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape))
