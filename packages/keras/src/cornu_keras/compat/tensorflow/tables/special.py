"""Functions of `tf.math` that are sums of series, for real numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import cornu_ops as ops

# B_2k / (2k)! of Bernoulli's numbers, by which Euler's and Maclaurin's formula goes on
_EULER = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000]


def _lgamma(x: Any) -> Any:
    """Return `log |Γ(x)|`: Stirling's series 8 above `x`, and the reflection below 1/2."""
    x = ops.convert_to_tensor(x)
    low = ops.less(x, 0.5)
    y = ops.where(low, ops.subtract(1.0, x), x)
    below: Any = 1.0
    for i in range(8):
        below = ops.multiply(below, ops.add(y, i))
    z = ops.add(y, 8.0)
    square = ops.square(z)
    tail = ops.divide(
        ops.subtract(
            1 / 12, ops.divide(ops.subtract(1 / 360, ops.divide(1 / 1260, square)), square)
        ),
        z,
    )
    whole = ops.multiply(ops.subtract(z, 0.5), ops.log(z))
    high = whole - z + 0.5 * math.log(2 * math.pi) + tail - ops.log(below)
    sine = ops.abs(ops.sin(ops.multiply(math.pi, ops.where(low, x, 0.5))))
    return ops.where(low, math.log(math.pi) - ops.log(sine) - high, high)


def _digamma(x: Any) -> Any:
    """Return the derivative of `log Γ`, by its asymptotic series 8 above `x`."""
    x = ops.convert_to_tensor(x)
    low = ops.less(x, 0.5)
    y = ops.where(low, ops.subtract(1.0, x), x)
    below: Any = 0.0
    for i in range(8):
        below = ops.add(below, ops.reciprocal(ops.add(y, i)))
    z = ops.add(y, 8.0)
    inverse = ops.reciprocal(ops.square(z))
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse / 240)))
    high = ops.log(z) - 0.5 / z - series - below
    angle = ops.multiply(math.pi, ops.where(low, x, 0.25))
    return ops.where(low, high - math.pi / ops.tan(angle), high)


def _zeta(x: Any, q: Any) -> Any:
    """Return Hurwitz' `Σ (q + n)^-x`: ten terms, and Euler's and Maclaurin's for the rest."""
    x, q = ops.convert_to_tensor(x), ops.convert_to_tensor(q)
    total: Any = 0.0
    for n in range(10):
        total = total + ops.power(ops.add(q, n), ops.negative(x))
    far = ops.add(q, 10.0)
    power = ops.power(far, ops.negative(x))
    total = total + power * far / (x - 1.0) + 0.5 * power
    rising, power = x, power / far
    for k, number in enumerate(_EULER):
        total = total + number * rising * power
        rising = rising * (x + 2.0 * k + 1) * (x + 2.0 * k + 2)
        power = power / ops.square(far)
    return total


def _polygamma(a: Any, x: Any) -> Any:
    a = ops.convert_to_tensor(a)
    sign = 1.0 - 2.0 * ops.cast(ops.equal(ops.mod(a, 2.0), 0), "float32")
    higher = sign * ops.exp(_lgamma(a + 1.0)) * _zeta(ops.maximum(a, 1.0) + 1.0, x)
    return ops.where(ops.equal(a, 0), _digamma(x), higher)


def _lbeta(x: Any) -> Any:
    return ops.sum(_lgamma(x), -1) - _lgamma(ops.sum(x, -1))


def _bessel(order: int, scaled: bool) -> Any:
    """Return `I_n(x)` as a mean of `exp(x cos t) cos(n t)` over a circle, which is exact here."""
    angles = (np.arange(128) + 0.5) * math.pi / 128
    rows, weights = np.cos(angles).astype("float32"), np.cos(order * angles).astype("float32")

    def bessel(x: Any) -> Any:
        x = ops.convert_to_tensor(x)
        away = ops.abs(x)[..., None]
        terms = ops.exp(away * (rows - 1.0)) * weights
        mean = ops.mean(terms, -1) * (ops.sign(x) if order else 1.0)
        return mean if scaled else mean * ops.exp(ops.abs(x))

    return bessel


def _cumulative_logsumexp(
    x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False
) -> Any:
    x = ops.convert_to_tensor(x)
    x = ops.flip(x, axis) if reverse else x
    top = ops.max(x, axis, keepdims=True)
    found = ops.log(ops.cumsum(ops.exp(x - top), axis)) + top
    if exclusive:
        least = ops.full_like(ops.take(found, [0], axis), -math.inf)
        found = ops.concatenate(
            [least, ops.take(found, list(range(x.shape[axis] - 1)), axis)], axis
        )
    return ops.flip(found, axis) if reverse else found


def _along(x: Any, holds: Any) -> Any:
    flat = ops.reshape(x, (-1,))
    return ops.all(holds(flat[1:], flat[:-1]))


ROWS = {
    "math.lgamma lgamma": _lgamma,
    "math.digamma digamma": _digamma,
    "math.zeta": _zeta,
    "math.polygamma": _polygamma,
    "math.lbeta": _lbeta,
    **{
        f"math.bessel_i{n}{end} math.special.bessel_i{n}{end}": _bessel(n, end == "e")
        for n in (0, 1)
        for end in ("", "e")
    },
    "math.xlog1py": lambda x, y: ops.where(
        ops.equal(x, 0), 0.0, ops.multiply(x, ops.log1p(ops.where(ops.equal(x, 0), 1.0, y)))
    ),
    "math.ndtri": lambda x: math.sqrt(2) * ops.erfinv(ops.subtract(ops.multiply(2.0, x), 1.0)),
    "math.erfcinv": lambda x: ops.erfinv(ops.subtract(1.0, x)),
    "math.cumulative_logsumexp": _cumulative_logsumexp,
    "math.invert_permutation": lambda x: ops.cast(
        ops.argsort(x), str(ops.convert_to_tensor(x).dtype)
    ),
    "math.is_non_decreasing": lambda x: _along(x, ops.greater_equal),
    "math.is_strictly_increasing": lambda x: _along(x, ops.greater),
    "realdiv": lambda x, y: ops.true_divide(x, y),
    "truncatediv": lambda x, y: ops.cast(
        ops.trunc(ops.true_divide(x, y)), str(ops.convert_to_tensor(x).dtype)
    ),
    "truncatemod": lambda x, y: ops.subtract(
        x,
        ops.multiply(
            y, ops.cast(ops.trunc(ops.true_divide(x, y)), str(ops.convert_to_tensor(x).dtype))
        ),
    ),
}
