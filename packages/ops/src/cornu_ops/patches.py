"""Blocks and windows of tensors, laid out as columns, channels or sequences."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product, window_count
from cornu_engine.trace import op
from cornu_ops.movement import cut, permuted
from cornu_ops.values import Tensor, TensorLike, value
from cornu_ops.windowed import channels_last, original_format, standard_format


def _two(name: str, given: Any, least: int = 1) -> tuple[int, int]:
    sizes = (given, given) if isinstance(given, (int, np.integer)) else tuple(given)
    if len(sizes) != 2 or any(n < least for n in sizes):
        raise ValueError(f"{name} must be one or two numbers of at least {least}, got {given!r}.")
    return int(sizes[0]), int(sizes[1])


def _windows_of(
    kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> tuple[Any, dict[str, Any]]:
    attrs = {
        "axes": (2, 3),
        "size": _two("kernel_size", kernel_size),
        "strides": _two("stride", stride),
        "dilation": _two("dilation", dilation),
    }
    return _two("padding", padding, 0), attrs


@op
def unfold(
    x: TensorLike, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """The windows of images as columns.

    Parameters
    ----------
    x
        `(batch, channels, height, width)`.
    kernel_size, dilation, padding, stride
        Of the window: a number, or one for each of the two axes.

    Returns
    -------
    Tensor
        `(batch, channels * window, windows)`.

    Examples
    --------
    >>> ops.unfold(np.arange(9.0).reshape(1, 1, 3, 3), 2)[0, :, 0]
    array([0., 1., 3., 4.])
    """
    x = value(x)
    if x.ndim != 4:
        raise ValueError(f"unfold() needs (batch, channels, height, width), got {tuple(x.shape)}.")
    around, attrs = _windows_of(kernel_size, dilation, padding, stride)
    low = (0, 0, *around)
    padded = p.pad(x, low=low, high=low, interior=(0,) * 4, value=0)
    windows = permuted(p.windows(padded, **attrs), (0, 1, 4, 5, 2, 3))
    count = product(windows.shape[4:])
    return p.reshape(windows, shape=(x.shape[0], x.shape[1] * product(attrs["size"]), count))


@op
def fold(
    x: TensorLike,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Tensor:
    """Columns put back as windows of images, sums being taken where they overlap.

    Parameters
    ----------
    x
        `(batch, channels * window, windows)`, as `unfold` makes.
    output_size
        Height and width of the images.
    kernel_size, dilation, padding, stride
        As given to `unfold`.

    Returns
    -------
    Tensor
        `(batch, channels, height, width)`.

    Examples
    --------
    >>> ops.fold(np.ones((1, 4, 4)), 3, 2)[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    x = value(x)
    around, attrs = _windows_of(kernel_size, dilation, padding, stride)
    size = _two("output_size", output_size)
    padded = tuple(n + 2 * a for n, a in zip(size, around, strict=True))
    counts = tuple(
        window_count(n, k, s, d)
        for n, k, s, d in zip(
            padded, attrs["size"], attrs["strides"], attrs["dilation"], strict=True
        )
    )
    channels = x.shape[1] // product(attrs["size"])
    if x.ndim != 3 or x.shape[1:] != (channels * product(attrs["size"]), product(counts)):
        raise ValueError(
            f"fold() cannot put {tuple(x.shape)} back: with this window it needs (batch, channels "
            f"* {product(attrs['size'])}, {product(counts)})."
        )
    windows = p.reshape(x, shape=(x.shape[0], channels, *attrs["size"], *counts))
    shape = (x.shape[0], channels, *padded)
    folded = p.fold(permuted(windows, (0, 1, 4, 5, 2, 3)), shape=shape, **attrs)
    for axis, (n, a) in enumerate(zip(size, around, strict=True), start=2):
        folded = cut(folded, axis, a, a + n)
    return folded


@op
def extract_sequences(x: TensorLike, sequence_length: int, sequence_stride: int) -> Tensor:
    """Windows of the last axis, as a new axis before it.

    Examples
    --------
    >>> ops.extract_sequences([1, 2, 3, 4, 5], 3, 2)
    array([[1, 2, 3],
           [3, 4, 5]], dtype=int32)
    """
    x = value(x)
    return p.windows(
        x, axes=(x.ndim - 1,), size=(sequence_length,), strides=(sequence_stride,), dilation=(1,)
    )


def _block(block_size: int) -> int:
    if block_size < 2:
        raise ValueError(f"block_size must be at least 2, got {block_size}.")
    return int(block_size)


# From (batch, rows, block, columns, block, channels) to where the parts of a block become channels:
# before those of a pixel where channels are last, after them where channels are first, as in Keras.
_BLOCKS = {"channels_last": (0, 1, 3, 2, 4, 5), "channels_first": (0, 5, 2, 4, 1, 3)}


@op
def space_to_depth(x: TensorLike, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Blocks of pixels laid out along the channels.

    Parameters
    ----------
    x
        `(batch, height, width, channels)`, or channels first.
    block_size
        Height and width of a block, which divide those of the images.
    data_format
        `"channels_last"`: the parts of a block stand before those of a pixel; or
        `"channels_first"`: after them.

    Raises
    ------
    ShapeError
        If blocks do not divide the images.

    Examples
    --------
    >>> ops.space_to_depth(np.zeros((1, 4, 4, 3)), 2).shape
    (1, 2, 2, 12)
    """
    b, data_format = _block(block_size), standard_format(data_format)
    x = channels_last(value(x), data_format)
    n, height, width, channels = x.shape
    if height % b or width % b:
        raise ShapeError(f"space_to_depth(): {b} does not divide images of {height} by {width}.")
    rows, columns, depth = height // b, width // b, channels * b * b
    blocks = p.reshape(x, shape=(n, rows, b, columns, b, channels))
    is_last = data_format == "channels_last"
    shape = (n, rows, columns, depth) if is_last else (n, depth, rows, columns)
    return p.reshape(permuted(blocks, _BLOCKS[data_format]), shape=shape)


@op
def depth_to_space(x: TensorLike, block_size: int, data_format: str = "channels_last") -> Tensor:
    """Channels laid out as blocks of pixels: the inverse of `space_to_depth`.

    Examples
    --------
    >>> ops.depth_to_space(np.zeros((1, 2, 2, 12)), 2).shape
    (1, 4, 4, 3)
    """
    b, x, data_format = _block(block_size), value(x), standard_format(data_format)
    is_last = data_format == "channels_last"
    n, depth, rows, columns = x.shape if not is_last else (x.shape[i] for i in (0, 3, 1, 2))
    channels, rest = divmod(depth, b * b)
    if rest:
        raise ShapeError(f"depth_to_space(): blocks of {b} by {b} do not divide {depth} channels.")
    shape = (n, rows, columns, b, b, channels) if is_last else (n, channels, b, b, rows, columns)
    blocks = permuted(p.reshape(x, shape=shape), np.argsort(_BLOCKS[data_format]).tolist())
    pixels = p.reshape(blocks, shape=(n, rows * b, columns * b, channels))
    return original_format(pixels, data_format)
