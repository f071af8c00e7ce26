"""Divisors of integers, element by element."""

from __future__ import annotations

from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.values import Tensor, TensorLike, is_floating, promote_numeric


def _whole(name: str, x1: TensorLike, x2: TensorLike) -> list[Tensor]:
    x1, x2 = promote_numeric(x1, x2)
    if is_floating(x1):
        raise TypeError(f"{name}() needs integers, got dtype {x1.dtype}.")
    return [x1, x2]


def _gcd(a: Tensor, b: Tensor) -> Tensor:
    """Euclid's algorithm, with as many steps as the dtype can need (Lamé: about 1.44 per bit)."""
    if a.dtype.kind == "i":
        a, b = p.abs(a), p.abs(b)
    for _ in range(int(a.dtype.itemsize * 8 * 1.45) + 1):
        done = p.eq(b, 0)
        rest = p.mod(a, p.where(done, 1, b))
        a, b = p.where(done, a, b), p.where(done, 0, rest)
    return a


@op
def gcd(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Greatest common divisor of integers.

    Examples
    --------
    >>> ops.gcd([12, 18], 8)
    array([4, 2], dtype=int32)
    """
    return _gcd(*_whole("gcd", x1, x2))


@op
def lcm(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Least common multiple of integers.

    Examples
    --------
    >>> ops.lcm([4, 6], 10)
    array([20, 30], dtype=int32)
    """
    a, b = _whole("lcm", x1, x2)
    divisor = _gcd(a, b)
    product = p.mul(p.floordiv(a, p.where(p.eq(divisor, 0), 1, divisor)), b)
    return p.abs(product) if a.dtype.kind == "i" else product
