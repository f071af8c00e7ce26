"""Byte strings of one length at a time, so that hashing them is arithmetic on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

__all__ = ["ByteStrings", "by_length"]


class ByteStrings:
    """Byte strings of one length; `at` reads some bytes of each, as a little-endian number.

    Examples
    --------
    >>> strings = ByteStrings(np.frombuffer(b"onetwo", "u1").reshape(2, 3))
    >>> [chr(x) for x in strings.at(1, 1).tolist()]
    ['n', 'w']
    """

    def __init__(self, table: np.ndarray) -> None:
        self.table = table
        self.count, self.length = table.shape
        self.twice = np.uint64(2 * self.length)

    def at(self, start: int, size: int = 8) -> np.ndarray:
        """Return `size` bytes from `start` on: 1, 4 or 8."""
        part = np.ascontiguousarray(self.table[:, start : start + size])
        return part.view(f"<u{size}")[:, 0].astype("uint64")

    def end(self, back: int, size: int = 8) -> np.ndarray:
        """Return `size` bytes, of which the first is the one `back` before the end."""
        return self.at(self.length - back, size)

    def full(self, value: int) -> np.ndarray:
        """Return a number for each string, its last 64 bits."""
        return np.full(self.count, value & (1 << 64) - 1, "uint64")


def by_length(words: Sequence[bytes], hashed: Callable[[ByteStrings], np.ndarray]) -> np.ndarray:
    """Return the hash of each byte string, uint64, of a function that takes those of one length.

    Example
    -------
    >>> by_length([b"a", b"bc", b"c"], lambda strings: strings.end(1, 1)).tolist()
    [97, 99, 99]
    """
    lengths = np.fromiter(map(len, words), "int64", len(words))
    hashes = np.empty(len(words), "uint64")
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        joined = b"".join([words[row] for row in rows.tolist()])
        table = np.frombuffer(joined, "u1").reshape(len(rows), length)
        hashes[rows] = hashed(ByteStrings(table))
    return hashes
