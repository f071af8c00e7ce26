"""Cross-entropies from logits and from probabilities, which are held in [eps, 1 - eps]."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import ClassAxis, Floats, Integers, Small
from cornu_engine.composite import composite
from cornu_engine.primitives.table import p
from cornu_engine.shapes import reduced_shape
from cornu_ops.composites.activations import sigmoid
from cornu_ops.composites.softmax import log_softmax, softmax


def one_hot_mask(labels: Any, like: Any, axis: int) -> Any:
    """True where the position along `axis` is the label: the shape of `like`."""
    spread = p.reshape(labels, shape=reduced_shape(like.shape, (axis,), True))
    places = np.arange(like.shape[axis], dtype=labels.dtype)
    return p.eq(spread, places.reshape([-1 if i == axis else 1 for i in range(like.ndim)]))


def _kept(g: Any, like: Any, axis: int) -> Any:
    return p.reshape(g, shape=reduced_shape(like.shape, (axis,), True))


def _shares(output: Any, axis: int) -> tuple[Any, Any]:
    """Probabilities made to sum to 1, and the sum they had."""
    total = p.sum(output, axes=(axis,), keepdims=True)
    return p.div(output, total), total


def _clipped(shares: Any, epsilon: float) -> Any:
    return p.minimum(1.0 - epsilon, p.maximum(epsilon, shares))


def _inside(shares: Any, epsilon: float) -> Any:
    return p.and_(p.le(epsilon, shares), p.le(shares, 1.0 - epsilon))


@composite(portable=True)
def sparse_crossentropy_from_logits(labels: Integers, logits: Floats, *, axis: ClassAxis) -> Any:
    """`-log_softmax(logits)[label]`."""
    scores = log_softmax(logits, axes=(axis,))
    hit = one_hot_mask(labels, logits, axis)
    return p.neg(p.sum(p.where(hit, scores, 0.0), axes=(axis,), keepdims=False))


@sparse_crossentropy_from_logits.vjp
def _(g: Any, out: Any, labels: Any, logits: Any, *, axis: int) -> tuple[Any, Any]:
    # a label that is no class has no loss and no gradient
    target = p.cast(one_hot_mask(labels, logits, axis), dtype=logits.dtype)
    mass = p.sum(target, axes=(axis,), keepdims=True)
    return None, _kept(g, logits, axis) * (softmax(logits, axes=(axis,)) * mass - target)


@composite(portable=True)
def crossentropy_from_logits(target: Floats, logits: Floats, *, axis: ClassAxis) -> Any:
    """`-sum(target * log_softmax(logits))`."""
    return p.neg(
        p.sum(p.mul(target, log_softmax(logits, axes=(axis,))), axes=(axis,), keepdims=False)
    )


@crossentropy_from_logits.vjp
def _(g: Any, out: Any, target: Any, logits: Any, *, axis: int) -> tuple[Any, Any]:
    arrived = _kept(g, logits, axis)
    mass = p.sum(target, axes=(axis,), keepdims=True)
    to_logits = arrived * (softmax(logits, axes=(axis,)) * mass - target)
    return -arrived * log_softmax(logits, axes=(axis,)), to_logits


@composite(portable=True)
def sparse_crossentropy(
    labels: Integers, output: Floats, *, axis: ClassAxis, epsilon: Small
) -> Any:
    """`-log(output[label])` of probabilities."""
    scores = p.log(_clipped(_shares(output, axis)[0], epsilon))
    hit = one_hot_mask(labels, output, axis)
    return p.neg(p.sum(p.where(hit, scores, 0.0), axes=(axis,), keepdims=False))


@sparse_crossentropy.vjp
def _(g: Any, out: Any, labels: Any, output: Any, *, axis: int, epsilon: float) -> tuple[Any, Any]:
    target = p.cast(one_hot_mask(labels, output, axis), dtype=output.dtype)
    return None, _kept(g, output, axis) * _slope(target, output, axis, epsilon)


@composite(portable=True)
def crossentropy(target: Floats, output: Floats, *, axis: ClassAxis, epsilon: Small) -> Any:
    """`-sum(target * log(output))` of probabilities."""
    scores = p.log(_clipped(_shares(output, axis)[0], epsilon))
    return p.neg(p.sum(p.mul(target, scores), axes=(axis,), keepdims=False))


@crossentropy.vjp
def _(g: Any, out: Any, target: Any, output: Any, *, axis: int, epsilon: float) -> tuple[Any, Any]:
    arrived = _kept(g, output, axis)
    scores = p.log(_clipped(_shares(output, axis)[0], epsilon))
    return -arrived * scores, arrived * _slope(target, output, axis, epsilon)


def _slope(target: Any, output: Any, axis: int, epsilon: float) -> Any:
    """Slope of the loss along unnormalised probabilities."""
    shares, total = _shares(output, axis)
    pull = p.where(_inside(shares, epsilon), p.div(target, _clipped(shares, epsilon)), 0.0)
    return (p.sum(pull * shares, axes=(axis,), keepdims=True) - pull) / total


@composite(portable=True)
def binary_crossentropy_from_logits(target: Floats, logits: Floats) -> Any:
    """`-(t * log(sigmoid(x)) + (1 - t) * log(1 - sigmoid(x)))`, without forming the sigmoid."""
    rest = p.log1p(p.exp(p.neg(p.abs(logits))))
    return p.add(p.sub(p.maximum(logits, 0.0), p.mul(logits, target)), rest)


@binary_crossentropy_from_logits.vjp
def _(g: Any, out: Any, target: Any, logits: Any) -> tuple[Any, Any]:
    return -g * logits, g * (sigmoid(logits) - target)


@composite(portable=True)
def binary_crossentropy(target: Floats, output: Floats, *, epsilon: Small) -> Any:
    """`-(t * log(p) + (1 - t) * log(1 - p))` of probabilities."""
    chance = _clipped(output, epsilon)
    hit, miss = p.log(chance), p.log(p.sub(1.0, chance))
    return p.neg(p.add(p.mul(target, hit), p.mul(p.sub(1.0, target), miss)))


@binary_crossentropy.vjp
def _(g: Any, out: Any, target: Any, output: Any, *, epsilon: float) -> tuple[Any, Any]:
    chance = _clipped(output, epsilon)
    slope = (chance - target) / (chance * (1.0 - chance))
    to_target = g * (p.log(1.0 - chance) - p.log(chance))
    return to_target, g * p.where(_inside(output, epsilon), slope, 0.0)
