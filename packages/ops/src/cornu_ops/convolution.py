"""Convolution over any number of spatial axes, and its two gradients.

Each of the three is linear in both operands and is the derivative of the others, so they are
differentiable to any order. Values are channels last: `(batch, *spatial, channels)`; kernels
`(*window, channels / groups, filters)`.
"""

from __future__ import annotations

from typing import Any

from cornu_engine.attributes import Groups, Numbers, Sides, Sizes, Steps, Window
from cornu_engine.composite import composite
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product

Static = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]


def _forward_flops(node: Node) -> int:
    return 2 * node.size * product(node.inputs[1].shape[:-1])


def _input_grad_flops(node: Node) -> int:
    g, kernel = node.inputs
    return 2 * g.size * product(kernel.shape[:-1])


def _kernel_grad_flops(node: Node) -> int:
    return 2 * node.inputs[1].size * product(node.shape[:-1])


@composite(flops=_forward_flops, portable=True)
def convolution(
    x: Numbers,
    kernel: Numbers,
    *,
    strides: Steps,
    padding: Sides,
    dilation: Steps,
    groups: Groups = 1,
) -> Any:
    """Convolve (in the field's sense: correlate) `x` with `kernel`.

    Parameters
    ----------
    x : (batch, *spatial, channels)
    kernel : (*window, channels / groups, filters)
    strides, dilation : tuple of int
        One per spatial axis.
    padding : tuple of (low, high)
        Zeros put around each spatial axis.
    groups : int
        The channels are cut into so many groups, each with its own filters.

    Returns
    -------
    (batch, *steps, filters)

    Examples
    --------
    >>> import numpy as np
    >>> x, kernel = np.ones((1, 4, 1), "float32"), np.ones((3, 1, 2), "float32")
    >>> convolution(x, kernel, strides=(1,), padding=((0, 0),), dilation=(1,)).shape
    (1, 2, 2)
    """
    columns, steps = columns_of(x, kernel.shape[:-2], strides, padding, dilation, groups)
    rows = p.matmul(columns, table_of(kernel, groups))
    return without_groups(rows, (x.shape[0], *steps, kernel.shape[-1]), groups)


@composite(flops=_input_grad_flops, portable=True)
def convolution_input_grad(
    g: Numbers,
    kernel: Numbers,
    *,
    shape: Sizes,
    strides: Steps,
    padding: Sides,
    dilation: Steps,
    groups: Groups = 1,
) -> Any:
    """Return the gradient of a convolution by its input, of shape `shape`: a transposed convolution
    of `g`.

    Examples
    --------
    >>> import numpy as np
    >>> g, kernel = np.ones((1, 2, 2), "float32"), np.ones((3, 1, 2), "float32")
    >>> attrs = dict(strides=(1,), padding=((0, 0),), dilation=(1,))
    >>> convolution_input_grad(g, kernel, shape=(1, 4, 1), **attrs)[0, :, 0]
    array([2., 4., 4., 2.], dtype=float32)
    """
    size = kernel.shape[:-2]
    table = table_of(kernel, groups)
    perm = (*range(table.ndim - 2), table.ndim - 1, table.ndim - 2)
    columns = p.matmul(_group_rows(g, groups), p.transpose(table, perm=perm))
    windows = _from_columns(columns, g.shape[:-1], size, shape[-1], groups)
    low, high = [0, *(a for a, _ in padding), 0], [0, *(b for _, b in padding), 0]
    padded = tuple(n + a + b for n, a, b in zip(shape, low, high, strict=True))
    axes = tuple(range(1, len(shape) - 1))
    folded = p.fold(windows, shape=padded, axes=axes, size=size, strides=strides, dilation=dilation)
    stop = tuple(a + n for a, n in zip(low, shape, strict=True))
    return p.slice(folded, start=tuple(low), stop=stop, step=(1,) * len(shape))


@composite(flops=_kernel_grad_flops, portable=True)
def convolution_kernel_grad(
    x: Numbers,
    g: Numbers,
    *,
    size: Window,
    strides: Steps,
    padding: Sides,
    dilation: Steps,
    groups: Groups = 1,
) -> Any:
    """Return the gradient of a convolution by its kernel, whose window has the given size.

    Examples
    --------
    >>> import numpy as np
    >>> x, g = np.ones((1, 4, 1), "float32"), np.ones((1, 2, 2), "float32")
    >>> attrs = dict(strides=(1,), padding=((0, 0),), dilation=(1,))
    >>> convolution_kernel_grad(x, g, size=(3,), **attrs).shape
    (3, 1, 2)
    """
    columns, _ = columns_of(x, size, strides, padding, dilation, groups)
    perm = (*range(columns.ndim - 2), columns.ndim - 1, columns.ndim - 2)
    table = p.matmul(p.transpose(columns, perm=perm), _group_rows(g, groups))
    filters, channels = g.shape[-1], x.shape[-1] // groups
    if groups > 1:
        table = p.transpose(table, perm=(1, 0, 2))
    return p.reshape(table, shape=(*size, channels, filters))


