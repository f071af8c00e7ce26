"""How often tokens were seen, and in how many documents: of words, and of integers as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

__all__ = ["IntegerCounts", "WordCounts", "rarity"]

_DENSE = 1 << 16  # integers of a range so long are counted in a table of it, whatever their number


class WordCounts:
    """Counts of words.

    Parameters
    ----------
    by_document : bool
        Whether to count too in how many documents each stands.
    """

    def __init__(self, by_document: bool) -> None:
        self.by_document = by_document
        self.document_count = 0
        self._tokens: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def add(self, documents: Iterable[Sequence[str]]) -> None:
        """Count the words of documents."""
        for document in documents:
            self._tokens.update(document)
            if self.by_document:
                self._documents.update(set(document))
            self.document_count += 1

    def most_common(self, limit: int | None, special: Iterable[Any]) -> list[str]:
        """Return the most frequent tokens; of those equally frequent the last in order first.

        Parameters
        ----------
        limit : int, optional
            How many at most.
        special : iterable
            Tokens that do not count.

        Example
        -------
        >>> counts = WordCounts(by_document=False)
        >>> counts.add([["b", "a", "c", "c"]])
        >>> counts.most_common(2, [])
        ['c', 'b']
        """
        left_out = set(special)
        ordered = sorted((token for token in self._tokens if token not in left_out), reverse=True)
        ordered.sort(key=self._tokens.__getitem__, reverse=True)  # which keeps the order of equals
        return ordered[:limit]

    def documents_with(self, tokens: Sequence[str]) -> np.ndarray:
        """Return in how many documents each token stands."""
        return np.array([self._documents[token] for token in tokens], "int64")


class IntegerCounts:
    """Counts of integers; documents are the rows of arrays.

    Parameters
    ----------
    by_document : bool
        Whether to count too in how many rows each stands.
    """

    def __init__(self, by_document: bool) -> None:
        self.by_document = by_document
        self.document_count = 0
        self._parts: list[np.ndarray] = []  # rows: integers, how often, in how many documents
        self._waiting = self._merged = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, rows: np.ndarray) -> None:
        """Count the integers of an array of shape (documents, tokens), int64."""
        values, counts = _counted(rows.ravel())
        documents = np.zeros_like(counts)
        if self.by_document:
            ordered = np.sort(rows, axis=1)
            first = np.ones(ordered.shape, bool)
            first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
            documents = _counted(ordered[first])[1]
        self.document_count += len(rows)
        self._parts.append(np.stack([values, counts, documents]))
        self._waiting += len(values)
        if self._waiting > 2 * self._merged + _DENSE:
            self._table()

    def _table(self) -> np.ndarray:
        """Return what was counted, in the order of the integers."""
        if len(self._parts) > 1:
            values, counts, documents = np.concatenate(self._parts, axis=1)
            different, place = np.unique(values, return_inverse=True)
            sums = [np.bincount(place, w).astype("int64") for w in (counts, documents)]
            self._parts = [np.stack([different, *sums])]
        self._waiting, self._merged = 0, self._parts[0].shape[1]
        return self._parts[0]

    def most_common(self, limit: int | None, special: Iterable[Any]) -> list[int]:
        """Return the most frequent integers; of those equally frequent the greatest first.

        Example
        -------
        >>> counts = IntegerCounts(by_document=False)
        >>> counts.add(np.array([[2, 1, 3, 3]]))
        >>> counts.most_common(2, [])
        [3, 2]
        """
        values, counts, _ = self._table()
        order = np.lexsort((values, counts))[::-1]
        left_out = [token for token in special if token is not None]
        return values[order[~np.isin(values[order], left_out)]][:limit].tolist()

    def documents_with(self, tokens: Sequence[int]) -> np.ndarray:
        """Return in how many documents each integer stands."""
        values, _, documents = self._table()
        return documents[np.searchsorted(values, tokens)]


def _counted(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different integers in order, and how often each occurs."""
    low = int(values.min(initial=0))
    span = int(values.max(initial=0)) - low
    if span >= max(_DENSE, 4 * len(values)):
        return np.unique(values, return_counts=True)
    counts = np.bincount(values - low, minlength=1)
    different = np.flatnonzero(counts)
    return different + low, counts[different]


def rarity(counts: WordCounts | IntegerCounts, tokens: Sequence[Any]) -> np.ndarray:
    """Return the inverse document frequency of tokens, ln(1 + N / (1 + d)), as float32."""
    documents = counts.documents_with(tokens).astype("float64")
    return np.log(1 + counts.document_count / (1 + documents)).astype("float32")
