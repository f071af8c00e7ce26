"""Smooth activations whose derivative is cheaper from the result than from the formula."""

from __future__ import annotations

import math
from typing import Any

from cornu_engine.attributes import Flag, Floats
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p

_SQRT_HALF = math.sqrt(0.5)
_SQRT_2_OVER_PI = math.sqrt(2.0 / math.pi)
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)
_GELU_CUBE = 0.044715


@composite(portable=True)
def sigmoid(x: Floats) -> Any:
    """`1 / (1 + exp(-x))`, with an exponential that cannot overflow."""
    small = p.exp(p.neg(p.abs(x)))
    return p.div(p.where(p.lt(x, 0.0), small, 1.0), p.add(small, 1.0))


@sigmoid.vjp
def _(g: Any, out: Any, x: Any) -> tuple[Any]:
    return (g * (out * (1.0 - out)),)


@composite(portable=True)
def softplus(x: Floats) -> Any:
    """`log(1 + exp(x))`, with an exponential that cannot overflow."""
    return p.add(p.maximum(x, 0.0), p.log1p(p.exp(p.neg(p.abs(x)))))


@softplus.vjp
def _(g: Any, out: Any, x: Any) -> tuple[Any]:
    return (g * sigmoid(x),)


@composite(portable=True)
def silu(x: Floats) -> Any:
    """`x * sigmoid(x)` (Elfwing et al., 2017)."""
    return p.mul(x, sigmoid(x))


@silu.vjp
def _(g: Any, out: Any, x: Any) -> tuple[Any]:
    gate = sigmoid(x)
    return (g * (gate + out * (1.0 - gate)),)


@composite(portable=True)
def gelu(x: Floats, *, approximate: Flag) -> Any:
    """`x * Phi(x)`, or its form with a tanh (Hendrycks and Gimpel, 2016)."""
    return p.mul(x, _normal_cdf(x, approximate))


@gelu.vjp
def _(g: Any, out: Any, x: Any, *, approximate: bool) -> tuple[Any]:
    if not approximate:
        density = p.exp(x * x * -0.5) * _INV_SQRT_2PI
        return (g * (_normal_cdf(x, False) + x * density),)
    square = x * x
    bend = p.tanh(x * (square * (_GELU_CUBE * _SQRT_2_OVER_PI) + _SQRT_2_OVER_PI))
    slope = square * (3.0 * _GELU_CUBE * _SQRT_2_OVER_PI) + _SQRT_2_OVER_PI
    return (g * (0.5 * (bend + 1.0) + 0.5 * x * (1.0 - bend * bend) * slope),)


def _normal_cdf(x: Any, approximate: bool) -> Any:
    if approximate:
        inner = p.add(p.mul(p.mul(x, x), _GELU_CUBE * _SQRT_2_OVER_PI), _SQRT_2_OVER_PI)
        return p.mul(p.add(p.tanh(p.mul(x, inner)), 1.0), 0.5)
    return p.mul(p.add(p.erf(p.mul(x, _SQRT_HALF)), 1.0), 0.5)
