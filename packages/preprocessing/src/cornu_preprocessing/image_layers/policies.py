"""Several random changes at once: RandAugment and AugMix."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import ImageLayer, RandomImageLayer
from cornu_preprocessing.image_layers.colour import RandomColorDegeneration
from cornu_preprocessing.image_layers.filters import RandomSharpness
from cornu_preprocessing.image_layers.levels import (
    AutoContrast,
    Equalization,
    RandomPosterization,
    Solarization,
)
from cornu_preprocessing.image_layers.light import RandomBrightness, RandomContrast
from cornu_preprocessing.image_layers.moving import (
    INTERPOLATIONS,
    RandomRotation,
    RandomShear,
    RandomTranslation,
)
from cornu_preprocessing.image_layers.ranges import chance_range, value_range_of

__all__ = ["AugMix", "RandAugment"]


@functools.cache
def _changes(
    factor: tuple[float, float], value_range: tuple[float, float], interpolation: str, light: bool
) -> tuple[ImageLayer, ...]:
    """The changes to choose from, those of light and colour if wanted.

    They draw from the generator of the layer that chooses, so they have no state and may be shared.
    """
    common: dict[str, Any] = {"data_format": "channels_last", "name": "change"}
    moving = {"interpolation": interpolation, "seed": 0, **common}
    values = {"value_range": value_range, **common}
    drawing = {"seed": 0, **values}
    changes: list[ImageLayer] = [
        RandomShear(factor, factor, **moving),
        RandomTranslation(factor, factor, **moving),
        RandomRotation(factor, **moving),
        RandomPosterization(max(1, int(8 * factor[1])), **drawing),
        Solarization(factor, factor, **drawing),
        AutoContrast(**values),
        Equalization(**values),
    ]
    if light:
        changes += [
            RandomBrightness(factor, **drawing),
            RandomColorDegeneration(factor, **drawing),
            RandomContrast(factor, **drawing),
            RandomSharpness(factor, **drawing),
        ]
    return tuple(changes)


class RandomPolicy(RandomImageLayer):
    """Base class of layers that choose among changes."""

    value_range: tuple[float, float]
    factor: tuple[float, float]

    def _changes(self) -> tuple[ImageLayer, ...]:
        return _changes(self.factor, self.value_range, self.interpolation, self._light)

    @property
    def _light(self) -> bool:
        return True

    def _one_of(
        self, x: Any, choice: Any, drawn: Any, change: Callable[[ImageLayer, Any, Any], Any]
    ) -> Any:
        """Return a batch, or its boxes, changed by the layer whose number was drawn.

        Numbers are numbers of a program that runs later, so each change is part of it.
        """
        result = x
        for number, (layer, own) in enumerate(zip(self._changes(), drawn, strict=True)):
            result = ops.where(ops.equal(choice, number), change(layer, x, own), result)
        return result

    def _held(self, layer: ImageLayer, x: Any, drawn: Any) -> Any:
        """Return a batch changed by one layer, its values held in their range."""
        return ops.clip(layer.change(x, drawn), *self.value_range)


class RandAugment(RandomPolicy):
    """While training, change pictures in some ways that are drawn for each batch.

    The ways are: shear, shift, rotation, posterization, solarization, contrast stretched, values
    equalised, brightness, colour, contrast and sharpness.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    num_ops : int
        How many changes, one after the other.
    factor : float or (float, float)
        Range of their strength, from 0 to 1; `f` stands for `(0, f)`.
    interpolation : "bilinear" or "nearest"
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandAugment(seed=0)(np.full((2, 8, 8, 3), 100.0), training=True).shape
    (2, 8, 8, 3)

    References
    ----------
    Cubuk et al., "RandAugment" (2019), https://arxiv.org/abs/1909.13719
    """

    moves_pixels = True

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)
        self.num_ops = num_ops
        self.factor = chance_range("factor", factor)
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose the changes, and draw what each needs."""
        return {
            "layer_idxes": random.randint((self.num_ops,), 0, len(self._changes()), seed=seed),
            "transforms": [layer.draw(shape, seed) for layer in self._changes()],
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, changed in the ways that were drawn; of masks, the pixels moved."""
        if interpolation is None:
            return self._in_turn(x, drawn, self._held)
        return self._in_turn(
            x,
            drawn,
            lambda layer, x, own: layer.change(x, own, interpolation) if layer.moves_pixels else x,
        )

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes, moved in the ways that were drawn."""
        return self._in_turn(
            boxes,
            drawn,
            lambda layer, x, own: layer.change_boxes(x, own, size) if layer.moves_pixels else x,
        )

    def _in_turn(self, x: Any, drawn: Any, change: Callable[[ImageLayer, Any, Any], Any]) -> Any:
        for i in range(self.num_ops):
            x = self._one_of(x, drawn["layer_idxes"][i], drawn["transforms"], change)
        return x


class AugMix(RandomPolicy):
    """While training, mix pictures with some that were changed by chains of changes.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    num_chains, chain_depth : int
        How many chains, and how many changes in each; a change may be none.
    factor : float or (float, float)
        Range of the strength of the changes, from 0 to 1; `f` stands for `(0, f)`.
    alpha : float
        Of the distributions that the shares are drawn from.
    all_ops : bool
        Whether brightness, colour, contrast and sharpness are among the changes of `RandAugment`
        that are used. The corruptions that robustness is measured by are made of them.
    interpolation : "bilinear" or "nearest"
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.AugMix(seed=0)(np.full((2, 8, 8, 3), 100.0), training=True).shape
    (2, 8, 8, 3)

    References
    ----------
    Hendrycks et al., "AugMix" (2019), https://arxiv.org/abs/1912.02781
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.factor = chance_range("factor", factor)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)

    @property
    def _light(self) -> bool:
        return self.all_ops

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw the shares of the chains, and their changes."""
        shares = random.gamma((self.num_chains,), float(self.alpha), seed=seed)
        links = (self.num_chains, self.chain_depth)
        return {
            "chain_mixing_weights": shares / ops.sum(shares),
            "weight_sample": random.beta((), float(self.alpha), float(self.alpha), seed=seed),
            "chain_choices": random.randint(links, 0, len(self._changes()) + 1, seed=seed),
            "chain_transforms": [
                [[layer.draw(shape, seed) for layer in self._changes()] for _ in range(links[1])]
                for _ in range(links[0])
            ],
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, mixed with changed ones."""
        total: Any = 0.0
        for i, chain in enumerate(drawn["chain_transforms"]):
            y = x
            for j, transforms in enumerate(chain):
                y = self._one_of(y, drawn["chain_choices"][i, j], transforms, self._held)
            total = total + y * ops.cast(drawn["chain_mixing_weights"][i], x.dtype)
        share = ops.cast(drawn["weight_sample"], x.dtype)
        return ops.clip(share * x + (1.0 - share) * total, *self.value_range)
