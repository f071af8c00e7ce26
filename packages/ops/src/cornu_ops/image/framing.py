"""Parts of images: cropped, padded, cut into patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.trace import op
from cornu_ops.image.layout import on_batch
from cornu_ops.movement import cut, permuted
from cornu_ops.values import Tensor, TensorLike, value
from cornu_ops.windowed import channels_last, original_format, pads, spread, standard_format


def _margins(
    axis: str, before: int | None, after: int | None, target: int | None, missing: int | None
) -> tuple[int, int]:
    """The two margins of an axis, of which two of three facts must be given."""
    if [before, after, target].count(None) != 1:
        raise ValueError(
            f"Give exactly two of the {axis}: both margins, or one and the target size."
        )
    if missing is None:
        return before or 0, after or 0
    low = missing - after if before is None else before  # type: ignore[operator]
    return low, missing - low


def _framed(
    name: str,
    images: Any,
    sides: Sequence[int | None],
    targets: Sequence[int | None],
    data_format: Any,
    sign: int,
) -> Tensor:
    top, left, bottom, right = sides

    def framed(x: Tensor) -> Tensor:
        frames = []
        rows = (("height", top, bottom, targets[0]), ("width", left, right, targets[1]))
        for own, (axis, before, after, target) in zip(x.shape[1:3], rows, strict=True):
            missing = None if target is None else sign * (target - own)
            low, high = _margins(axis, before, after, target, missing)
            if low < 0 or high < 0 or (sign < 0 and low + high >= own):
                raise ValueError(
                    f"{name}(): margins {low} and {high} do not fit a {axis} of {own}."
                )
            frames.append((low, high))
        (a, b), (c, d) = frames
        if sign > 0:
            return p.pad(x, low=(0, a, c, 0), high=(0, b, d, 0), interior=(0,) * 4, value=0)
        x = cut(x, 1, a, x.shape[1] - b)
        return cut(x, 2, c, x.shape[2] - d)

    return on_batch(name, images, data_format, framed)


@op
def crop_images(
    images: TensorLike,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images without some of their margins.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    top_cropping, left_cropping, bottom_cropping, right_cropping
        Rows and columns to leave out.
    target_height, target_width
        Size of the result: with one margin of an axis it gives the other.
    data_format
        `"channels_last"` or `"channels_first"`.

    Raises
    ------
    ValueError
        Unless two of the two margins and the target size are given for each axis.

    Examples
    --------
    >>> ops.image.crop_images(np.zeros((1, 5, 6, 3)), 1, 1, 1, 2).shape
    (1, 3, 3, 3)
    """
    sides = (top_cropping, left_cropping, bottom_cropping, right_cropping)
    return _framed("crop_images", images, sides, (target_height, target_width), data_format, -1)


@op
def pad_images(
    images: TensorLike,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images with margins of zeros.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    top_padding, left_padding, bottom_padding, right_padding
        Rows and columns to add.
    target_height, target_width
        Size of the result: with one margin of an axis it gives the other.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.image.pad_images(np.zeros((1, 5, 6, 3)), 1, 1, target_height=8, target_width=8).shape
    (1, 8, 8, 3)
    """
    sides = (top_padding, left_padding, bottom_padding, right_padding)
    return _framed("pad_images", images, sides, (target_height, target_width), data_format, 1)


def _patches(
    name: str,
    x: Any,
    rank: int,
    size: Any,
    strides: Any,
    dilation: Any,
    padding: str,
    data_format: Any,
) -> Tensor:
    data_format = standard_format(data_format)
    x = value(x)
    if x.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"{name}() takes a tensor with {rank + 2} axes, got shape {tuple(x.shape)}."
        )
    single = x.ndim == rank + 1
    x = channels_last(p.reshape(x, shape=(1, *x.shape)) if single else x, data_format)
    window = spread("size", size, rank)
    step = window if strides is None else spread("strides", strides, rank)
    gap = spread("dilation_rate", dilation, rank)
    around = pads(padding, x.shape[1:-1], window, step, gap)
    low, high = (tuple(pair[i] for pair in around) for i in (0, 1))
    padded = p.pad(x, low=(0, *low, 0), high=(0, *high, 0), interior=(0,) * (rank + 2), value=0)
    axes = tuple(range(1, rank + 1))
    windows = p.windows(padded, axes=axes, size=window, strides=step, dilation=gap)
    steps = windows.shape[1 : rank + 1]
    order = (*range(rank + 1), *range(rank + 2, 2 * rank + 2), rank + 1)  # channels run fastest
    shape = (x.shape[0], *steps, product(window) * x.shape[-1])
    y = original_format(p.reshape(permuted(windows, order), shape=shape), data_format)
    return p.reshape(y, shape=tuple(y.shape[1:])) if single else y


@op
def extract_patches(
    images: TensorLike,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The windows of images, each laid out along the channels.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first; with a `size` of
        three numbers volumes, as for `extract_patches_3d`.
    size
        Of a window.
    strides
        Step of the window; its size by default.
    dilation_rate
        Distance of the elements of a window.
    padding
        `"valid"` or `"same"`.
    data_format
        `"channels_last"` or `"channels_first"`.

    Returns
    -------
    Tensor
        `(batch, rows, columns, window * channels)`.

    Examples
    --------
    >>> ops.image.extract_patches(np.zeros((1, 6, 6, 3)), 3).shape
    (1, 2, 2, 27)
    """
    rank = 2 if isinstance(size, int) else len(size)
    return _patches(
        "extract_patches", images, rank, size, strides, dilation_rate, padding, data_format
    )


@op
def extract_patches_3d(
    volumes: TensorLike,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The windows of volumes, each laid out along the channels.

    Examples
    --------
    >>> ops.image.extract_patches_3d(np.zeros((1, 4, 4, 4, 2)), 2).shape
    (1, 2, 2, 2, 16)
    """
    name = "extract_patches_3d"
    return _patches(name, volumes, 3, size, strides, dilation_rate, padding, data_format)
