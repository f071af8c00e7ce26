"""Matrix products, and sliding windows with their adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Axes, Places, Sizes, Steps, Window
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p, register
from cornu_engine.shapes import Shape, broadcast_shapes, window_count

Static = tuple[int, ...]


def swap_last(x: Any) -> Any:
    """Transpose the last two axes."""
    n = x.ndim
    return p.transpose(x, perm=(*range(n - 2), n - 1, n - 2))


def _matmul(a: Node, b: Node) -> tuple[Shape, np.dtype]:
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != b.shape[-2]:
        raise ValueError(
            f"Shapes {a.shape} and {b.shape} do not multiply: the inner sizes must be equal."
        )
    if a.dtype != b.dtype:
        raise TypeError(f"Operands have dtypes {a.dtype} and {b.dtype}; cast them to one first.")
    return (*broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1]), a.dtype


register(
    "matmul",
    "other",
    np.matmul,
    _matmul,
    lambda g, y, a, b: (p.matmul(g, swap_last(b)), p.matmul(swap_last(a), g)),
    flops=lambda node: 2 * node.size * node.inputs[0].shape[-1],
)


def _windows_shape(
    x: Node, *, axes: Axes, size: Window, strides: Steps, dilation: Steps
) -> tuple[Shape, np.dtype]:
    return windows_shape(x.shape, axes, size, strides, dilation), x.dtype


def windows_shape(
    shape: Static, axes: Static, size: Static, strides: Static, dilation: Static
) -> Shape:
    """Return the shape of the windows of a value of some shape."""
    windows = zip(axes, size, strides, dilation, strict=True)
    counts = {a: window_count(shape[a], n, step, gap) for a, n, step, gap in windows}
    return (*(counts.get(i, n) for i, n in enumerate(shape)), *size)


def window_view(
    x: np.ndarray, axes: Static, size: Static, strides: Static, dilation: Static
) -> np.ndarray:
    """Return the windows of an array as a view of it (it must not be written through)."""
    shape, steps = list(x.shape), list(x.strides)
    for axis, window, stride, gap in zip(axes, size, strides, dilation, strict=True):
        shape[axis] = window_count(x.shape[axis], window, stride, gap)
        steps[axis] = x.strides[axis] * stride
    tail = [x.strides[a] * gap for a, gap in zip(axes, dilation, strict=True)]
    return np.lib.stride_tricks.as_strided(x, (*shape, *size), (*steps, *tail))


def _fold_shape(
    g: Node, *, shape: Sizes, axes: Places, size: Window, strides: Steps, dilation: Steps
) -> tuple[Shape, np.dtype]:
    if max(axes, default=-1) >= len(shape):
        raise ValueError(f"Shape {tuple(shape)} has no axis {max(axes)}.")
    expected = windows_shape(shape, axes, size, strides, dilation)
    if g.shape != expected:
        raise ValueError(f"Windows of shape {g.shape} should have shape {expected}.")
    return tuple(shape), g.dtype


def _fold(
    g: np.ndarray, *, shape: Static, axes: Static, size: Static, strides: Static, dilation: Static
) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    for offset in np.ndindex(*size):
        region = [slice(None)] * len(shape)
        for axis, o, stride, gap in zip(axes, offset, strides, dilation, strict=True):
            region[axis] = slice(o * gap, o * gap + (g.shape[axis] - 1) * stride + 1, stride)
        part = (..., *offset)
        out[tuple(region)] += g[part]
    return out


register(
    "windows",
    "view",
    lambda x, *, axes, size, strides, dilation: window_view(x, axes, size, strides, dilation),
    _windows_shape,
    lambda g, y, x, **attrs: (p.fold(g, shape=x.shape, **attrs),),
)
register(
    "fold",
    "other",
    _fold,
    _fold_shape,
    lambda g, y, x, *, shape, **attrs: (p.windows(g, **attrs),),
)
