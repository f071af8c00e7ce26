"""Pictures as if printed on rubber."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.filters import blurred
from cornu_preprocessing.image_layers.moving import INTERPOLATIONS
from cornu_preprocessing.image_layers.ranges import chance_range, value_range_of
from cornu_preprocessing.image_layers.sampling import FOLDS, sampled

__all__ = ["RandomElasticTransform"]


class RandomElasticTransform(RandomImageLayer):
    """While training, shift the pixels of some of the pictures by a smooth random field.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the probability, from 0 to 1; `f` stands for `(0, f)`.
    scale : float or (float, float)
        Range of the strength, from 0 to 1; `s` stands for `(0, s)`. One number is drawn for the
        whole batch.
    interpolation : "bilinear" or "nearest"
    fill_mode : "reflect", "mirror", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    fill_value : float
        The constant.
    value_range : (float, float)
        The lowest and the highest value of a pixel; results are held within.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomElasticTransform(scale=0.5, seed=0)
    >>> layer(np.full((2, 16, 16, 3), 100.0), training=True).shape
    (2, 16, 16, 3)

    References
    ----------
    Simard et al., "Best Practices for Convolutional Neural Networks" (2003),
    https://doi.org/10.1109/ICDAR.2003.1227801
    """

    moves_pixels = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float | Sequence[float] = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        self.scale = chance_range("scale", scale)
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode = checked("fill_mode", fill_mode, FOLDS)
        self.fill_value = fill_value
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose pictures, and draw how far each pixel is shifted down and across."""
        batch, height, width = shape[:3]
        strength = random.uniform((), *self.scale, seed=seed)
        sigma = strength * (0.05 * min(height, width))
        # the window holds the widest bell that may be drawn
        size = int(6 * 0.05 * min(height, width) * self.scale[1]) | 1
        noise = random.normal((2 * batch, height, width, 1), seed=seed) * sigma
        smooth = blurred(noise, (size, size), ops.stack([sigma, sigma]) + 1e-6)
        shifts = smooth * strength * (0.1 * max(height, width))
        return {
            "apply_transform": self.chosen(shape, self.factor, seed),
            "shifts": ops.reshape(shifts, (2, batch, height, width)),
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it distorted."""
        rows = np.arange(x.shape[1], dtype="float32").reshape(1, -1, 1)
        columns = np.arange(x.shape[2], dtype="float32").reshape(1, 1, -1)
        down, across = drawn["shifts"][0], drawn["shifts"][1]
        how = interpolation or self.interpolation
        y = sampled(x, rows + down, columns + across, how, self.fill_mode, self.fill_value)
        return ops.clip(ops.where(drawn["apply_transform"], y, x), *self.value_range)
