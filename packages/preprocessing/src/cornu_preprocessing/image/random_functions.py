"""Keras 2's functions that change one picture at random, by NumPy's global generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.image.affine import apply_affine_transform
from cornu_preprocessing.image.intensity import apply_brightness_shift, apply_channel_shift

__all__ = [
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
]


def random_rotation(
    x: Any,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Rotate a picture by up to `rg` degrees either way.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    rg : float
        The largest angle, in degrees.
    row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
        As of `apply_affine_transform`.

    Example
    -------
    >>> np.random.seed(0)
    >>> random_rotation(np.zeros((1, 4, 4)), 30).shape
    (1, 4, 4)
    """
    return apply_affine_transform(
        x,
        theta=np.random.uniform(-rg, rg),
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shift(
    x: Any,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shift a picture across by up to `wrg` of its width and down by up to `hrg` of its height.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    wrg, hrg : float
        Fractions of width and height.
    row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
        As of `apply_affine_transform`.

    Example
    -------
    >>> np.random.seed(0)
    >>> random_shift(np.zeros((1, 4, 4)), 0.1, 0.1).shape
    (1, 4, 4)
    """
    x = np.asarray(x)
    return apply_affine_transform(
        x,
        tx=np.random.uniform(-hrg, hrg) * x.shape[row_axis],
        ty=np.random.uniform(-wrg, wrg) * x.shape[col_axis],
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shear(
    x: Any,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shear a picture by up to `intensity` degrees either way.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    intensity : float
        The largest angle, in degrees.
    row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
        As of `apply_affine_transform`.

    Example
    -------
    >>> np.random.seed(0)
    >>> random_shear(np.zeros((1, 4, 4)), 10).shape
    (1, 4, 4)
    """
    return apply_affine_transform(
        x,
        shear=np.random.uniform(-intensity, intensity),
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_zoom(
    x: Any,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Zoom a picture by two factors from a range, one along each axis.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    zoom_range : (float, float)
        The smallest and the largest factor; above 1 the picture gets smaller.
    row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order
        As of `apply_affine_transform`.

    Example
    -------
    >>> np.random.seed(0)
    >>> random_zoom(np.zeros((1, 4, 4)), (0.8, 1.2)).shape
    (1, 4, 4)
    """
    low, high = bounds("zoom_range", zoom_range)
    zx, zy = (1.0, 1.0) if low == high == 1 else np.random.uniform(low, high, 2)
    return apply_affine_transform(
        x,
        zx=zx,
        zy=zy,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_channel_shift(x: Any, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """Add a number of up to `intensity_range` either way to every value of a picture.

    Example
    -------
    >>> np.random.seed(0)
    >>> float(random_channel_shift(np.arange(4.0).reshape(1, 2, 2), 1.0).max())
    3.0
    """
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


def random_brightness(x: Any, brightness_range: Sequence[float], scale: bool = True) -> np.ndarray:
    """Multiply the brightness of a picture by a factor from a range.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    brightness_range : (float, float)
    scale : bool
        As of `apply_brightness_shift`.

    Example
    -------
    >>> np.random.seed(0)
    >>> random_brightness(np.ones((2, 2, 1)), (0.5, 1.5)).shape
    (2, 2, 1)
    """
    low, high = bounds("brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)


def bounds(name: str, given: Any) -> tuple[float, float]:
    """Return a pair of numbers, the lower and the upper bound of a range."""
    if not isinstance(given, (tuple, list, np.ndarray)) or len(given) != 2:
        raise DataError(f"{name} must be a pair of numbers, such as (0.8, 1.2); it is {given!r}.")
    return given[0], given[1]
