"""Changes of values that look at one value at a time: levels, inversion, histograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.image_layers.base import ImageLayer, RandomImageLayer
from cornu_preprocessing.image_layers.ranges import chance_range, value_range_of

__all__ = ["AutoContrast", "Equalization", "RandomInvert", "RandomPosterization", "Solarization"]


def _to_255(x: Any, value_range: tuple[float, float]) -> Any:
    low, high = value_range
    return x if (low, high) == (0, 255) else (x - low) / (high - low) * 255.0


def _from_255(x: Any, value_range: tuple[float, float]) -> Any:
    low, high = value_range
    return x if (low, high) == (0, 255) else x / 255.0 * (high - low) + low


class RandomPosterization(RandomImageLayer):
    """While training, keep only the upper bits of each value.

    Parameters
    ----------
    factor : int or (int, int)
        How many of 8 bits to keep, from 1 to 8; of a pair, from the first to one less than the
        second; `f` stands for `(1, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomPosterization((2, 2))(np.float32([[[70], [200]]]), training=True)[0, :, 0]
    array([ 64., 192.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = tuple(int(end) for end in chance_range("factor", factor, 1, 8))
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw the width of the steps between the values that are left."""
        low, high = self.factor
        bits = random.randint((shape[0], 1, 1, 1), low, max(high, low + 1), seed=seed)
        return {"step": ops.power(2.0, ops.cast(8 - bits, "float32"))}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, of fewer values."""
        step = ops.cast(drawn["step"], x.dtype)
        levels = ops.floor(ops.floor(_to_255(x, self.value_range)) / step) * step
        return _from_255(levels, self.value_range)


class RandomInvert(RandomImageLayer):
    """While training, turn some of the pictures into their negatives.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the probability, from 0 to 1; `f` stands for `(0, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel; x becomes `high - x`.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomInvert((1.0, 1.0))(np.float32([[[70], [200]]]), training=True)[0, :, 0]
    array([185.,  55.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose the pictures to invert."""
        return {"apply_inversion": self.chosen(shape, self.factor, seed)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it inverted."""
        return ops.where(drawn["apply_inversion"], self.value_range[1] - x, x)


class Solarization(RandomImageLayer):
    """While training, add to all values, then invert those above a threshold.

    Parameters
    ----------
    addition_factor, threshold_factor : float or (float, float)
        Ranges of what is added and of the threshold, as fractions of the range of values, from 0 to
        1; `f` stands for `(0, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.Solarization(0.0, (0.5, 0.5))
    >>> layer(np.float32([[[70], [200]]]), training=True)[0, :, 0]
    array([70., 55.], dtype=float32)
    """

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.addition_factor = chance_range("addition_factor", addition_factor)
        self.threshold_factor = chance_range("threshold_factor", threshold_factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw what to add and the threshold, in the range 0 … 255."""
        return {
            "additions": self.per_picture(shape, *self.addition_factor, seed) * 255.0,
            "thresholds": self.per_picture(shape, *self.threshold_factor, seed) * 255.0,
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, bright values inverted."""
        added = _to_255(x, self.value_range) + ops.cast(drawn["additions"], x.dtype)
        added = ops.clip(added, 0.0, 255.0)
        kept = ops.less(added, ops.cast(drawn["thresholds"], x.dtype))
        return _from_255(ops.where(kept, added, 255.0 - added), self.value_range)


class AutoContrast(ImageLayer):
    """Stretch the values of each channel of each picture over the whole range.

    Done while training and afterwards. A channel of one value stays as it is.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AutoContrast()(np.float32([[[50], [60], [100]]]))[0, :, 0]
    array([  0.,  51., 255.], dtype=float32)
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, stretched."""
        lowest, highest = self.value_range
        low, high = ops.min(x, axis=(1, 2), keepdims=True), ops.max(x, axis=(1, 2), keepdims=True)
        spread = ops.greater(high, low)
        scale = float(highest - lowest) / ops.where(spread, high - low, 1.0)
        stretched = ops.clip((x - low) * scale + lowest, lowest, highest)
        return ops.where(spread, stretched, x)


class Equalization(ImageLayer):
    """While training, spread the values of each channel evenly over the range.

    Each value is replaced by the fraction of all values of its channel, over the whole batch, that
    are not above it.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    bins : int
        How many values to tell apart.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.float32([[[10], [11], [12]]])
    >>> layers.Equalization()(x, training=True)[0, :, 0]
    array([  0., 128., 255.], dtype=float32)
    """

    always = False

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)
        self.bins = bins

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, equalised."""
        values = _to_255(x, self.value_range)
        places = ops.cast(ops.clip(values * ((self.bins - 1) / 255.0), 0, self.bins - 1), "int32")
        channels = [
            self._equalized(values[..., i : i + 1], places[..., i : i + 1])
            for i in range(x.shape[-1])
        ]
        return _from_255(ops.concatenate(channels, axis=-1), self.value_range)

    def _equalized(self, values: Any, places: Any) -> Any:
        counts = ops.bincount(ops.reshape(places, (-1,)), minlength=self.bins)
        below = ops.cast(ops.cumsum(counts), "float32")
        total = float(places.size)
        first = ops.min(ops.where(ops.greater(below, 0.0), below, total))
        rest = ops.where(ops.equal(first, total), 1.0, total - first)
        table = ops.clip(ops.round((below - first) * 255.0 / rest), 0.0, 255.0)
        equalised = ops.cast(ops.take(table, places), values.dtype)
        return ops.where(ops.equal(first, total), values, equalised)
