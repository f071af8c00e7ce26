"""Integers as the bytes of their decimals, which Keras hashes in their place."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops

__all__ = ["Decimals"]

_POWERS = np.array([10**k for k in range(1, 20)], "uint64")
_MINUS = np.uint64(ord("-"))


class Decimals:
    """What `str(x).encode()` gives, for a flat array or traced value of integers.

    The bytes of each integer, 20 at most, are three words of 64 bits, the first byte lowest, and
    zeros behind. `at` reads some of them, as it does of byte strings of one length.

    Parameters
    ----------
    x : array or traced value of int
        Shape (count,).

    Examples
    --------
    >>> text = Decimals(np.array([-120, 7]))
    >>> text.length.tolist(), [word.to_bytes(8, "little") for word in text.words[0].tolist()]
    ([4, 1], [b'-120\\x00\\x00\\x00\\x00', b'7\\x00\\x00\\x00\\x00\\x00\\x00\\x00'])
    """

    def __init__(self, x: Any) -> None:
        bits = ops.cast(x, "uint64")
        negative = x < 0
        size = ops.where(negative, np.uint64(0) - bits, bits)
        digits = sum((_whole(size >= power) for power in _POWERS), np.uint64(1))
        words = [_digits(_part(size, power)) for power in (16, 8, 0)]
        words = _without(words, np.uint64(24) - digits)
        self.words = [
            ops.where(negative, (word << _u(8)) | before, word)
            for word, before in zip(
                words, [_MINUS, words[0] >> _u(56), words[1] >> _u(56)], strict=True
            )
        ]
        self.length = digits + _whole(negative)
        self.twice = self.length << _u(1)

    def at(self, start: Any, size: int = 8) -> Any:
        """Return `size` bytes from `start` on, as one number; `start` may differ by integer."""
        words = [*self.words, np.uint64(0)]
        if isinstance(start, int):
            start = _u(start)
        first = _chosen(start >> _u(3), words[:3])
        second = _chosen(start >> _u(3), words[1:])
        number = _joined(first, second, (start & _u(7)) << _u(3))
        return number & _u(2 ** (8 * size) - 1)

    def end(self, back: int, size: int = 8) -> Any:
        """Return `size` bytes, of which the first is the one `back` before the end."""
        return self.at(self.length - _u(back), size)


def _part(size: Any, power: int) -> Any:
    """Return the eight digits that stand above a power of ten."""
    return size // _u(10**power) % _u(10**8)


def _digits(number: Any) -> Any:
    """Return the eight digits of a number as bytes, the first one lowest.

    It is halved three times, each half in its own lane of the word: to four digits, two and one.
    Quotients are products: 103/2**10 is 1/10 for numbers below 100, 10486/2**20 is 1/100 below
    10,000.
    """
    number = number // _u(10000) | number % _u(10000) << _u(32)
    high = (number * _u(10486) >> _u(20)) & _u(0x0000007F0000007F)
    number = high | number - high * _u(100) << _u(16)
    high = (number * _u(103) >> _u(10)) & _u(0x000F000F000F000F)
    number = high | number - high * _u(10) << _u(8)
    return number | _u(0x3030303030303030)


def _without(words: list[Any], count: Any) -> list[Any]:
    """Return words without their first `count` bytes, and zeros behind."""
    padded = [*words, *[np.uint64(0)] * 3]
    skipped, rest = count >> _u(3), (count & _u(7)) << _u(3)
    moved = [_chosen(skipped, padded[i : i + 3]) for i in range(4)]
    return [_joined(moved[i], moved[i + 1], rest) for i in range(3)]


def _chosen(index: Any, words: list[Any]) -> Any:
    return ops.where(index == 0, words[0], ops.where(index == 1, words[1], words[2]))


def _joined(first: Any, second: Any, bits: Any) -> Any:
    """Return the 64 bits that begin `bits`, below 64, after those of `first`."""
    return first >> bits | second << _u(1) << _u(63) - bits


def _whole(condition: Any) -> Any:
    return ops.cast(condition, "uint64")


def _u(value: int) -> np.uint64:
    return np.uint64(value)
