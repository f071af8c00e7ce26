"""FarmHash's 64-bit fingerprint, which Keras hashes words with, over many byte strings at once.

Strings of one length go through the same arithmetic, so each length is a few operations on arrays.
Integers go through that of all lengths which decimals have, within a compiled program too.
The function is part of FarmHash, https://github.com/google/farmhash: Fingerprint64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_preprocessing.feature_layers.bytestrings import ByteStrings, by_length
from cornu_preprocessing.feature_layers.decimals import Decimals

__all__ = ["fingerprints", "fingerprints_of_integers"]

MASK = (1 << 64) - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fingerprints(words: Sequence[bytes]) -> np.ndarray:
    """Return the fingerprint of each byte string.

    Parameters
    ----------
    words : sequence of bytes

    Returns
    -------
    ndarray
        Shape (len(words),), uint64.

    Example
    -------
    >>> [hex(x) for x in fingerprints([b"", b"cornu"]).tolist()]
    ['0x9ae16a3b2f90404f', '0x110be4086e1fc9a6']
    """
    return by_length(words, lambda s: _of_length(s.length)(s))


def fingerprints_of_integers(x: Any) -> Any:
    """Return the fingerprint of the decimals of each integer.

    Parameters
    ----------
    x : array or traced value of int
        Shape (count,).

    Example
    -------
    >>> fingerprints_of_integers(np.array([12, -7])) == fingerprints([b"12", b"-7"])
    array([ True,  True])
    """
    s = Decimals(x)
    prints = _to_32(s)
    for limit, function in reversed(_SHORT[1:4]):
        prints = ops.where(s.length <= limit, function(s), prints)
    return prints


def _of_length(length: int):  # type: ignore[no-untyped-def]  # the one that fits
    return next((function for limit, function in _SHORT if length <= limit), _longer)


def _empty(s: ByteStrings) -> np.ndarray:
    return s.full(K2)


def _to_3(s: Any) -> Any:
    a, b, c = (s.at(i, 1) for i in (0, s.length >> 1, s.length - 1))
    y, z = a + (b << _u(8)), s.length + (c << _u(2))
    return _shift_mix(y * _u(K2) ^ z * _u(K0)) * _u(K2)


def _to_7(s: Any) -> Any:
    return _mix(s.length + (s.at(0, 4) << _u(3)), s.end(4, 4), _mul(s))


def _to_16(s: Any) -> Any:
    mul = _mul(s)
    a, b = s.at(0) + _u(K2), s.end(8)
    c = _rotate(b, 37) * mul + a
    d = (_rotate(a, 25) + b) * mul
    return _mix(c, d, mul)


def _to_32(s: Any) -> Any:
    mul = _mul(s)
    a, b = s.at(0) * _u(K1), s.at(8)
    c, d = s.end(8) * mul, s.end(16) * _u(K2)
    return _mix(
        _rotate(a + b, 43) + _rotate(c, 30) + d,
        a + _rotate(b + _u(K2), 18) + c,
        mul,
    )


def _to_64(s: ByteStrings) -> np.ndarray:
    mul = _mul(s)
    a, b = s.at(0) * _u(K2), s.at(8)
    c, d = s.end(8) * mul, s.end(16) * _u(K2)
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _mix(y, a + _rotate(b + _u(K2), 18) + c, mul)
    e, f = s.at(16) * mul, s.at(24)
    g, h = (y + s.end(32)) * mul, (z + s.end(24)) * mul
    return _mix(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, mul)


def _longer(s: ByteStrings) -> np.ndarray:
    x, y = s.full(81 * K2) + s.at(0), s.full(81 * K1 + 113)
    z = _shift_mix(y * _u(K2) + _u(113)) * _u(K2)
    v, w = (s.full(0), s.full(0)), (s.full(0), s.full(0))
    blocks = (s.length - 1) // 64
    rest = (s.length - 1) & 63
    k1 = _u(K1)
    for start in range(0, 64 * blocks, 64):
        x = _rotate(x + y + v[0] + s.at(start + 8), 37) * k1 ^ w[1]
        y = _rotate(y + v[1] + s.at(start + 48), 42) * k1 + v[0] + s.at(start + 40)
        z = _rotate(z + w[0], 33) * k1
        v = _weak(s, start, v[1] * k1, x + w[0])
        w = _weak(s, start + 32, z + w[1], y + s.at(start + 16))
        z, x = x, z
    mul = k1 + ((z & _u(0xFF)) << _u(1))
    last = 64 * blocks + rest - 63
    w = (w[0] + _u(rest), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x = _rotate(x + y + v[0] + s.at(last + 8), 37) * mul ^ w[1] * _u(9)
    y = _rotate(y + v[1] + s.at(last + 48), 42) * mul + v[0] * _u(9) + s.at(last + 40)
    z = _rotate(z + w[0], 33) * mul
    v = _weak(s, last, v[1] * mul, x + w[0])
    w = _weak(s, last + 32, z + w[1], y + s.at(last + 16))
    return _mix(_mix(v[0], w[0], mul) + _shift_mix(y) * _u(K0) + x, _mix(v[1], w[1], mul) + z, mul)


def _weak(
    s: ByteStrings, start: int, a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    w, x, y, z = (s.at(start + 8 * i) for i in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    b = b + _rotate(a, 44)
    return a + z, b + c


def _mix(u: Any, v: Any, mul: Any) -> Any:
    a = _shift_mix((u ^ v) * mul)
    return _shift_mix((v ^ a) * mul) * mul


def _shift_mix(x: Any) -> Any:
    return x ^ (x >> _u(47))


def _rotate(x: Any, bits: int) -> Any:
    return (x >> _u(bits)) | (x << _u(64 - bits))


def _mul(s: Any) -> Any:
    return s.twice + _u(K2)


def _u(value: int) -> np.uint64:
    return np.uint64(value & MASK)


_SHORT = ((0, _empty), (3, _to_3), (7, _to_7), (16, _to_16), (32, _to_32), (64, _to_64))
