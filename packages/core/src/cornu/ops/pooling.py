"""Max and average pooling over any number of spatial axes, channels last."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine.composite import composite
from cornu.engine.primitives.table import p
from cornu.engine.shapes import product

Static = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]


@composite
def max_pool(x: Any, *, size: Static, strides: Static, padding: Padding) -> Any:
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
    windows = _windows(x, size, strides, padding, _lowest(x.dtype))
    return p.max(windows, axes=(windows.ndim - 1,), keepdims=False)


@composite
def max_pool_grad(x: Any, g: Any, *, size: Static, strides: Static, padding: Padding) -> Any:
    """Return the gradient of `max_pool`: the first of equal maxima takes all of it.

    Examples
    --------
    >>> x = np.float32([3, 3, 2, 5]).reshape(1, 4, 1)
    >>> attrs = dict(size=(2,), strides=(2,), padding=((0, 0),))
    >>> max_pool_grad(x, np.ones((1, 2, 1), "float32"), **attrs)[0, :, 0]
    array([1., 0., 0., 1.], dtype=float32)
    """
    windows = _windows(x, size, strides, padding, _lowest(x.dtype))
    last = windows.ndim - 1
    first = p.argmax(windows, axis=last)
    places = np.arange(windows.shape[-1], dtype=np.int32)
    hit = p.cast(p.eq(p.reshape(first, shape=(*first.shape, 1)), places), dtype=g.dtype)
    shares = hit * p.reshape(g, shape=(*g.shape, 1))
    return _unwindow(shares, x.shape, size, strides, padding)


@max_pool.vjp
def _(g: Any, out: Any, x: Any, **attrs: Any) -> tuple[Any]:
    return (max_pool_grad(x, g, **attrs),)


@composite
def avg_pool(x: Any, *, size: Static, strides: Static, padding: Padding) -> Any:
    """Return the mean of each window over the values in it; padding is not counted.

    Examples
    --------
    >>> x = np.float32([1, 3, 2, 5]).reshape(1, 4, 1)
    >>> avg_pool(x, size=(2,), strides=(2,), padding=((0, 0),))[0, :, 0]
    array([2. , 3.5], dtype=float32)
    """
    windows = _windows(x, size, strides, padding, 0.0)
    total = p.sum(windows, axes=(windows.ndim - 1,), keepdims=False)
    return total / _counts(x.shape, size, strides, padding, x.dtype)


@composite
def avg_pool_grad(g: Any, *, shape: Static, size: Static, strides: Static, padding: Padding) -> Any:
    """Return the gradient of `avg_pool` by an input of the given shape.

    Examples
    --------
    >>> attrs = dict(shape=(1, 4, 1), size=(2,), strides=(2,), padding=((0, 0),))
    >>> avg_pool_grad(np.ones((1, 2, 1), "float32"), **attrs)[0, :, 0]
    array([0.5, 0.5, 0.5, 0.5], dtype=float32)
    """
    share = g / _counts(shape, size, strides, padding, g.dtype)
    spread = p.expand(p.reshape(share, shape=(*g.shape, 1)), shape=(*g.shape, product(size)))
    return _unwindow(spread, shape, size, strides, padding)


@avg_pool.vjp
def _(g: Any, out: Any, x: Any, **attrs: Any) -> tuple[Any]:
    return (avg_pool_grad(g, shape=x.shape, **attrs),)


@avg_pool_grad.vjp
def _(h: Any, out: Any, g: Any, *, shape: Static, **attrs: Any) -> tuple[Any]:
    return (avg_pool(h, **attrs),)


def _lowest(dtype: Any) -> float:
    return -np.inf if np.dtype(dtype).kind == "f" else int(np.iinfo(dtype).min)


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


def _counts(shape: Static, size: Static, strides: Static, padding: Padding, dtype: Any) -> Any:
    """Return how many real values each window holds, (1, *steps, 1)."""
    ones = np.ones((1, *shape[1:-1], 1), dtype)
    windows = _windows(ones, size, strides, padding, 0.0)
    return np.asarray(np.sum(windows, axis=-1), dtype)
