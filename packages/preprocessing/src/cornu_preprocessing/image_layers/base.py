"""What all layers over pictures share: layouts, single pictures, and what is drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu import ops, random
from cornu.base import Layer
from cornu.errors import DataError, ShapeError
from cornu_preprocessing.image.layout import standard_format

__all__ = ["ImageLayer", "RandomImageLayer"]


class ImageLayer(Layer):
    """Base class of layers that change pictures.

    A subclass writes `change(x, drawn)` for a batch with channels last. Called with a dict, a layer
    changes its ``"images"``, and what belongs to them: ``"segmentation_masks"`` where pixels move,
    ``"labels"`` where pictures are mixed.

    Parameters
    ----------
    data_format : "channels_last" or "channels_first", optional
    """

    always = True  # whether inference is changed too
    moves_pixels = False
    interpolation = "bilinear"

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standard_format(data_format)

    # What a subclass writes.

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any] | None:
        """Return what is drawn for a batch of this shape, channels last."""
        return None

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch with channels last, changed by what was drawn."""
        raise NotImplementedError(f"{type(self).__name__} must define change(self, x, drawn).")

    def change_labels(self, labels: Any, drawn: Any) -> Any:
        """Return the labels that fit the changed pictures."""
        return labels

    # What users call.

    def call(self, data: Any, training: bool | None = True) -> Any:
        """Return the pictures, changed."""
        images = data["images"] if isinstance(data, dict) else data
        drawn = self.get_random_transformation(images, training=bool(training))
        if not isinstance(data, dict):
            return self.transform_images(images, drawn, bool(training))
        if "bounding_boxes" in data:
            raise DataError(
                f"{self.name} changes pictures, labels and segmentation masks; it does not move "
                "bounding_boxes. Leave them out of the dict."
            )
        result = {**data, "images": self.transform_images(images, drawn, bool(training))}
        if "labels" in data:
            result["labels"] = self.transform_labels(data["labels"], drawn, bool(training))
        if "segmentation_masks" in data:
            result["segmentation_masks"] = self.transform_segmentation_masks(
                data["segmentation_masks"], drawn, bool(training)
            )
        return result

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Any = None
    ) -> dict[str, Any] | None:
        """Return what is drawn for these pictures, as the methods below take it.

        Parameters
        ----------
        data : tensor or dict
        training : bool
            Without it nothing is drawn.
        seed : int or SeedGenerator, optional
            By default the layer's own generator.
        """
        if not (training or self.always):
            return None
        images = data["images"] if isinstance(data, dict) else data
        shape = self._checked(tuple(images.shape))
        if len(shape) == 3:
            shape = (1, *shape)
        if self.data_format == "channels_first":
            shape = (shape[0], *shape[2:], shape[1])
        return self.draw(shape, getattr(self, "generator", None) if seed is None else seed)

    def transform_images(
        self, images: Any, transformation: dict[str, Any] | None = None, training: bool = True
    ) -> Any:
        """Return pictures changed by what was drawn."""
        x = ops.cast(images, self.compute_dtype)
        if not (training or self.always):
            return x
        return self._on_batch(x, lambda batch: self.change(batch, transformation))

    def transform_labels(
        self, labels: Any, transformation: dict[str, Any] | None = None, training: bool = True
    ) -> Any:
        """Return the labels that fit the changed pictures."""
        return self.change_labels(labels, transformation) if training else labels

    def transform_segmentation_masks(
        self, masks: Any, transformation: dict[str, Any] | None = None, training: bool = True
    ) -> Any:
        """Return masks whose pixels moved with those of the pictures."""
        if not self.moves_pixels or not (training or self.always):
            return masks
        x = ops.cast(masks, self.compute_dtype)
        changed = self._on_batch(x, lambda batch: self.change(batch, transformation, "nearest"))
        return ops.cast(changed, masks.dtype)

    def _checked(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(shape) not in (3, 4):
            raise ShapeError(
                f"{self.name} takes a picture (height, width, channels) or a batch (None, height, "
                f"width, channels); the input has shape {shape}."
            )
        return shape

    def _on_batch(self, x: Any, function: Callable[[Any], Any]) -> Any:
        single = len(self._checked(tuple(x.shape))) == 3
        first = self.data_format == "channels_first"
        x = ops.expand_dims(x, 0) if single else x
        x = function(ops.transpose(x, (0, 2, 3, 1)) if first else x)
        x = ops.transpose(x, (0, 3, 1, 2)) if first else x
        return ops.squeeze(x, 0) if single else x


class RandomImageLayer(ImageLayer):
    """Base class of layers that change pictures while training only, each one otherwise.

    Parameters
    ----------
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional
    """

    always = False

    def __init__(
        self, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.seed = seed
        self.generator = random.SeedGenerator(seed)

    def per_picture(self, shape: Sequence[int], low: float, high: float, seed: Any) -> Any:
        """Draw one number for each picture, shape (batch, 1, 1, 1)."""
        return random.uniform((shape[0], 1, 1, 1), low, high, seed=seed)

    def chosen(self, shape: Sequence[int], chance: tuple[float, float], seed: Any) -> Any:
        """Choose pictures with a probability from a range, shape (batch, 1, 1, 1), bool."""
        likely = self.per_picture(shape, *chance, seed)
        return ops.less(self.per_picture(shape, 0.0, 1.0, seed), likely)
