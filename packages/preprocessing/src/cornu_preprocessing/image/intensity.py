"""Changes of the values of pixels: channels shifted, brightness scaled."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_preprocessing.image.convert import array_to_img, img_to_array

__all__ = ["apply_brightness_shift", "apply_channel_shift"]


def apply_channel_shift(x: Any, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Add a number to every value, and hold the sum within the range of the picture.

    Parameters
    ----------
    x : array_like
        One picture of rank 3.
    intensity : float
        What to add.
    channel_axis : int
        Accepted for Keras' sake: all channels are shifted alike.

    Example
    -------
    >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 2.0)
    array([[[2., 7., 9.]]])
    """
    x = np.asarray(x)
    return np.clip(x + intensity, x.min(), x.max())


def apply_brightness_shift(
    x: Any, brightness: float, scale: bool = True, data_format: str | None = None
) -> np.ndarray:
    """Multiply the brightness of a picture, in whole steps of 0 … 255.

    Parameters
    ----------
    x : array_like
        One picture of rank 3, with 1, 3 or 4 channels.
    brightness : float
        The factor: 0 is black, 1 changes nothing.
    scale : bool
        Whether to stretch the values to 0 … 255 first, as Keras 2 always did. Otherwise that
        happens only to values beyond 0 … 255, and is undone afterwards.
    data_format : "channels_last" or "channels_first", optional

    Returns
    -------
    ndarray
        Dtype `floatx`.

    Example
    -------
    >>> apply_brightness_shift(np.full((1, 1, 1), 100.0), 0.5, scale=False)[0, 0]
    array([50.], dtype=float32)
    """
    from PIL import ImageEnhance

    x = np.asarray(x)
    low, high = float(x.min()), float(x.max())
    beyond = low < 0 or high > 255
    img = array_to_img(x, data_format, scale=beyond or scale)
    y = img_to_array(ImageEnhance.Brightness(img).enhance(brightness), data_format)
    return y / 255 * (high - low) + low if beyond and not scale else y