@convolution.vjp
def _(g: Any, out: Any, x: Any, kernel: Any, **attrs: Any) -> tuple[Any, Any]:
    return (
        convolution_input_grad(g, kernel, shape=x.shape, **attrs),
        convolution_kernel_grad(x, g, size=kernel.shape[:-2], **attrs),
    )


@convolution_input_grad.vjp
def _(h: Any, out: Any, g: Any, kernel: Any, *, shape: Static, **attrs: Any) -> tuple[Any, Any]:
    return (
        convolution(h, kernel, **attrs),
        convolution_kernel_grad(h, g, size=kernel.shape[:-2], **attrs),
    )


@convolution_kernel_grad.vjp
def _(h: Any, out: Any, x: Any, g: Any, *, size: Static, **attrs: Any) -> tuple[Any, Any]:
    return convolution_input_grad(g, h, shape=x.shape, **attrs), convolution(x, h, **attrs)


def columns_of(
    x: Any,
    size: Static,
    strides: Static,
    padding: Padding,
    dilation: Static,
    groups: int,
) -> tuple[Any, Static]:
    """Return patches as rows, ([groups,] batch*steps, window*channels), and the steps per axis."""
    rank = len(size)
    sides = {"low": (0, *(a for a, _ in padding), 0), "high": (0, *(b for _, b in padding), 0)}
    padded = p.pad(x, **sides, interior=(0,) * (rank + 2), value=0.0)
    axes = tuple(range(1, rank + 1))
    windows = p.windows(padded, axes=axes, size=size, strides=strides, dilation=dilation)
    steps = windows.shape[1 : rank + 1]
    rows, channels = x.shape[0] * product(steps), x.shape[-1]
    window_axes = tuple(range(rank + 2, 2 * rank + 2))
    patch = product(size) * channels // groups
    if groups == 1:
        moved = p.transpose(windows, perm=(*range(rank + 1), *window_axes, rank + 1))
        return p.reshape(moved, shape=(rows, patch)), steps
    split = p.reshape(windows, shape=(x.shape[0], *steps, groups, channels // groups, *size))
    later = tuple(a + 1 for a in window_axes)
    moved = p.transpose(split, perm=(rank + 1, *range(rank + 1), *later, rank + 2))
    return p.reshape(moved, shape=(groups, rows, patch)), steps


def _from_columns(columns: Any, steps: Static, size: Static, channels: int, groups: int) -> Any:
    """Undo `columns_of` up to the windows, (batch, *steps, channels, *window)."""
    rank = len(size)
    if groups == 1:
        table = p.reshape(columns, shape=(*steps, *size, channels))
        tail = tuple(range(rank + 1, 2 * rank + 1))
        return p.transpose(table, perm=(*range(rank + 1), 2 * rank + 1, *tail))
    table = p.reshape(columns, shape=(groups, *steps, *size, channels // groups))
    tail = tuple(range(rank + 2, 2 * rank + 2))
    moved = p.transpose(table, perm=(*range(1, rank + 2), 0, 2 * rank + 2, *tail))
    return p.reshape(moved, shape=(*steps, channels, *size))


def table_of(kernel: Any, groups: int) -> Any:
    """Return the kernel as a matrix, ([groups,] window*channels, filters / groups)."""
    patch, filters = product(kernel.shape[:-1]), kernel.shape[-1]
    if groups == 1:
        return p.reshape(kernel, shape=(patch, filters))
    split = p.reshape(kernel, shape=(patch, groups, filters // groups))
    return p.transpose(split, perm=(1, 0, 2))


def _group_rows(g: Any, groups: int) -> Any:
    """Return values per step as rows, ([groups,] batch*steps, filters / groups)."""
    rows, filters = product(g.shape[:-1]), g.shape[-1]
    if groups == 1:
        return p.reshape(g, shape=(rows, filters))
    return p.transpose(p.reshape(g, shape=(rows, groups, filters // groups)), perm=(1, 0, 2))


def without_groups(rows: Any, shape: Static, groups: int) -> Any:
    """Undo `_group_rows`."""
    if groups > 1:
        rows = p.transpose(rows, perm=(1, 0, 2))
    return p.reshape(rows, shape=shape)
