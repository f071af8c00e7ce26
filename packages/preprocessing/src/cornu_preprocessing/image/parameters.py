"""What is drawn for one picture: Keras' numbers in Keras' order, from any NumPy generator."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["draw_transform"]


def draw_transform(settings: Any, height: int, width: int, random: Any) -> dict[str, Any]:
    """Return the parameters of one random transformation.

    Parameters
    ----------
    settings : ImageDataGenerator
        Whose ranges count.
    height, width : int
        Of the picture.
    random : numpy.random or RandomState
        What draws. The order of the draws is part of the result: it makes the numbers Keras'.
    """
    theta = _either_way(settings.rotation_range, random)
    tx = _shift(settings.height_shift_range, height, random)
    ty = _shift(settings.width_shift_range, width, random)
    shear = _either_way(settings.shear_range, random)
    low, high = settings.zoom_range
    zx, zy = (1, 1) if low == high == 1 else random.uniform(low, high, 2)
    flip_horizontal = (random.random_sample() < 0.5) * settings.horizontal_flip
    flip_vertical = (random.random_sample() < 0.5) * settings.vertical_flip
    channel_shift = brightness = None
    if settings.channel_shift_range != 0:
        channel_shift = _either_way(settings.channel_shift_range, random)
    if settings.brightness_range is not None:
        brightness = random.uniform(*settings.brightness_range)
    return {
        "theta": theta,
        "tx": tx,
        "ty": ty,
        "shear": shear,
        "zx": zx,
        "zy": zy,
        "flip_horizontal": flip_horizontal,
        "flip_vertical": flip_vertical,
        "channel_shift_intensity": channel_shift,
        "brightness": brightness,
    }


def _either_way(most: float, random: Any) -> float:
    return random.uniform(-most, most) if most else 0


def _shift(given: Any, size: int, random: Any) -> Any:
    """Pixels to shift by: a fraction below 1 counts the size, a sequence holds the choices."""
    if isinstance(given, (int, float)):
        if not given:
            return 0
    elif not np.size(given) or (np.ndim(given) == 0 and not given):
        return 0
    try:  # a whole number n stands for the choices 0 … n - 1
        shift = random.choice(given) * random.choice([-1, 1])
    except ValueError:
        shift = random.uniform(-given, given)
    return shift * size if np.max(given) < 1 else shift
