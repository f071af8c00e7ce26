"""Hue, saturation, and colour taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cornu_ops as ops
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.light import RandomBrightness, RandomContrast
from cornu_preprocessing.image_layers.ranges import chance_range, symmetric_range, value_range_of

__all__ = [
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomGrayscale",
    "RandomHue",
    "RandomSaturation",
]


def _grey(x: Any) -> Any:
    return ops.image.rgb_to_grayscale(x, data_format="channels_last")


def _in_hsv(
    x: Any, value_range: tuple[float, float], function: Callable[[Any, Any], tuple[Any, Any]]
) -> Any:
    """Change hue and saturation of pictures whose values lie in a range."""
    low, high = value_range
    hsv = ops.image.rgb_to_hsv((x - low) / (high - low), data_format="channels_last")
    hue, saturation = function(hsv[..., 0:1], hsv[..., 1:2])
    changed = ops.concatenate([hue, saturation, hsv[..., 2:3]], axis=-1)
    rgb = ops.image.hsv_to_rgb(changed, data_format="channels_last")
    return ops.clip(rgb, 0.0, 1.0) * (high - low) + low


class RandomGrayscale(RandomImageLayer):
    """While training, take the colour from some of the pictures.

    Parameters
    ----------
    factor : float
        The probability, from 0 to 1.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomGrayscale(1.0)(np.float32([[[[255, 0, 0]]]]), training=True).round(2)[0, 0]
    array([[76.22, 76.22, 76.22]], dtype=float32)
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        chance_range("factor", factor)
        self.factor = factor

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose the pictures to take the colour from."""
        return {"should_apply": self.chosen(shape, (self.factor, self.factor), seed)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it grey."""
        return ops.where(drawn["should_apply"], _grey(x), x)


class RandomColorDegeneration(RandomImageLayer):
    """While training, move the colours of pictures towards grey.

    Parameters
    ----------
    factor : float or (float, float)
        Range of how far to go, from -1 to 1: 1 is grey, 0 changes nothing, and a negative number
        makes colours stronger; `f` stands for `(-f, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomColorDegeneration((0.5, 0.5))
    >>> layer(np.float32([[[[255, 0, 0]]]]), training=True)[0, 0].round(1)
    array([[165.6,  38.1,  38.1]], dtype=float32)
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
        self.factor = symmetric_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw how far each picture goes."""
        return {"factor": self.per_picture(shape, *self.factor, seed)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, less colourful."""
        moved = x + ops.cast(drawn["factor"], x.dtype) * (_grey(x) - x)
        return ops.clip(moved, *self.value_range)


class RandomHue(RandomImageLayer):
    """While training, turn the hue of pictures.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the turn in half turns of the colour wheel, from 0 to 1, either way; `f` stands for
        `(0, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomHue((1.0, 1.0))(np.float32([[[[200, 0, 0]]]]), training=True)[0, 0].round(3)
    array([[  0., 200., 200.]], dtype=float32)
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
        self.factor = chance_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw a turn for each picture, as a fraction of the colour wheel."""
        sign = ops.where(ops.greater(self.per_picture(shape, 0.0, 1.0, seed), 0.5), -1.0, 1.0)
        return {"factor": sign * self.per_picture(shape, *self.factor, seed) * 0.5}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch in other colours."""
        turn = ops.cast(drawn["factor"], x.dtype)
        return _in_hsv(
            x, self.value_range, lambda hue, strength: (ops.mod(hue + turn, 1.0), strength)
        )


class RandomSaturation(RandomImageLayer):
    """While training, make the colours of pictures weaker or stronger.

    Parameters
    ----------
    factor : float or (float, float)
        From 0 to 1: 0 takes the colour away, 0.5 changes nothing and 1 makes colours as strong as
        they can be; `f` stands for `(0, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.float32([[[[200, 100, 100]]]])
    >>> layers.RandomSaturation((0.0, 0.0))(x, training=True)[0, 0]
    array([[200., 200., 200.]], dtype=float32)
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
        self.factor = chance_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw the scale of the saturation of each picture."""
        drawn = self.per_picture(shape, *self.factor, seed)
        return {"factor": drawn / (1.0 - drawn + 1e-7)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, more or less colourful."""
        scale = ops.cast(drawn["factor"], x.dtype)
        return _in_hsv(
            x,
            self.value_range,
            lambda hue, strength: (hue, ops.clip(strength * scale, 0.0, 1.0)),
        )


class RandomColorJitter(RandomImageLayer):
    """While training, change brightness, contrast, saturation and hue of pictures, in that order.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    brightness_factor, contrast_factor, saturation_factor, hue_factor : optional
        As of `RandomBrightness`, `RandomContrast`, `RandomSaturation` and `RandomHue`; None leaves
        that out.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomColorJitter(brightness_factor=0.2, hue_factor=0.1, seed=0)
    >>> layer(np.full((2, 4, 4, 3), 100.0), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._steps()  # refuses wrong factors

    def _steps(self) -> list[tuple[str, RandomImageLayer]]:
        """The changes in order; they draw from this layer's generator, and have no state."""
        kinds: dict[Any, Any] = {
            RandomBrightness: self.brightness_factor,
            RandomContrast: self.contrast_factor,
            RandomSaturation: self.saturation_factor,
            RandomHue: self.hue_factor,
        }
        common = {"seed": 0, "data_format": "channels_last", "name": "step"}
        return [
            (kind.__name__, kind(factor, self.value_range, **common))
            for kind, factor in kinds.items()
            if factor is not None
        ]

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw what each step needs."""
        return {name: layer.draw(shape, seed) for name, layer in self._steps()}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, changed by each step."""
        for name, layer in self._steps():
            x = layer.change(x, drawn[name])
        return x
