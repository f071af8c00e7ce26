"""Images at another size: a product with a matrix of weights along each axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import TracedValueError
from cornu_engine.primitives.table import p
from cornu_engine.trace import is_traced, op
from cornu_ops.contraction import product_of
from cornu_ops.image.layout import choice, in_dtype_of, on_batch
from cornu_ops.movement import cut, permuted
from cornu_ops.values import Tensor, TensorLike, floating, value, wide


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1.0 - np.abs(x))


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys (1981) with a = -0.5."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0.0)


_KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": _triangle,
    "linear": _triangle,
    "trilinear": _triangle,
    "bicubic": _cubic,
    "cubic": _cubic,
    "tricubic": _cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def _weights(
    size: int, count: int, scale: float, translation: float, method: str, antialias: bool
) -> np.ndarray:
    """How much each of `size` elements counts for each of `count` results, (count, size)."""
    # results and elements are cells: the middle of result i lies at (i + 0.5 - translation) / scale
    place = (np.arange(count) + 0.5 - translation) / scale - 0.5
    width = max(1.0 / scale, 1.0) if antialias else 1.0
    weights = _KERNELS[method]((place[:, None] - np.arange(size)) / width)
    total = weights.sum(1, keepdims=True)
    reliable = np.abs(total) > 1000 * np.finfo(np.float32).eps
    weights = np.where(reliable, weights / np.where(total == 0, 1, total), 0)
    inside = (place >= -0.5) & (place <= size - 0.5)
    return np.where(inside[:, None], weights, 0)


def _along(x: Tensor, axis: int, weights: np.ndarray) -> Tensor:
    order = [*(i for i in range(x.ndim) if i != axis), axis]
    y = product_of(permuted(x, order), weights.T.astype(x.dtype))
    return permuted(y, np.argsort(order).tolist())


def _cropped(x: Tensor, height: int, width: int) -> Tensor:
    """The middle of images, of the aspect ratio of `height` by `width`."""
    rows, columns = x.shape[1:3]
    kept = (
        max(min(rows, int(columns * height / width)), 1),
        max(min(columns, int(rows * width / height)), 1),
    )
    for axis, (size, keep) in enumerate(zip((rows, columns), kept, strict=True), start=1):
        start = (size - keep) // 2
        x = cut(x, axis, start, start + keep)
    return x


def _padded(x: Tensor, height: int, width: int, fill: float) -> Tensor:
    """Images with a margin that gives them the aspect ratio of `height` by `width`."""
    rows, columns = x.shape[1:3]
    above = (max(rows, int(columns * height / width)) - rows) // 2
    beside = (max(columns, int(rows * width / height)) - columns) // 2
    sides = (0, above, 0, 0) if above else (0, 0, beside, 0)
    return p.pad(x, low=sides, high=sides, interior=(0,) * 4, value=fill)


@op
def resize(
    images: TensorLike,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images at another size.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    size
        Height and width wanted.
    interpolation
        `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
    antialias
        Widen the kernel when making images smaller.
    crop_to_aspect_ratio
        Cut the sides off first that do not fit the aspect ratio of `size`.
    pad_to_aspect_ratio
        Put a margin of `fill_value` around first to get that aspect ratio.
    fill_mode
        Only `"constant"`.
    fill_value
        What the margin is filled with.
    data_format
        `"channels_last"` or `"channels_first"`.

    Returns
    -------
    Tensor
        Of the dtype of `images`; integers are rounded and held within their dtype.

    Examples
    --------
    >>> ops.image.resize(np.float32([[[0], [4]]]), (1, 4))[0, :, 0]
    array([0., 1., 3., 4.], dtype=float32)
    """
    choice("interpolation", interpolation, _INTERPOLATIONS)
    choice("fill_mode", fill_mode, ("constant",))
    height, width = (int(n) for n in size)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Images are cropped or padded to an aspect ratio, not both.")

    def resized(x: Tensor) -> Tensor:
        if crop_to_aspect_ratio:
            x = _cropped(x, height, width)
        elif pad_to_aspect_ratio:
            x = _padded(x, height, width, fill_value)
        if interpolation == "nearest":
            for axis, count in ((1, height), (2, width)):
                places = np.floor((np.arange(count) + 0.5) * (x.shape[axis] / count))
                x = p.gather(x, places.astype(np.int32), axis=axis)
            return x
        y = wide(floating(x))
        for axis, count in ((1, height), (2, width)):
            own = x.shape[axis]
            if own != count:
                y = _along(
                    y, axis, _weights(own, count, count / own, 0.0, interpolation, antialias)
                )
        return in_dtype_of(x, y)

    return on_batch("resize", images, data_format, resized)


@op
def scale_and_translate(
    images: TensorLike,
    output_shape: Sequence[int],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Tensor:
    """Tensors scaled and moved along some of their axes.

    Parameters
    ----------
    images
        Tensor of any shape.
    output_shape
        Shape of the result.
    scale, translation
        Known numbers, one for each of `spatial_dims`.
    spatial_dims
        The axes.
    method
        `"linear"`, `"bilinear"`, `"cubic"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` …
    antialias
        Widen the kernel where the scale is below 1.

    Examples
    --------
    >>> x = np.float32([0, 4])
    >>> ops.image.scale_and_translate(x, (4,), [2.0], [0.0], [0], "linear")
    array([0., 1., 3., 4.], dtype=float32)
    """
    choice("method", method, _KERNELS)
    if is_traced(scale, translation):
        raise TracedValueError(
            "scale_and_translate() needs known numbers for scale and translation."
        )
    x = floating(images)
    factors, moves = np.asarray(value(scale), float), np.asarray(value(translation), float)
    for axis, factor, move in zip(spatial_dims, factors, moves, strict=True):
        count = int(output_shape[axis])
        x = _along(
            x, axis % x.ndim, _weights(x.shape[axis], count, factor, move, method, antialias)
        )
    return x
