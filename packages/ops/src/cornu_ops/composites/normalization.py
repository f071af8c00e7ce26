"""Normalisation by statistics of the values themselves; half precision is measured in single."""

from __future__ import annotations

from typing import Any

from cornu_engine.attributes import Axis, Floats, Small, SortedAxes
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product, reduced_shape
from cornu_ops.values import cast_value, wide

Axes = tuple[int, ...]


def _mean(x: Any, axes: Axes) -> Any:
    return p.mul(
        p.sum(x, axes=axes, keepdims=True), 1.0 / max(1, product(x.shape[a] for a in axes))
    )


def _batch_axes(x: Any, axis: int) -> tuple[Axes, tuple[int, ...], int]:
    """The axes measured over, the shape of one number per channel, how many are measured."""
    axes = tuple(i for i in range(x.ndim) if i != axis)
    return axes, reduced_shape(x.shape, axes, True), product(x.shape[a] for a in axes)


@composite(portable=True)
def batch_norm(
    x: Floats, gamma: Floats, beta: Floats, *, axis: Axis, epsilon: Small
) -> tuple[Any, Any, Any]:
    """`(x - mean) / sqrt(var + epsilon) * gamma + beta` per channel, with the mean and variance.

    `gamma`, `beta` and both statistics have one number per position along `axis`
    (Ioffe and Szegedy, 2015).
    """
    axes, kept, _ = _batch_axes(x, axis)
    full = wide(x)
    mean = _mean(full, axes)
    centred = p.sub(full, mean)
    variance = _mean(p.mul(centred, centred), axes)
    gain = p.div(
        p.reshape(cast_value(gamma, full.dtype), shape=kept), p.sqrt(p.add(variance, epsilon))
    )
    y = p.add(p.mul(centred, gain), p.reshape(cast_value(beta, full.dtype), shape=kept))
    flat = (x.shape[axis],)
    return cast_value(y, x.dtype), p.reshape(mean, shape=flat), p.reshape(variance, shape=flat)


@batch_norm.vjp
def _(
    g: Any, out: Any, x: Any, gamma: Any, beta: Any, *, axis: int, epsilon: float
) -> tuple[Any, ...]:
    axes, kept, count = _batch_axes(x, axis)
    flat = (x.shape[axis],)
    full, to_y = wide(x), wide(g[0])
    mean, variance, to_mean, to_variance = (
        p.reshape(v, shape=kept) for v in (out[1], out[2], g[1], g[2])
    )
    centred = full - mean
    inverse = 1.0 / p.sqrt(variance + epsilon)
    gain = p.reshape(cast_value(gamma, full.dtype), shape=kept) * inverse
    to_beta = p.sum(to_y, axes=axes, keepdims=True)
    to_gamma = p.sum(to_y * centred, axes=axes, keepdims=True) * inverse
    # all that is not per element is gathered in one slope and one constant per channel
    slope = (to_variance * 2.0 - gain * inverse * to_gamma) * (1.0 / max(1, count))
    constant = (to_mean - gain * to_beta) * (1.0 / max(1, count))
    to_x = to_y * gain + (centred * slope + constant)
    parts = (to_x, p.reshape(to_gamma, shape=flat), p.reshape(to_beta, shape=flat))
    return tuple(cast_value(part, v.dtype) for part, v in zip(parts, (x, gamma, beta), strict=True))


@composite(portable=True)
def layer_norm(x: Floats, *, axes: SortedAxes, epsilon: Small) -> Any:
    """`(x - mean) / sqrt(var + epsilon)` over axes (Ba et al., 2016)."""
    full = wide(x)
    centred = p.sub(full, _mean(full, axes))
    variance = _mean(p.mul(centred, centred), axes)
    return cast_value(p.div(centred, p.sqrt(p.add(variance, epsilon))), x.dtype)


@layer_norm.vjp
def _(g: Any, out: Any, x: Any, *, axes: Axes, epsilon: float) -> tuple[Any]:
    full, arrived, normal = wide(x), wide(g), wide(out)
    centred = full - _mean(full, axes)
    inverse = 1.0 / p.sqrt(_mean(centred * centred, axes) + epsilon)
    along = _mean(arrived * normal, axes)
    return (cast_value((arrived - _mean(arrived, axes) - normal * along) * inverse, x.dtype),)


@composite(portable=True)
def rms_norm(x: Floats, *, axes: SortedAxes, epsilon: Small) -> Any:
    """`x / sqrt(mean(x**2) + epsilon)` over axes (Zhang and Sennrich, 2019)."""
    full = wide(x)
    return cast_value(p.div(full, p.sqrt(p.add(_mean(p.mul(full, full), axes), epsilon))), x.dtype)


@rms_norm.vjp
def _(g: Any, out: Any, x: Any, *, axes: Axes, epsilon: float) -> tuple[Any]:
    full, arrived, normal = wide(x), wide(g), wide(out)
    inverse = 1.0 / p.sqrt(_mean(full * full, axes) + epsilon)
    along = _mean(arrived * normal, axes)
    return (cast_value((arrived - normal * along) * inverse, x.dtype),)
