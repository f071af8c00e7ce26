"""Sizes after a window has slid over some axes: shared by convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu.base.layer.shapes import show_shape
from cornu.errors import ShapeError
from cornu_layers.checks import where

AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def axis_names(rank: int, data_format: str) -> tuple[str, ...]:
    """Return what the axes after the batch are.

    Examples
    --------
    >>> axis_names(2, "channels_first")
    ('channels', 'height', 'width')
    """
    if data_format == "channels_last":
        return (*AXES[rank], "channels")
    return ("channels", *AXES[rank])


def spatial_axes(rank: int, data_format: str) -> tuple[int, ...]:
    """Return the axes that a window slides over.

    Examples
    --------
    >>> spatial_axes(2, "channels_first")
    (2, 3)
    """
    first = 1 if data_format == "channels_last" else 2
    return tuple(range(first, first + rank))


def window_output_size(
    size: int | None, window: int, stride: int, padding: str, dilation: int = 1
) -> int | None:
    """Return how many places a window takes along an axis; None where the axis' size is unknown.

    Examples
    --------
    >>> window_output_size(28, 3, 2, "valid"), window_output_size(28, 3, 2, "same")
    (13, 14)
    """
    if size is None:
        return None
    if padding == "valid":
        size -= (window - 1) * dilation
    return -(-size // stride)


def slid_shape(
    layer: Any,
    input_shape: Sequence[int | None],
    channels: int | None,
    window: Sequence[int],
    dilation: Sequence[int] | None = None,
) -> tuple[int | None, ...]:
    """Return the output shape of a layer that slides a window.

    Parameters
    ----------
    layer : Layer
        Has `rank`, `data_format`, `strides` and `padding`.
    input_shape : sequence of int or None
        Batch axis first.
    channels : int or None
        Of the output.
    window, dilation : sequence of int
        Per axis.

    Raises
    ------
    ShapeError
        When the window does not fit into the input.
    """
    shape = list(input_shape)
    axes = spatial_axes(layer.rank, layer.data_format)
    dilation = dilation or (1,) * layer.rank
    for axis, size, stride, spread in zip(axes, window, layer.strides, dilation, strict=True):
        places = window_output_size(shape[axis], size, stride, layer.padding, spread)
        if places is not None and places < 1:
            reach = (size - 1) * spread + 1
            raise ShapeError(
                f"{where(layer)} slides a window of {reach} along axis {axis}, where its input of "
                "shape "
                f"{show_shape(input_shape)} has only {shape[axis]}. Use padding='same', a smaller "
                "window, or pool "
                "less before this layer."
            )
        shape[axis] = places
    shape[-1 if layer.data_format == "channels_last" else 1] = channels
    return tuple(shape)
