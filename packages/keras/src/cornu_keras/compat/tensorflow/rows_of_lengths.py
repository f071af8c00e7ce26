"""Tensors whose rows are of unequal lengths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.kinds import TensorShape
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

__all__ = ["Ragged"]


class Ragged(list):
    """Rows of unequal lengths.

    Examples
    --------
    >>> rows = Ragged([np.array([1, 2]), np.array([3])])
    >>> rows.to_list(), np.asarray(rows.to_tensor()).tolist(), rows.shape
    ([[1, 2], [3]], [[1, 2], [3, 0]], TensorShape([2, None]))
    """

    def __init__(self, rows: Iterable[Any] = ()) -> None:
        super().__init__(_row(row) for row in rows)

    @classmethod
    def from_row_lengths(cls, values: Any, row_lengths: Any) -> Ragged:
        """Return rows of these lengths, of values that stand one after the other."""
        ends = np.cumsum(np.asarray(row_lengths))[:-1]
        return cls(np.split(_array(values), ends))

    @classmethod
    def from_row_splits(cls, values: Any, row_splits: Any) -> Ragged:
        """Return rows that begin and end at these places."""
        return cls.from_row_lengths(values, np.diff(np.asarray(row_splits)))

    @classmethod
    def from_tensor(cls, tensor: Any, padding: Any = None) -> Ragged:
        """Return rows without the padding at their ends."""
        rows = [np.asarray(row) for row in np.asarray(tensor)]
        if padding is not None:
            kept = [np.flatnonzero(row != padding) for row in rows]
            rows = [
                row[: k[-1] + 1] if len(k) else row[:0] for row, k in zip(rows, kept, strict=True)
            ]
        return cls(rows)

    @property
    def shape(self) -> TensorShape:
        """The count of rows, and None for their lengths."""
        inner = self[0].shape[1:] if self and not isinstance(self[0], Ragged) else ()
        return TensorShape((len(self), None, *inner))

    @property
    def flat_values(self) -> Any:
        """All values, one row after the other."""
        parts = [r.flat_values if isinstance(r, Ragged) else r for r in self]
        return as_tensors(np.concatenate([np.asarray(p) for p in parts]) if parts else np.zeros(0))

    values = flat_values

    def row_lengths(self) -> Any:
        """Return how long the rows are."""
        return np.array([len(row) for row in self], "int64")

    def with_flat_values(self, values: Any) -> Ragged:
        """Return rows as these with other values."""
        if self and isinstance(self[0], Ragged):
            counts = [len(row.flat_values) for row in self]
            parts = np.split(np.asarray(values), np.cumsum(counts)[:-1])
            return Ragged(r.with_flat_values(p) for r, p in zip(self, parts, strict=True))
        return Ragged.from_row_lengths(values, self.row_lengths())

    def to_list(self) -> list[Any]:
        """Return lists of numbers, or of bytes."""
        return [
            row.to_list() if isinstance(row, Ragged) else _numbers(row).tolist() for row in self
        ]

    def numpy(self) -> Any:
        """Return an array of arrays."""
        found = np.empty(len(self), object)
        found[:] = [row.numpy() if isinstance(row, Ragged) else _numbers(row) for row in self]
        return found

    def to_tensor(self, default_value: Any = None, shape: Any = None) -> Any:
        """Return one tensor, rows filled up at their ends."""
        rows = [
            np.asarray(r.to_tensor(default_value) if isinstance(r, Ragged) else r) for r in self
        ]
        inner = np.max([row.shape for row in rows], axis=0) if rows else [0]
        sizes = [len(rows), *(int(n) for n in inner)]
        if shape is not None:
            sizes = [n if w is None else int(w) for n, w in zip(sizes, shape, strict=True)]
        kind = rows[0].dtype if rows else np.dtype("float32")
        fill = default_value if default_value is not None else "" if kind.kind == "O" else 0
        found = np.full(sizes, fill, kind)
        for i, row in enumerate(rows[: sizes[0]]):
            region = tuple(slice(min(n, m)) for n, m in zip(row.shape, sizes[1:], strict=True))
            place: Any = (i, *region)
            found[place] = row[region]
        return as_tensors(found)

    def __getitem__(self, key: Any) -> Any:
        rest: tuple[Any, ...] = ()
        if isinstance(key, tuple):
            key, *more = key
            rest = tuple(more)
        if isinstance(key, slice):
            rows = list.__getitem__(self, key)
            return Ragged(row[rest] if rest else row for row in rows)
        row = list.__getitem__(self, int(key))
        return row[rest] if rest else row

    def __repr__(self) -> str:
        return f"<tf.RaggedTensor {self.to_list()}>"


def _row(row: Any) -> Any:
    if isinstance(row, Ragged):
        return row
    nested = isinstance(row, (list, tuple)) and row and isinstance(row[0], (list, tuple, Ragged))
    return Ragged(row) if nested else convert_to_tensor(row)


def _array(values: Any) -> Any:
    return np.asarray(convert_to_tensor(values))


def _numbers(row: Any) -> Any:
    return row.numpy() if hasattr(row, "numpy") else np.asarray(row)
