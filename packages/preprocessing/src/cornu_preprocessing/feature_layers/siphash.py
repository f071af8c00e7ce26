"""SipHash-2-4, a hash with a key: who does not know the salt cannot make words collide.

Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012, https://131002.net/siphash/
"""

from __future__ import annotations

__all__ = ["siphash"]

MASK = (1 << 64) - 1


def siphash(word: bytes, key: tuple[int, int]) -> int:
    """Return the 64-bit SipHash-2-4 of a byte string.

    Parameters
    ----------
    word : bytes
    key : two integers of 64 bits

    Example
    -------
    The test vector of the paper:

    >>> key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    >>> hex(siphash(bytes(range(15)), key))
    '0xa129ca6149be45e5'
    """
    k0, k1 = (part & MASK for part in key)
    state = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    whole = len(word) // 8 * 8
    blocks = [int.from_bytes(word[i : i + 8], "little") for i in range(0, whole, 8)]
    blocks.append(int.from_bytes(word[whole:], "little") | (len(word) & 0xFF) << 56)
    for block in blocks:
        v0, v1, v2, v3 = state
        v0, v1, v2, v3 = _round(*_round(v0, v1, v2, v3 ^ block))
        state = (v0 ^ block, v1, v2, v3)
    v0, v1, v2, v3 = state
    state = (v0, v1, v2 ^ 0xFF, v3)
    for _ in range(4):
        state = _round(*state)
    v0, v1, v2, v3 = state
    return v0 ^ v1 ^ v2 ^ v3


def _round(v0: int, v1: int, v2: int, v3: int) -> tuple[int, int, int, int]:
    v0 = (v0 + v1) & MASK
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 = (v2 + v3) & MASK
    v3 = _rotate(v3, 16) ^ v2
    v0 = (v0 + v3) & MASK
    v3 = _rotate(v3, 21) ^ v0
    v2 = (v2 + v1) & MASK
    v1 = _rotate(v1, 17) ^ v2
    return v0, v1, _rotate(v2, 32), v3


def _rotate(x: int, bits: int) -> int:
    return (x << bits | x >> (64 - bits)) & MASK
