"""Pictures at another size, reading no more of them than the result needs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_preprocessing.image.layout import checked, size_of

__all__ = ["RESIZE_INTERPOLATIONS", "resize", "smart_resize"]


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1.0 - np.abs(x))


def _piecewise_cubic(b: float, c: float) -> Callable[[np.ndarray], np.ndarray]:
    """The family of Mitchell and Netravali (1988)."""
    near = np.array([12 - 9 * b - 6 * c, -18 + 12 * b + 6 * c, 0, 6 - 2 * b]) / 6
    far = np.array([-b - 6 * c, 6 * b + 30 * c, -12 * b - 48 * c, 8 * b + 24 * c]) / 6

    def kernel(x: np.ndarray) -> np.ndarray:
        x = np.abs(x)
        return np.where(x < 1, np.polyval(near, x), np.where(x < 2, np.polyval(far, x), 0.0))

    return kernel


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0.0)


def _bell(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < 1.5, np.exp(-2.0 * x * x), 0.0)


# Kernel and radius, in elements of the input.
_KERNELS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], float]] = {
    "bilinear": (_triangle, 1.0),
    "bicubic": (_piecewise_cubic(0.0, 0.5), 2.0),
    "lanczos3": (_lanczos(3.0), 3.0),
    "lanczos5": (_lanczos(5.0), 5.0),
    "gaussian": (_bell, 1.5),
    "mitchellcubic": (_piecewise_cubic(1 / 3, 1 / 3), 2.0),
}
RESIZE_INTERPOLATIONS = ("nearest", "area", *_KERNELS)


@functools.lru_cache(maxsize=256)
def _taps(size: int, count: int, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Which elements each result reads, and their weights: both (taps, count)."""
    step = size / count
    if method == "nearest":
        return np.floor((np.arange(count) + 0.5) * step).astype(int)[None], np.ones((1, count))
    if method == "area":  # how much of each element a result covers
        low = np.arange(count) * step
        first, width = np.floor(low), int(np.ceil(step)) + 1
        places = first[None] + np.arange(width)[:, None]
        weights = np.minimum(places + 1, low + step) - np.maximum(places, low)
        weights = np.maximum(weights, 0.0)
    else:
        kernel, radius = _KERNELS[method]
        middle = (np.arange(count) + 0.5) * step - 0.5
        places = np.floor(middle - radius)[None] + 1 + np.arange(int(2 * radius + 0.5))[:, None]
        weights = kernel(middle - places)
    weights = np.where((places >= 0) & (places < size), weights, 0.0)
    weights /= weights.sum(0)
    return np.clip(places, 0, size - 1).astype(int), weights


def _along(x: np.ndarray, axis: int, count: int, method: str) -> np.ndarray:
    if x.shape[axis] == count:
        return x
    places, weights = _taps(x.shape[axis], count, method)
    shape = [1] * x.ndim
    shape[axis] = count
    total: Any = 0.0
    for place, weight in zip(places, weights, strict=True):
        total = total + np.take(x, place, axis) * weight.reshape(shape).astype(x.dtype)
    return total


def resize(
    x: np.ndarray,
    size: tuple[int, int],
    interpolation: str = "bilinear",
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
) -> np.ndarray:
    """Return one picture at another size, without antialiasing, as `cornu.ops.image.resize` does.

    Parameters
    ----------
    x : ndarray
        Floats of shape `(height, width, channels)`.
    size : (int, int)
        Height and width.
    interpolation : str
        Besides those of `cornu.ops.image.resize` "area", "gaussian" and "mitchellcubic".
    crop_to_aspect_ratio, pad_to_aspect_ratio : bool
        Cut the sides off that do not fit, or put zeros beside the picture, instead of distorting.

    Example
    -------
    >>> resize(np.float32([[[0], [4]]]), (1, 4))[0, :, 0]
    array([0., 1., 3., 4.], dtype=float32)
    """
    rows, columns = x.shape[:2]
    height, width = size
    if crop_to_aspect_ratio or pad_to_aspect_ratio:
        fitting = (columns * height // width, rows * width // height)
        if crop_to_aspect_ratio:
            down, across = (
                max(min(n, m), 1) for n, m in zip((rows, columns), fitting, strict=True)
            )
            top, left = (rows - down) // 2, (columns - across) // 2
            x = x[top : top + down, left : left + across]
        else:
            sides = [(max(n, m) - n) // 2 for n, m in zip((rows, columns), fitting, strict=True)]
            x = np.pad(x, [(sides[0],) * 2, (sides[1],) * 2, (0, 0)])
    shrinking_first = sorted((0, 1), key=lambda axis: size[axis] / x.shape[axis])
    for axis in shrinking_first:
        x = _along(x, axis, size[axis], interpolation)
    return x


def smart_resize(
    x: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    data_format: str | None = "channels_last",
) -> Any:
    """Resize pictures without distorting them: what does not fit is cut off on both sides.

    Parameters
    ----------
    x : tensor
        `(height, width, channels)`, or a batch of them, or channels first.
    size : (int, int)
        Height and width of the result.
    interpolation : "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5"
    data_format : "channels_last" or "channels_first", optional

    Example
    -------
    >>> smart_resize(np.zeros((4, 8, 3), "float32"), (2, 2)).shape
    (2, 2, 3)
    """
    size = size_of("size", size)
    checked("interpolation", interpolation, ("bilinear", "nearest", *list(_KERNELS)[1:4]))
    return ops.image.resize(
        x, size, interpolation, crop_to_aspect_ratio=True, data_format=data_format
    )
