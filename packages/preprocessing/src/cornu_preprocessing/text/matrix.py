"""Sequences of word indices as a matrix: one row per sequence, one column per index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, near_matches

__all__ = ["MODES", "count_matrix"]

# What stands in a cell: from the count of the word, the length of the text, and its rarity.
MODES: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], Any]] = {
    "binary": lambda count, length, rarity: 1.0,
    "count": lambda count, length, rarity: count,
    "freq": lambda count, length, rarity: count / length,
    "tfidf": lambda count, length, rarity: (1 + np.log(count)) * rarity,
}


def count_matrix(
    sequences: Sequence[Any],
    columns: int,
    mode: str,
    index_docs: Mapping[int, int],
    documents: int,
) -> np.ndarray:
    """Return the matrix; an index of `columns` or more is left out, but counts for the length.

    Parameters
    ----------
    sequences : list of lists or arrays of int
    columns : int
    mode : str
        One of `MODES`.
    index_docs : mapping of int to int
        In how many of the known documents each index occurs.
    documents : int
        How many there are.

    Returns
    -------
    ndarray
        Shape (len(sequences), columns), float64.

    Example
    -------
    >>> count_matrix([[1, 2, 1], []], 3, "count", {}, 0)
    array([[0., 2., 1.],
           [0., 0., 0.]])
    """
    if mode not in MODES:
        hint = near_matches(str(mode), MODES)
        raise DataError(f"mode={mode!r} must be one of {', '.join(map(repr, MODES))}. {hint}")
    lengths = np.fromiter(map(len, sequences), "int64", len(sequences))
    try:
        flat = np.fromiter(chain.from_iterable(sequences), "int64", int(lengths.sum()))
    except (TypeError, ValueError) as error:
        raise DataError(f"sequences must hold word indices, integers: {error}.") from error
    if flat.size and flat.min() < 0:
        raise DataError(f"sequences hold the index {flat.min()}; indices are 0 or more.")
    rows = np.repeat(np.arange(len(sequences)), lengths)
    kept = flat < columns
    cells, count = np.unique(rows[kept] * columns + flat[kept], return_counts=True)
    rows, index = np.divmod(cells, columns)
    docs = np.array([index_docs.get(i, 0) for i in index.tolist()], dtype="float64")
    rarity = np.log(1 + documents / (1 + docs))
    matrix = np.zeros((len(sequences), columns))
    matrix[rows, index] = MODES[mode](count, lengths[rows], rarity)
    return matrix
