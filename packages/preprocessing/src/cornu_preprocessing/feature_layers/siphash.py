"""SipHash-2-4, a hash with a key: who does not know the salt cannot make words collide.

Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012, https://131002.net/siphash/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_preprocessing.feature_layers.bytestrings import ByteStrings, by_length
from cornu_preprocessing.feature_layers.decimals import Decimals

__all__ = ["siphash", "siphash_of_integers"]

MASK = (1 << 64) - 1
State = tuple[Any, Any, Any, Any]


def siphash(words: Sequence[bytes], key: Sequence[int]) -> np.ndarray:
    """Return the 64-bit SipHash-2-4 of each byte string.

    Parameters
    ----------
    words : sequence of bytes
    key : two integers of 64 bits

    Returns
    -------
    ndarray
        Shape (len(words),), uint64.

    Example
    -------
    The test vector of the paper:

    >>> key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    >>> hex(siphash([bytes(range(15))], key)[0])
    '0xa129ca6149be45e5'
    """
    return by_length(words, lambda strings: _of_one_length(strings, key))


def siphash_of_integers(x: Any, key: Sequence[int]) -> Any:
    """Return the SipHash-2-4 of the decimals of each integer.

    Parameters
    ----------
    x : array or traced value of int
        Shape (count,).
    key : two integers of 64 bits

    Example
    -------
    >>> key = (1, 2)
    >>> siphash_of_integers(np.array([12, -7]), key) == siphash([b"12", b"-7"], key)
    array([ True,  True])
    """
    s = Decimals(x)
    first, second, third = s.words
    state = _initial(key)
    rest = ops.where(s.length < 8, first, ops.where(s.length < 16, second, third))
    for whole, block in ((8, first), (16, second)):
        mixed = _mixed(state, block)
        state = tuple(
            ops.where(s.length >= whole, *pair) for pair in zip(mixed, state, strict=True)
        )
    return _finished(_mixed(state, rest | s.length << np.uint64(56)))


def _of_one_length(strings: ByteStrings, key: Sequence[int]) -> np.ndarray:
    state = _initial(key)
    whole = strings.length // 8 * 8
    for start in range(0, whole, 8):
        state = _mixed(state, strings.at(start))
    rest = strings.full(strings.length << 56)
    for place in range(whole, strings.length):
        rest = rest | strings.at(place, 1) << np.uint64(8 * (place - whole))
    return _finished(_mixed(state, rest))


def _initial(key: Sequence[int]) -> State:
    k0, k1 = key
    starts = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    v0, v1, v2, v3 = (np.array([start & MASK], "uint64") for start in starts)
    return v0, v1, v2, v3


def _mixed(state: State, block: Any) -> State:
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = _round(*_round(v0, v1, v2, v3 ^ block))
    return v0 ^ block, v1, v2, v3


def _finished(state: State) -> Any:
    v0, v1, v2, v3 = state
    state = (v0, v1, v2 ^ np.uint64(0xFF), v3)
    for _ in range(4):
        state = _round(*state)
    v0, v1, v2, v3 = state
    return v0 ^ v1 ^ v2 ^ v3


def _round(v0: Any, v1: Any, v2: Any, v3: Any) -> State:
    v0 = v0 + v1
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 = v2 + v3
    v3 = _rotate(v3, 16) ^ v2
    v0 = v0 + v3
    v3 = _rotate(v3, 21) ^ v0
    v2 = v2 + v1
    v1 = _rotate(v1, 17) ^ v2
    return v0, v1, _rotate(v2, 32), v3


def _rotate(x: Any, bits: int) -> Any:
    return x << np.uint64(bits) | x >> np.uint64(64 - bits)
