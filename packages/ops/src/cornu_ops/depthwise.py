"""Convolution of each channel by itself, as a sum of shifted products.

With one channel to a kernel there is no matrix to multiply with: each element of the window is a
scaled copy of the input, and the copies are added up in one pass. The gradient by the input is such
a convolution again, and that by the kernel one sum for each element of the window.
"""

from __future__ import annotations

import itertools
from typing import Any

from cornu_engine.attributes import Numbers, Sides, Steps, Taps, Window
from cornu_engine.composite import composite
from cornu_engine.errors import ShapeError
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_ops.convolution import Padding, Static


def _taps(node: Node) -> int:
    return product(node.inputs[1].shape[:-1])


def _products(node: Node) -> int:
    return 2 * node.size * _taps(node)


def _window(node: Node) -> int:
    return product(node.shape[:-1])


def _sums(node: Node) -> int:
    return 2 * node.inputs[1].size * _window(node)


@composite(flops=_products, calls=_taps, portable=True)
def depthwise(x: Numbers, kernel: Taps, *, strides: Steps, padding: Sides, dilation: Steps) -> Any:
    """Convolve each channel of `x` with its own kernel.

    Parameters
    ----------
    x : (batch, *spatial, channels)
    kernel : (*window, channels)
    strides, dilation : tuple of int
        One per spatial axis.
    padding : tuple of (low, high)
        Zeros put around each spatial axis.

    Returns
    -------
    (batch, *steps, channels)

    Examples
    --------
    >>> import numpy as np
    >>> x, kernel = np.arange(4.0).reshape(1, 4, 1), np.array([[1.0], [10.0]])
    >>> depthwise(x, kernel, strides=(1,), padding=((0, 0),), dilation=(1,))[0, :, 0]
    array([10., 21., 32.])
    """
    if kernel.shape[-1] != x.shape[-1]:
        raise ShapeError(
            f"depthwise: inputs have {x.shape[-1]} channels, the kernel {kernel.shape[-1]}; "
            "they must be equal."
        )
    shifted = _shifted(x, kernel.shape[:-1], strides, padding, dilation)
    total = None
    for place, part in shifted:
        term = part * _element(kernel, place, x.ndim)
        total = term if total is None else total + term
    return total


@composite(flops=_sums, calls=_window, portable=True)
def depthwise_kernel_grad(
    x: Numbers, g: Numbers, *, size: Window, strides: Steps, padding: Sides, dilation: Steps
) -> Any:
    """Return the gradient of `depthwise` by its kernel, whose window has the given size.

    Examples
    --------
    >>> import numpy as np
    >>> x, g = np.arange(4.0).reshape(1, 4, 1), np.ones((1, 3, 1))
    >>> attrs = dict(strides=(1,), padding=((0, 0),), dilation=(1,))
    >>> depthwise_kernel_grad(x, g, size=(2,), **attrs)[:, 0]
    array([3., 6.])
    """
    axes = tuple(range(x.ndim - 1))
    row = (1, x.shape[-1])
    shifted = _shifted(x, size, strides, padding, dilation)
    if g.shape != shifted[0][1].shape:
        raise ShapeError(
            f"depthwise_kernel_grad: the gradient of the outputs has shape {tuple(g.shape)}; "
            f"it must be theirs, {tuple(shifted[0][1].shape)}."
        )
    sums = [p.reshape(p.sum(s * g, axes=axes, keepdims=False), shape=row) for _, s in shifted]
    return p.reshape(p.concat(*sums, axis=0), shape=(*size, x.shape[-1]))


@depthwise.vjp
def _(g: Any, out: Any, x: Any, kernel: Any, **attrs: Any) -> tuple[Any, Any]:
    return (
        _by_input(g, x.shape, kernel, **attrs),
        depthwise_kernel_grad(x, g, size=kernel.shape[:-1], **attrs),
    )


@depthwise_kernel_grad.vjp
def _(h: Any, out: Any, x: Any, g: Any, *, size: Static, **attrs: Any) -> tuple[Any, Any]:
    return _by_input(g, x.shape, h, **attrs), depthwise(x, h, **attrs)


def _by_input(
    g: Any, shape: Static, kernel: Any, strides: Static, padding: Padding, dilation: Static
) -> Any:
    """The convolution of `g`, its elements spread apart by the strides, with the kernel flipped."""
    rank = len(strides)
    low, high = [0], [0]
    for axis in range(rank):
        reach = dilation[axis] * (kernel.shape[axis] - 1)
        spread = (g.shape[axis + 1] - 1) * strides[axis] + 1
        low.append(reach - padding[axis][0])
        high.append(shape[axis + 1] + reach - spread - low[-1])
    low, high = [*low, 0], [*high, 0]
    sides = {"low": tuple(max(n, 0) for n in low), "high": tuple(max(n, 0) for n in high)}
    interior = (0, *(s - 1 for s in strides), 0)
    spaced = p.pad(g, **sides, interior=interior, value=0.0)
    start = tuple(max(-n, 0) for n in low)  # more padding than the window reaches: cut it off
    stop = tuple(n - max(-m, 0) for n, m in zip(spaced.shape, high, strict=True))
    spaced = p.slice(spaced, start=start, stop=stop, step=(1,) * (rank + 2))
    flipped = p.flip(kernel, axes=tuple(range(rank)))
    none = ((0, 0),) * rank
    return depthwise(spaced, flipped, strides=(1,) * rank, padding=none, dilation=dilation)


def _shifted(
    x: Any, window: Static, strides: Static, padding: Padding, dilation: Static
) -> list[tuple[Static, Any]]:
    """For each place in the window, the elements of `x` that meet it."""
    rank = len(window)
    low, high = ((0, *(side[i] for side in padding), 0) for i in (0, 1))
    padded = p.pad(x, low=low, high=high, interior=(0,) * (rank + 2), value=0.0)
    sizes = padded.shape[1:-1]
    steps = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(sizes, window, strides, dilation, strict=True)
    ]
    parts = []
    for place in itertools.product(*map(range, window)):
        first = [i * d for i, d in zip(place, dilation, strict=True)]
        last = [a + (n - 1) * s + 1 for a, n, s in zip(first, steps, strides, strict=True)]
        part = p.slice(
            padded,
            start=(0, *first, 0),
            stop=(x.shape[0], *last, x.shape[-1]),
            step=(1, *strides, 1),
        )
        parts.append((place, part))
    return parts


def _element(kernel: Any, place: Static, rank: int) -> Any:
    channels = kernel.shape[-1]
    stop = (*(i + 1 for i in place), channels)
    row = p.slice(kernel, start=(*place, 0), stop=stop, step=(1,) * kernel.ndim)
    return p.reshape(row, shape=(*(1,) * (rank - 1), channels))
