"""Rectangles of pictures erased, and pictures mixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.ranges import chance_range, value_range_of

__all__ = ["CutMix", "MixUp", "RandomErasing"]


def _rectangles(shape: Sequence[int], down: Any, across: Any, seed: Any) -> tuple[Any, Any]:
    """Masks (batch, height, width, 1) of rectangles at random places, and their areas.

    `down` and `across` are their sizes as fractions, of shape (batch, 1, 1, 1).
    """
    inside: Any = None
    area: Any = 1.0
    for axis, share in ((1, down), (2, across)):
        size = shape[axis]
        start = random.uniform((shape[0], 1, 1, 1), seed=seed) * (size - share * float(size))
        grid = np.arange(size, dtype="float32").reshape([-1 if i == axis else 1 for i in range(4)])
        within = ops.logical_and(
            ops.greater_equal(grid, start), ops.less(grid, start + share * float(size))
        )
        inside = within if inside is None else ops.logical_and(inside, within)
        area = area * share
    return inside, area


def _mixed(first: Any, second: Any, weight: Any) -> Any:
    return weight * first + (1.0 - weight) * second


def _label_weight(weight: Any, labels: Any) -> Any:
    """The weight of each picture, shaped to multiply labels of any rank."""
    return ops.cast(ops.reshape(weight, (-1,) + (1,) * (len(labels.shape) - 1)), labels.dtype)


class RandomErasing(RandomImageLayer):
    """While training, fill a rectangle in some of the pictures.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the probability, from 0 to 1; `f` stands for `(0, f)`.
    scale : float or (float, float)
        Range of the squares of the sides, as fractions of height and width.
    fill_value : float or sequence of float, optional
        What to fill with: a number, or one per channel; by default noise.
    value_range : (float, float)
        The lowest and the highest value of a pixel; the filling is held within.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=0, seed=0)
    >>> int((layer(np.ones((1, 4, 4, 1)), training=True) == 0).sum())
    4

    References
    ----------
    Zhong et al., "Random Erasing Data Augmentation" (2017), https://arxiv.org/abs/1708.04896
    """

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float | Sequence[float] = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        self.scale = chance_range("scale", scale)
        self.fill_value = fill_value
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose pictures, and draw rectangles and what fills them."""
        down, across = (ops.sqrt(self.per_picture(shape, *self.scale, seed)) for _ in range(2))
        masks, _ = _rectangles(shape, down, across, seed)
        if self.fill_value is None:
            filling = random.normal(tuple(shape), seed=seed) * float(self.value_range[1])
        else:
            filling = np.asarray(self.fill_value, "float32")
        return {
            "apply_erasing": self.chosen(shape, self.factor, seed),
            "batch_masks": masks,
            "fill_value": ops.clip(filling, *self.value_range),
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, rectangles filled."""
        erased = ops.logical_and(drawn["apply_erasing"], drawn["batch_masks"])
        return ops.where(erased, ops.cast(drawn["fill_value"], x.dtype), x)


class MixUp(RandomImageLayer):
    r"""While training, mix each picture and its label with another of the batch.

    $y = \lambda x + (1 - \lambda) x'$ with $\lambda \sim \mathrm{Beta}(\alpha, \alpha)$ for each
    picture.

    Parameters
    ----------
    alpha : float
        Near 0 pictures stay almost as they are; 1 mixes evenly.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Call it with `{"images": …, "labels": …}`, labels one-hot, to mix both alike.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x, y = np.ones((2, 4, 4, 1)) * [[[[0]]], [[[1]]]], np.eye(2)
    >>> mixed = layers.MixUp(1.0, seed=0)({"images": x, "labels": y}, training=True)
    >>> bool(np.allclose(mixed["images"][:, 0, 0, 0], mixed["labels"][:, 1]))
    True

    References
    ----------
    Zhang et al., "mixup: Beyond Empirical Risk Minimization" (2017),
    https://arxiv.org/abs/1710.09412
    """

    moves_pixels = True

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if not isinstance(alpha, (int, float)) or not alpha > 0:
            raise ValueError(f"alpha is a number above 0; it is {alpha!r}.")
        self.alpha = alpha

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw partners and shares."""
        order = random.shuffle(np.arange(shape[0], dtype="int32"), seed=seed)
        weight = random.beta((shape[0], 1, 1, 1), float(self.alpha), float(self.alpha), seed=seed)
        return {"permutation_order": order, "mix_weight": weight}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, mixed."""
        others = ops.take(x, drawn["permutation_order"], axis=0)
        return _mixed(x, others, ops.cast(drawn["mix_weight"], x.dtype))

    def transform_bounding_boxes(
        self,
        bounding_boxes: dict[str, Any],
        transformation: dict[str, Any] | None = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Return the boxes of each picture, and behind them those of the one mixed in."""
        boxes = super().transform_bounding_boxes(bounding_boxes)
        if transformation is None or not training:
            return boxes
        order = transformation["permutation_order"]
        both = {
            key: ops.concatenate([boxes[key], ops.take(boxes[key], order, axis=0)], axis=1)
            for key in ("boxes", "labels")
            if boxes["boxes"].ndim == 3  # a single picture is mixed with itself
        }
        return {**boxes, **both}

    def change_labels(self, labels: Any, drawn: Any) -> Any:
        """Return labels, mixed in the same shares."""
        labels = ops.cast(labels, self.compute_dtype)
        others = ops.take(labels, drawn["permutation_order"], axis=0)
        return _mixed(labels, others, _label_weight(drawn["mix_weight"], labels))


class CutMix(RandomImageLayer):
    """While training, put a rectangle of another picture of the batch into each, and mix labels.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the parameter of the Beta distribution that the share is drawn from, from 0 to 1;
        `f` stands for `(0, f)`.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Notes
    -----
    Call it with `{"images": …, "labels": …}`, labels one-hot, to mix both alike. A single picture
    stays as it is.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x, y = np.ones((2, 8, 8, 1)) * [[[[0]]], [[[1]]]], np.eye(2)
    >>> mixed = layers.CutMix(seed=3)({"images": x, "labels": y}, training=True)
    >>> mixed["images"].shape, mixed["labels"].sum(axis=1)
    ((2, 8, 8, 1), array([1., 1.], dtype=float32))

    References
    ----------
    Yun et al., "CutMix" (2019), https://arxiv.org/abs/1905.04899
    """

    moves_pixels = True

    def __init__(
        self,
        factor: Any = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw partners, rectangles and the shares that are left."""
        alpha = random.uniform((), *self.factor, seed=seed) + 1e-6
        share = random.beta((shape[0], 1, 1, 1), alpha, alpha, seed=seed)
        side = ops.sqrt(1.0 - share)
        masks, area = _rectangles(shape, side, side, seed)
        order = random.shuffle(np.arange(shape[0], dtype="int32"), seed=seed)
        return {"permutation_order": order, "batch_masks": masks, "mix_weight": 1.0 - area}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch with rectangles from others."""
        others = ops.take(x, drawn["permutation_order"], axis=0)
        return ops.where(drawn["batch_masks"], others, x)

    def change_labels(self, labels: Any, drawn: Any) -> Any:
        """Return labels, mixed by the areas."""
        labels = ops.cast(labels, self.compute_dtype)
        others = ops.take(labels, drawn["permutation_order"], axis=0)
        return _mixed(labels, others, _label_weight(drawn["mix_weight"], labels))
