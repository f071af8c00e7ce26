"""Words by their hash: each lands in one of a number of buckets, the same in every process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import DataError
from cornu_preprocessing.feature_layers.farmhash import fingerprints, fingerprints_of_integers
from cornu_preprocessing.feature_layers.siphash import siphash, siphash_of_integers

__all__ = ["as_salt", "buckets", "buckets_of_integers"]


def buckets(words: Sequence[str], count: int, salt: Sequence[int] | None = None) -> np.ndarray:
    """Return the bucket of each word, by FarmHash64, or with a salt by SipHash-2-4.

    Parameters
    ----------
    words : sequence of str
    count : int
        How many buckets there are.
    salt : two integers, optional

    Returns
    -------
    ndarray
        Shape (len(words),), int64, from 0 to count - 1.

    Example
    -------
    >>> buckets(["A", "B", "C", "A"], 3).tolist()
    [1, 0, 1, 1]
    """
    different = list(dict.fromkeys(words))
    encoded = [word.encode() for word in different]
    hashes = (fingerprints(encoded) if salt is None else siphash(encoded, salt)) % np.uint64(count)
    table = dict(zip(different, hashes.tolist(), strict=True))
    return np.fromiter((table[word] for word in words), "int64", len(words))


def buckets_of_integers(x: Any, count: int, salt: Sequence[int] | None = None) -> Any:
    """Return the bucket of each integer: that of its decimals.

    Parameters
    ----------
    x : array or traced value of int
    count : int
        How many buckets there are.
    salt : two integers, optional

    Returns
    -------
    array or traced value
        In the shape of x, int64, from 0 to count - 1.

    Example
    -------
    >>> buckets_of_integers(np.array([[12, -7]]), 100) == buckets(["12", "-7"], 100)
    array([[ True,  True]])
    """
    flat = ops.reshape(x, (-1,))
    hashes = fingerprints_of_integers(flat) if salt is None else siphash_of_integers(flat, salt)
    return ops.reshape(ops.cast(hashes % np.uint64(count), "int64"), tuple(x.shape))


def as_salt(salt: Any) -> list[int] | None:
    """Return a salt as two integers, of which one may stand for both.

    Example
    -------
    >>> as_salt(7), as_salt((1, 2)), as_salt(None)
    ([7, 7], [1, 2], None)
    """
    if salt is None:
        return None
    pair = [salt, salt] if isinstance(salt, (int, np.integer)) else list(salt)
    if len(pair) != 2 or not all(isinstance(part, (int, np.integer)) for part in pair):
        raise DataError(f"salt={salt!r} must be an integer or two of them.")
    return [int(part) for part in pair]
