"""Texts that come as numbers of words: their range, and what stands for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from cornu_engine.errors import DataError

__all__ = ["as_objects", "limited", "not_longer", "started"]


def started(
    rows: Iterable[Sequence[int]], start_char: int | None, index_from: int
) -> list[list[int]]:
    """Return rows with all numbers moved up, and with the start sign in front.

    Example
    -------
    >>> started([[1, 5]], 1, 3)
    [[1, 4, 8]]
    """
    if start_char is not None:
        return [[start_char, *(word + index_from for word in row)] for row in rows]
    return [[word + (index_from or 0) for word in row] for row in rows]


def not_longer(
    rows: list[list[int]], labels: np.ndarray, maxlen: int | None
) -> tuple[list[list[int]], np.ndarray]:
    """Return the rows that are shorter than `maxlen`, with their labels.

    Raises
    ------
    DataError
        If there is not one.
    """
    if not maxlen:
        return rows, labels
    kept = [place for place, row in enumerate(rows) if len(row) < maxlen]
    if not kept:
        raise DataError(f"No text is shorter than maxlen={maxlen}. Raise it.")
    return [rows[place] for place in kept], labels[kept]


def limited(
    rows: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """Return rows with words outside of `skip_top` … `num_words` replaced, or left out.

    Example
    -------
    >>> limited([[1, 9, 5]], 8, 2, 0), limited([[1, 9, 5]], 8, 2, None)
    ([[0, 0, 5]], [[5]])
    """
    if not num_words:
        num_words = max(max(row, default=0) for row in rows)
    if oov_char is None:
        return [[word for word in row if skip_top <= word < num_words] for row in rows]
    return [[word if skip_top <= word < num_words else oov_char for word in row] for row in rows]


def as_objects(rows: list[list[int]]) -> np.ndarray:
    """Return an array of lists, shape (len(rows),).

    Example
    -------
    >>> as_objects([[1, 2], [3, 4]])
    array([list([1, 2]), list([3, 4])], dtype=object)
    """
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array
