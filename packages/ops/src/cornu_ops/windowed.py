"""Convolution and pooling with Keras' arguments, over composites that know channels last only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import same_padding
from cornu_engine.trace import op
from cornu_ops import convolution as _convolution
from cornu_ops import pooling as _pooling
from cornu_ops.depthwise import depthwise
from cornu_ops.int8 import both_int8, int8_convolution, int8_depthwise
from cornu_ops.movement import cut, joined, permuted
from cornu_ops.values import Tensor, TensorLike, floating, promote_floating, value

Sizes: TypeAlias = "int | Sequence[int]"
Pads = tuple[tuple[int, int], ...]


def standard_format(data_format: str | None) -> str:
    """A data format in lower case, checked; the default for `None`."""
    known = config.image_data_format() if data_format is None else str(data_format).lower()
    if known not in ("channels_last", "channels_first"):
        raise ValueError(
            f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}."
        )
    return known


def channels_last(x: Tensor, data_format: str) -> Tensor:
    """`x` with its channels last."""
    return x if data_format == "channels_last" else permuted(x, [0, *range(2, x.ndim), 1])


def original_format(x: Tensor, data_format: str) -> Tensor:
    """The inverse of `channels_last`."""
    return (
        x if data_format == "channels_last" else permuted(x, [0, x.ndim - 1, *range(1, x.ndim - 1)])
    )


def spread(name: str, given: Any, rank: int) -> tuple[int, ...]:
    """A number as one per spatial axis; a sequence of the right length as it is."""
    sizes = (
        (int(given),) * rank
        if isinstance(given, (int, np.integer))
        else tuple(int(n) for n in given)
    )
    if len(sizes) == 1 and rank > 1:
        sizes *= rank
    if len(sizes) != rank or any(n < 1 for n in sizes):
        raise ValueError(f"{name} must be a positive integer or {rank} of them, got {given!r}.")
    return sizes


def pads(
    padding: str,
    shape: Sequence[int],
    size: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Pads:
    """Zeros before and after each spatial axis."""
    word = str(padding).lower()
    if word == "valid":
        return ((0, 0),) * len(size)
    if word == "same":
        rows = zip(shape, size, strides, dilation, strict=True)
        return tuple(same_padding(n, k, s, d) for n, k, s, d in rows)
    if word == "causal" and len(size) == 1:
        return (((size[0] - 1) * dilation[0], 0),)
    raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}.")


def _of_one_dtype(inputs: Any, kernel: Any) -> list[Tensor]:
    """Both as floats, but int8, whose products are added up in int32."""
    values = [value(inputs), value(kernel)]
    return values if both_int8(*values) else promote_floating(inputs, kernel)


def _prepared(
    name: str, inputs: Any, kernel: Any, strides: Any, dilation: Any, data_format: str
) -> tuple[Tensor, Tensor, tuple[int, ...], tuple[int, ...]]:
    """Inputs with channels last, the kernel, strides and dilation, one for each spatial axis."""
    x, kernel = _of_one_dtype(inputs, kernel)
    if x.ndim < 3 or x.ndim != kernel.ndim:
        raise ShapeError(
            f"{name}: inputs of shape {tuple(x.shape)} (batch, *spatial, channels) and a kernel of "
            f"shape {tuple(kernel.shape)} must have the same number of axes, at least 3."
        )
    rank = x.ndim - 2
    steps, gaps = spread("strides", strides, rank), spread("dilation_rate", dilation, rank)
    return channels_last(x, data_format), kernel, steps, gaps


@op
def conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Convolution over one or more spatial axes.

    Parameters
    ----------
    inputs
        `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for channels first.
    kernel
        `(*window, channels / groups, filters)`; its channels say how many groups there are.
    strides, dilation_rate
        A number, or one for each spatial axis.
    padding
        `"valid"` or `"same"`.
    data_format
        `"channels_last"` or `"channels_first"`; `config.image_data_format()` by default.

    Returns
    -------
    Tensor
        `(batch, *steps, filters)`, or channels first; int32 where both are int8.

    Raises
    ------
    ShapeError
        If ranks or channels do not fit.

    Examples
    --------
    >>> ops.conv(np.ones((1, 4, 1), "float32"), np.ones((3, 1, 2), "float32")).shape
    (1, 2, 2)
    """
    data_format = standard_format(data_format)
    x, kernel, strides, dilation = _prepared(
        "conv", inputs, kernel, strides, dilation_rate, data_format
    )
    channels, depth, filters = x.shape[-1], kernel.shape[-2], kernel.shape[-1]
    if depth == 0 or channels % depth or filters % (channels // depth):
        raise ShapeError(
            f"conv: inputs have {channels} channels, but a kernel of shape {tuple(kernel.shape)} "
            f"takes {depth}; they must be equal, or a multiple of them for a grouped convolution."
        )
    around = pads(padding, x.shape[1:-1], kernel.shape[:-2], strides, dilation)
    attrs = {"strides": strides, "padding": around, "dilation": dilation}
    narrow = both_int8(x, kernel)
    if depth == 1 and filters == channels > 1:
        kernel = p.reshape(kernel, shape=(*kernel.shape[:-2], channels))
        y = (int8_depthwise if narrow else depthwise)(x, kernel, **attrs)
    else:
        convolution = int8_convolution if narrow else _convolution.convolution
        y = convolution(x, kernel, groups=channels // depth, **attrs)
    return original_format(y, data_format)


@op
def depthwise_conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """Convolution of each channel by itself.

    Parameters
    ----------
    inputs
        As for `conv`.
    kernel
        `(*window, channels, multiplier)`.
    strides, padding, data_format, dilation_rate
        As for `conv`.

    Returns
    -------
    Tensor
        `(batch, *steps, channels * multiplier)`, or channels first.

    Examples
    --------
    >>> ops.depthwise_conv(np.ones((1, 4, 2), "float32"), np.ones((3, 2, 1), "float32"))
    array([[[3., 3.],
            [3., 3.]]], dtype=float32)
    """
    _, kernel = _of_one_dtype(inputs, kernel)
    channels, multiplier = kernel.shape[-2:]
    grouped = p.reshape(kernel, shape=(*kernel.shape[:-2], 1, channels * multiplier))
    x = value(inputs)
    own = x.shape[-1 if standard_format(data_format) == "channels_last" else 1]
    if own != channels:
        raise ShapeError(
            f"depthwise_conv: inputs have {own} channels, the kernel {channels}; "
            "they must be equal."
        )
    return conv(x, grouped, strides, padding, data_format, dilation_rate)


@op
def separable_conv(
    inputs: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """`depthwise_conv`, then a convolution with windows of one element that mixes channels.

    Parameters
    ----------
    inputs
        As for `conv`.
    depthwise_kernel
        `(*window, channels, multiplier)`.
    pointwise_kernel
        `(*ones, channels * multiplier, filters)`.
    strides, padding, data_format, dilation_rate
        Of the depthwise convolution.

    Examples
    --------
    >>> depthwise, pointwise = np.ones((3, 2, 1), "float32"), np.ones((1, 2, 5), "float32")
    >>> ops.separable_conv(np.ones((1, 4, 2), "float32"), depthwise, pointwise).shape
    (1, 2, 5)
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format, 1)


def transposed_size(
    size: int, window: int, stride: int, padding: str, extra: int | None, dilation: int
) -> tuple[int, tuple[int, int]]:
    """Size of an axis after a transposed convolution, and the padding of the one it undoes."""
    reach = (window - 1) * dilation + 1
    spread_out = (size - 1) * stride + reach
    if padding == "valid":
        return spread_out + (max(stride - reach, 0) if extra is None else extra), (0, 0)
    found = size * stride if extra is None else (size - 1) * stride + reach % 2 + extra
    total = max(spread_out - found, 0)
    return found, (total // 2, total - total // 2)


@op
def conv_transpose(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Tensor:
    """The gradient of a convolution by its input: spreads each element over a window.

    Parameters
    ----------
    inputs
        As for `conv`.
    kernel
        `(*window, filters, channels)`.
    strides, padding, data_format, dilation_rate
        Of the convolution that is undone.
    output_padding
        Elements to add at the end of each spatial axis; `None` gives `stride` times the size
        for `"same"`.

    Examples
    --------
    >>> x, kernel = np.ones((1, 2, 1), "float32"), np.ones((3, 1, 1), "float32")
    >>> ops.conv_transpose(x, kernel, strides=2).shape
    (1, 5, 1)
    """
    data_format = standard_format(data_format)
    x, kernel, strides, dilation = _prepared(
        "conv_transpose", inputs, kernel, strides, dilation_rate, data_format
    )
    if x.shape[-1] != kernel.shape[-1]:
        raise ShapeError(
            f"conv_transpose: inputs have {x.shape[-1]} channels, but a kernel of shape "
            f"{tuple(kernel.shape)} takes {kernel.shape[-1]}."
        )
    padding = str(padding).lower()
    if padding not in ("valid", "same"):
        raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}.")
    one = output_padding is None or isinstance(output_padding, int)
    extra = [output_padding] * len(strides) if one else list(output_padding)
    axes = zip(x.shape[1:-1], kernel.shape[:-2], strides, extra, dilation, strict=True)
    rows = [transposed_size(n, k, s, padding, e, d) for n, k, s, e, d in axes]
    y = _convolution.convolution_input_grad(
        x,
        kernel,
        shape=(x.shape[0], *(n for n, _ in rows), kernel.shape[-2]),
        strides=strides,
        padding=tuple(around for _, around in rows),
        dilation=dilation,
    )
    return original_format(y, data_format)


def _pool(
    whole: Any, inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: str | None
) -> Tensor:
    data_format = standard_format(data_format)
    x = channels_last(value(inputs), data_format)
    rank = x.ndim - 2
    if rank < 1:
        raise ShapeError(
            f"Pooling needs inputs (batch, *spatial, channels), got shape {tuple(x.shape)}."
        )
    size = spread("pool_size", pool_size, rank)
    strides = size if strides is None else spread("strides", strides, rank)
    around = pads(padding, x.shape[1:-1], size, strides, (1,) * rank)
    return original_format(whole(x, size=size, strides=strides, padding=around), data_format)


@op
def max_pool(
    inputs: TensorLike,
    pool_size: Sizes,
    strides: Any = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Largest element of each window.

    Parameters
    ----------
    inputs
        `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for channels first.
    pool_size
        Size of the window: a number, or one for each spatial axis.
    strides
        Step of the window; its size by default.
    padding
        `"valid"` or `"same"`.
    data_format
        `"channels_last"` or `"channels_first"`; `config.image_data_format()` by default.

    Examples
    --------
    >>> ops.max_pool(np.float32([[[1], [3], [2], [5]]]), 2)
    array([[[3.],
            [5.]]], dtype=float32)
    """
    return _pool(_pooling.max_pool, inputs, pool_size, strides, padding, data_format)


@op
def average_pool(
    inputs: TensorLike,
    pool_size: Sizes,
    strides: Any = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Mean of each window; padding is not counted.

    Parameters
    ----------
    inputs, pool_size, strides, padding, data_format
        As for `max_pool`.

    Examples
    --------
    >>> ops.average_pool(np.float32([[[1], [3], [2], [5]]]), 2)
    array([[[2. ],
            [3.5]]], dtype=float32)
    """
    return _pool(_pooling.avg_pool, floating(inputs), pool_size, strides, padding, data_format)


def _bins(size: int, parts: int) -> list[tuple[int, int]]:
    """`parts` windows that cover an axis: whole elements, overlapping where they must."""
    return [(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]


def _adaptive(inputs: Any, output_size: Any, data_format: str | None, reduce: Any) -> Tensor:
    data_format = standard_format(data_format)
    x = channels_last(floating(inputs), data_format)
    sizes = spread("output_size", output_size, x.ndim - 2)
    for axis, parts in enumerate(sizes, start=1):
        windows = [cut(x, axis, a, b) for a, b in _bins(x.shape[axis], parts)]
        x = joined([reduce(w, axis) for w in windows], axis)
    return original_format(x, data_format)


@op
def adaptive_average_pool(
    inputs: TensorLike, output_size: Sizes, data_format: str | None = None
) -> Tensor:
    """Mean of windows chosen so that the spatial axes get a given size.

    Parameters
    ----------
    inputs
        As for `average_pool`.
    output_size
        The size wanted: a number, or one for each spatial axis.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.adaptive_average_pool(np.float32([[[1], [3], [2]]]), 2)
    array([[[2. ],
            [2.5]]], dtype=float32)
    """

    def mean(x: Tensor, axis: int) -> Tensor:
        return p.mul(p.sum(x, axes=(axis,), keepdims=True), 1.0 / x.shape[axis])

    return _adaptive(inputs, output_size, data_format, mean)


@op
def adaptive_max_pool(
    inputs: TensorLike, output_size: Sizes, data_format: str | None = None
) -> Tensor:
    """Largest element of windows chosen so that the spatial axes get a given size.

    Examples
    --------
    >>> ops.adaptive_max_pool(np.float32([[[1], [3], [2]]]), 2)
    array([[[3.],
            [3.]]], dtype=float32)
    """
    return _adaptive(
        inputs, output_size, data_format, lambda x, axis: p.max(x, axes=(axis,), keepdims=True)
    )
