"""The shape of the image that a model takes, and where its channels are."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from cornu.base.layer import KerasTensor
from cornu_engine.errors import ShapeError
from cornu_layers.validation import data_format

__all__ = [
    "channel_axis",
    "channels",
    "channels_first",
    "correct_pad",
    "divisible",
    "image_shape",
    "need_channels_last",
    "published_size",
    "rows_and_columns",
    "size_of_weights",
    "tensor_shape",
]


def channels_first() -> bool:
    """Return whether images have their channels first."""
    return data_format(None, None) == "channels_first"


def channel_axis() -> int:
    """Return the axis of the channels in a batch of images."""
    return 1 if channels_first() else -1


def channels(x: KerasTensor) -> int:
    """Return the number of channels of a batch."""
    found = x.shape[channel_axis()]
    if found is None:
        raise ShapeError(
            f"The number of channels of the image must be known; its shape is {x.shape}."
        )
    return found


def rows_and_columns(shape: Sequence[int | None]) -> tuple[int | None, int | None]:
    """Return rows and columns of one image."""
    rows, columns = shape[1:] if channels_first() else shape[:-1]
    return rows, columns


def _image(rows: int | None, columns: int | None, depth: int) -> tuple[int | None, ...]:
    return (depth, rows, columns) if channels_first() else (rows, columns, depth)


def image_shape(
    given: Any, size: int, smallest: int, include_top: bool, imagenet: bool
) -> tuple[int | None, ...]:
    """Return the shape of one image.

    Parameters
    ----------
    given : tuple, optional
        What the user asked for.
    size, smallest : int
        Rows and columns by default, and the least of each.
    include_top : bool
        Then all sizes must be known.
    imagenet : bool
        Whether the weights are those of ImageNet, whose images have three channels.
    """
    default = _image(size, size, 3)
    if given is None:
        return default if include_top else _image(None, None, 3)
    shape = tuple(given)
    if imagenet and include_top and shape != default:
        raise ShapeError(
            "When setting `include_top=True` and loading `imagenet` weights, `input_shape` should "
            f"be {default}; got input_shape={shape}. Pass include_top=False for other sizes."
        )
    if len(shape) != 3:
        raise ShapeError(
            f"`input_shape` must be a tuple of three integers, without the batch axis; got {shape}."
        )
    depth = shape[0 if channels_first() else -1]
    if imagenet and depth != 3:
        raise ShapeError(f"The input must have 3 channels; got input_shape={shape}.")
    if depth not in (1, 3):
        warnings.warn(
            "This model usually expects 1 or 3 input channels; it was passed an input_shape with "
            f"{depth} input channels.",
            stacklevel=4,
        )
    if any(n is not None and n < smallest for n in rows_and_columns(shape)):
        raise ShapeError(
            f"Input size must be at least {smallest}x{smallest}; got input_shape={shape}."
        )
    if include_top and None in shape:
        raise ShapeError(
            "If `include_top` is True, you should specify a static `input_shape`; got "
            f"input_shape={shape}."
        )
    return shape


def published_size(given: Any, sizes: Sequence[int], otherwise: int = 224) -> int:
    """Return the side of a square image for which there are weights, or the usual one.

    Examples
    --------
    >>> published_size((160, 160, 3), (128, 160)), published_size((160, 128, 3), (128, 160))
    (160, 224)
    """
    if given is None or len(given) != 3:
        return otherwise
    rows, columns = rows_and_columns(given)
    return rows if rows is not None and rows == columns and rows in sizes else otherwise


def size_of_weights(shape: Sequence[int | None], sizes: Sequence[int]) -> int:
    """Return which weights to load, with a warning where those are of another size."""
    rows, columns = rows_and_columns(shape)
    if rows is not None and rows == columns and rows in sizes:
        return rows
    listed = ", ".join(map(str, sizes))
    warnings.warn(
        f"`input_shape` is undefined or not square, or its side is none of {listed}: weights for "
        "input shape (224, 224) will be loaded as the default.",
        stacklevel=3,
    )
    return 224


def divisible(number: float, divisor: int = 8) -> int:
    """Return the multiple of `divisor` that is nearest, but not less than nine tenths.

    Examples
    --------
    >>> divisible(30), divisible(11)
    (32, 16)
    """
    nearest = max(divisor, int(number + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * number else nearest


def tensor_shape(asked: Any) -> Any:
    """Return the shape of the image that was asked for, or that of its tensor.

    Raises
    ------
    ShapeError
        Where both are given and do not agree.
    """
    shape, tensor = asked.input_shape, asked.input_tensor
    if tensor is None:
        return shape
    if shape is None:
        return tuple(tensor.shape[1:])
    if rows_and_columns(shape) != rows_and_columns(tensor.shape[1:]):
        raise ShapeError(
            f"input_shape={tuple(shape)} is not the shape of one image of input_tensor, "
            f"{tuple(tensor.shape[1:])}: pass one of them."
        )
    return shape


def correct_pad(
    inputs: KerasTensor, kernel_size: int | Sequence[int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the zero padding before a convolution with strides of 2, as TensorFlow pads "same".

    Examples
    --------
    >>> import cornu
    >>> correct_pad(cornu.Input((224, 225, 3)), 3)
    ((0, 1), (1, 1))
    """
    kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
    sizes = rows_and_columns(inputs.shape[1:])
    # An open size counts as an even one.
    before = [k // 2 - (1 - (n or 0) % 2) for k, n in zip(kernel, sizes, strict=True)]
    return (before[0], kernel[0] // 2), (before[1], kernel[1] // 2)


def need_channels_last(family: str) -> None:
    """Raise an error where images have their channels first."""
    if channels_first():
        raise ShapeError(
            f"{family} does not support the `channels_first` image data format: call "
            "cornu.config.set_image_data_format('channels_last') before you make the model."
        )
