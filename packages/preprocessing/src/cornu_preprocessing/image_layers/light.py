"""Brightness and contrast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.ranges import symmetric_range, value_range_of

__all__ = ["RandomBrightness", "RandomContrast"]


class RandomBrightness(RandomImageLayer):
    """While training, make pictures brighter or darker.

    Parameters
    ----------
    factor : float or (float, float)
        Range of what is added, as a fraction of the range of values, from -1 to 1; `f` stands for
        `(-f, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel; sums are held within.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomBrightness((0.2, 0.2))(np.full((1, 1, 1), 10.0), training=True)[0, 0]
    array([61.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = symmetric_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw what is added to each picture."""
        low, high = self.value_range
        return {"rgb_delta": self.per_picture(shape, *self.factor, seed) * float(high - low)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, brighter or darker."""
        return ops.clip(x + ops.cast(drawn["rgb_delta"], x.dtype), *self.value_range)


class RandomContrast(RandomImageLayer):
    """While training, scale the distance of each value from the mean of its channel.

    Parameters
    ----------
    factor : float or (float, float)
        From 0 to 1: `(lower, upper)` scales by a number from `1 - lower` to `1 + upper`, and
        `f` stands for `(f, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel; results are held within.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.float32([[[90.0], [110.0]]])
    >>> y = layers.RandomContrast(0.5, seed=0)(x, training=True)
    >>> float(y.mean()), bool(5 <= 100 - y[0, 0, 0] <= 15)
    (100.0, True)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        pair = factor if isinstance(factor, (tuple, list)) else (factor, factor)
        for end in pair:
            symmetric_range("factor", end, 0.0)
        self.factor = tuple(pair)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw the scale for each picture."""
        lower, upper = self.factor
        return {"contrast_factor": self.per_picture(shape, 1.0 - lower, 1.0 + upper, seed)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, of more or less contrast."""
        mean = ops.mean(x, axis=(1, 2), keepdims=True)
        scale = ops.cast(drawn["contrast_factor"], x.dtype)
        return ops.clip((x - mean) * scale + mean, *self.value_range)
