"""Softmax and its relatives, shifted by the maximum so that no exponential overflows."""

from __future__ import annotations

import math
from typing import Any

from cornu_engine.attributes import Flag, Floats, SortedAxes
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p
from cornu_engine.shapes import reduced_shape

Axes = tuple[int, ...]


def _top(x: Any, axes: Axes) -> Any:
    """Maximum over axes, 0 where it is infinite: inf - inf would be NaN."""
    top = p.max(x, axes=axes, keepdims=True)
    return p.stop_gradient(p.where(p.isfinite(top), top, 0.0))


@composite(portable=True)
def softmax(x: Floats, *, axes: SortedAxes) -> Any:
    """`exp(x) / sum(exp(x))` over axes."""
    powers = p.exp(p.sub(x, p.max(x, axes=axes, keepdims=True)))
    return p.div(powers, p.sum(powers, axes=axes, keepdims=True))


@softmax.vjp
def _(g: Any, out: Any, x: Any, *, axes: Axes) -> tuple[Any]:
    weighted = g * out
    return (weighted - out * p.sum(weighted, axes=axes, keepdims=True),)


@composite(portable=True)
def log_softmax(x: Floats, *, axes: SortedAxes) -> Any:
    """`x - log(sum(exp(x)))` over axes."""
    shifted = p.sub(x, p.max(x, axes=axes, keepdims=True))
    return p.sub(shifted, p.log(p.sum(p.exp(shifted), axes=axes, keepdims=True)))


@log_softmax.vjp
def _(g: Any, out: Any, x: Any, *, axes: Axes) -> tuple[Any]:
    return (g - p.exp(out) * p.sum(g, axes=axes, keepdims=True),)


@composite(portable=True)
def logsumexp(x: Floats, *, axes: SortedAxes, keepdims: Flag) -> Any:
    """`log(sum(exp(x)))` over axes."""
    top = _top(x, axes)
    total = p.sum(p.exp(p.sub(x, top)), axes=axes, keepdims=True)
    result = p.add(p.log(total), top)
    return result if keepdims else p.reshape(result, shape=reduced_shape(x.shape, axes, False))


@logsumexp.vjp
def _(g: Any, out: Any, x: Any, *, axes: Axes, keepdims: bool) -> tuple[Any]:
    kept = reduced_shape(x.shape, axes, True)
    peak = p.reshape(out, shape=kept)
    peak = p.where(p.eq(peak, -math.inf), 0.0, peak)
    return (p.reshape(g, shape=kept) * p.exp(x - peak),)
