"""Max and average pooling over any number of spatial axes, channels last."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Integers, Lengths, Numbers, Pooled, Sides, Steps
from cornu_engine.composite import composite
from cornu_engine.errors import ShapeError
from cornu_engine.graph import Node, constant
from cornu_engine.primitives.table import p
from cornu_engine.rewrite import scalar_of
from cornu_engine.shapes import product, window_count
from cornu_ops.values import lowest

Static = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]


def _pooled(node: Node) -> int:
    return node.size * product(node.attrs["size"])


def _spread(node: Node) -> int:
    return node.inputs[0].size * product(node.attrs["size"])


@composite(flops=_pooled, portable=True)
def max_pool(x: Numbers, *, size: Pooled, strides: Steps, padding: Sides) -> Any:
    """Return the largest value of each window; padding never wins.

    Parameters
    ----------
    x : (batch, *spatial, channels)
    size, strides : tuple of int
        One per spatial axis.
    padding : tuple of (low, high)

    Returns
    -------
    (batch, *steps, channels)

    Examples
    --------
    >>> x = np.float32([1, 3, 2, 5]).reshape(1, 4, 1)
    >>> max_pool(x, size=(2,), strides=(2,), padding=((0, 0),))[0, :, 0]
    array([3., 5.], dtype=float32)
    """
    windows = _windows(x, size, strides, padding, lowest(x.dtype))
    return p.max(windows, axes=(windows.ndim - 1,), keepdims=False)


@max_pool.rule
def _(x: Any, **attrs: Any) -> Any | None:
    """max_pool(max(x, c)) -> max(max_pool(x), c)   where no window lies in the padding alone"""
    padded = any(max(sides) >= k for sides, k in zip(attrs["padding"], attrs["size"], strict=True))
    if x.op != "maximum" or padded or scalar_of(x.inputs[1]) is None:
        return None
    return p.maximum(max_pool(x.inputs[0], **attrs), x.inputs[1])


@composite(flops=_pooled, narrow=True, portable=True)
def max_pool_winners(x: Numbers, *, size: Pooled, strides: Steps, padding: Sides) -> Any:
    """Return which element of each window `max_pool` takes: the first of equal maxima.

    All that its gradient needs to know of `x`, in a quarter of the memory or less.

    Returns
    -------
    (batch, *steps, channels), uint8 or, for windows of more than 256 elements, int32

    Examples
    --------
    >>> x = np.float32([3, 3, 2, 5]).reshape(1, 4, 1)
    >>> max_pool_winners(x, size=(2,), strides=(2,), padding=((0, 0),))[0, :, 0]
    array([0, 1], dtype=uint8)
    """
    windows = _windows(x, size, strides, padding, lowest(x.dtype))
    return p.cast(p.argmax(windows, axis=windows.ndim - 1), dtype=_number(size))


@composite(flops=_spread, portable=True)
def max_unpool(
    winners: Integers,
    g: Numbers,
    *,
    shape: Lengths,
    size: Pooled,
    strides: Steps,
    padding: Sides,
) -> Any:
    """Return an array of the given shape where each window's value lies with its winner.

    Where windows overlap, values add up. This is the gradient of `max_pool`.

    Examples
    --------
    >>> attrs = dict(shape=(1, 4, 1), size=(2,), strides=(2,), padding=((0, 0),))
    >>> winners = np.uint8([0, 1]).reshape(1, 2, 1)
    >>> max_unpool(winners, np.ones((1, 2, 1), "float32"), **attrs)[0, :, 0]
    array([1., 0., 0., 1.], dtype=float32)
    """
    if winners.shape != g.shape:
        raise ShapeError(
            f"max_unpool: the winners have shape {tuple(winners.shape)}, their values "
            f"{tuple(g.shape)}; they must be equal."
        )
    places = np.arange(product(size), dtype=winners.dtype)
    hit = p.eq(p.reshape(winners, shape=(*winners.shape, 1)), places)
    shares = p.where(hit, p.reshape(g, shape=(*g.shape, 1)), np.zeros((), g.dtype))
    return _unwindow(shares, shape, size, strides, padding)


@max_pool.vjp
def _(g: Any, out: Any, x: Any, **attrs: Any) -> tuple[Any]:
    return (max_unpool(max_pool_winners(x, **attrs), g, shape=x.shape, **attrs),)


@composite(flops=_pooled, portable=True)
def avg_pool(x: Numbers, *, size: Pooled, strides: Steps, padding: Sides) -> Any:
    """Return the mean of each window over the values in it; padding is not counted.

    Examples
    --------
    >>> x = np.float32([1, 3, 2, 5]).reshape(1, 4, 1)
    >>> avg_pool(x, size=(2,), strides=(2,), padding=((0, 0),))[0, :, 0]
    array([2. , 3.5], dtype=float32)
    """
    windows = _windows(x, size, strides, padding, 0.0)
    total = p.sum(windows, axes=(windows.ndim - 1,), keepdims=False)
    return p.div(total, _counts(x, x.shape, size, strides, padding))


@composite(flops=_spread, portable=True)
def avg_pool_grad(
    g: Numbers, *, shape: Lengths, size: Pooled, strides: Steps, padding: Sides
) -> Any:
    """Return the gradient of `avg_pool` by an input of the given shape.

    Examples
    --------
    >>> attrs = dict(shape=(1, 4, 1), size=(2,), strides=(2,), padding=((0, 0),))
    >>> avg_pool_grad(np.ones((1, 2, 1), "float32"), **attrs)[0, :, 0]
    array([0.5, 0.5, 0.5, 0.5], dtype=float32)
    """
    share = p.div(g, _counts(g, shape, size, strides, padding))
    spread = p.expand(p.reshape(share, shape=(*g.shape, 1)), shape=(*g.shape, product(size)))
    return _unwindow(spread, shape, size, strides, padding)


@avg_pool.vjp
def _(g: Any, out: Any, x: Any, **attrs: Any) -> tuple[Any]:
    return (avg_pool_grad(g, shape=x.shape, **attrs),)


@avg_pool_grad.vjp
def _(h: Any, out: Any, g: Any, *, shape: Static, **attrs: Any) -> tuple[Any]:
    return (avg_pool(h, **attrs),)


def _number(size: Static) -> np.dtype:
    """Return the dtype that numbers the elements of a window."""
    return np.dtype(np.uint8 if product(size) <= 256 else np.int32)


def _sides(padding: Padding) -> dict[str, Static]:
    return {"low": (0, *(a for a, _ in padding), 0), "high": (0, *(b for _, b in padding), 0)}


def _windows(x: Any, size: Static, strides: Static, padding: Padding, fill: float) -> Any:
    """Return the windows with their elements along the last axis."""
    rank = len(size)
    padded = p.pad(x, **_sides(padding), interior=(0,) * (rank + 2), value=fill)
    windows = p.windows(
        padded, axes=tuple(range(1, rank + 1)), size=size, strides=strides, dilation=(1,) * rank
    )
    return p.reshape(windows, shape=(*windows.shape[: rank + 2], product(size)))


def _unwindow(parts: Any, shape: Static, size: Static, strides: Static, padding: Padding) -> Any:
    """Add the elements of windows up where they came from."""
    rank = len(size)
    windows = p.reshape(parts, shape=(*parts.shape[:-1], *size))
    sides = _sides(padding)
    padded = tuple(n + a + b for n, a, b in zip(shape, sides["low"], sides["high"], strict=True))
    folded = p.fold(
        windows,
        shape=padded,
        axes=tuple(range(1, rank + 1)),
        size=size,
        strides=strides,
        dilation=(1,) * rank,
    )
    stop = tuple(a + n for a, n in zip(sides["low"], shape, strict=True))
    return p.slice(folded, start=sides["low"], stop=stop, step=(1,) * len(shape))


def _counts(g: Any, shape: Static, size: Static, strides: Static, padding: Padding) -> Any:
    """Return how many real values each window holds, (1, *steps, 1), in the dtype of `g`."""
    total, rank = None, len(size)
    for axis, (n, k, s, (low, high)) in enumerate(
        zip(shape[1:-1], size, strides, padding, strict=True)
    ):
        first = np.arange(window_count(low + n + high, k, s)) * s - low
        inside = np.maximum(0, np.minimum(first + k, n) - np.maximum(first, 0))
        there = [1] * (rank + 2)
        there[axis + 1] = -1
        along = inside.reshape(there).astype(g.dtype)
        counts = constant(along) if isinstance(g, Node) else along
        total = counts if total is None else p.mul(total, counts)
    return total
