"""What all layers over pictures share: layouts, single pictures, and what is drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cornu_ops as ops
from cornu.base import Layer
from cornu_engine.errors import DataError, ShapeError
from cornu_ops import random
from cornu_preprocessing.bounding_boxes.formats import FORMATS, convert_format, known_format
from cornu_preprocessing.bounding_boxes.placement import clip_to_image_size
from cornu_preprocessing.image.layout import standard_format
from cornu_preprocessing.image_layers.boxes import filled_up

__all__ = ["ImageLayer", "RandomImageLayer"]


class ImageLayer(Layer):
    """Base class of layers that change pictures.

    A subclass writes `change(x, drawn)` for a batch with channels last. Called with a dict, a layer
    changes its `"images"`, and what belongs to them: `"segmentation_masks"` and
    `"bounding_boxes"` where pixels move, `"labels"` where pictures are mixed.

    Parameters
    ----------
    data_format : "channels_last" or "channels_first", optional
    bounding_box_format : str, optional
        How the boxes of a dict are written, as of `cornu.utils.bounding_boxes.convert_format`.
    """

    always = True  # whether inference is changed too
    moves_pixels = False
    interpolation = "bilinear"

    def __init__(
        self,
        data_format: str | None = None,
        bounding_box_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = standard_format(data_format)
        if bounding_box_format is not None:
            bounding_box_format = known_format("bounding_box_format", bounding_box_format)
        self.bounding_box_format = bounding_box_format

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

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return "xyxy" boxes, in pixels, moved with the pixels of pictures of a size."""
        raise DataError(
            f"{self.name} moves pixels in a way that boxes cannot follow. Leave bounding_boxes "
            "out of the dict."
        )

    def size_after(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return height and width of what pictures of a size become."""
        return size

    # What users call.

    def call(self, data: Any, training: bool | None = True) -> Any:
        """Return the pictures, changed."""
        if isinstance(data, dict) and "images" not in data:
            raise DataError(
                f"{self.name} changes the 'images' of a dict; this one has {list(data)}."
            )
        images = data["images"] if isinstance(data, dict) else data
        drawn = self.get_random_transformation(images, training=bool(training))
        if not isinstance(data, dict):
            return self.transform_images(images, drawn, bool(training))
        transforms = {
            "images": self.transform_images,
            "labels": self.transform_labels,
            "bounding_boxes": self.transform_bounding_boxes,
            "segmentation_masks": self.transform_segmentation_masks,
        }
        changed = {
            key: transform(data[key], drawn, bool(training))
            for key, transform in transforms.items()
            if key in data
        }
        return {**data, **changed}

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
        given = tuple(images.shape)
        generator = getattr(self, "generator", None) if seed is None else seed
        drawn = self.draw(self._standard(given), generator)
        return {**(drawn or {}), "input_shape": given}

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

    def transform_bounding_boxes(
        self,
        bounding_boxes: dict[str, Any],
        transformation: dict[str, Any] | None = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Return boxes that moved with the pixels of the pictures, in the same format.

        What leaves the picture is cut off; the label of a box of which nothing is left is -1.

        Parameters
        ----------
        bounding_boxes : dict
            "boxes" of shape (batch, boxes, 4) and "labels" of shape (batch, boxes); or lists of
            arrays, one for each picture, which are filled up with boxes of zeros labelled -1; or
            those of one picture.
        transformation : dict
            As `get_random_transformation` returns.
        training : bool
        """
        if self.bounding_box_format is None:
            raise DataError(
                f"{self.name} was given bounding_boxes, and does not know how they are written: "
                f"{type(self).__name__}(bounding_box_format='xyxy'), or one of "
                f"{', '.join(FORMATS[1:])}."
            )
        boxes = filled_up(bounding_boxes, self.name)
        if not self.moves_pixels or transformation is None or not (training or self.always):
            return boxes
        _, height, width, _ = self._standard(tuple(transformation["input_shape"]))
        written = self.bounding_box_format
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        boxes = convert_format(boxes, written, "xyxy", height, width, dtype)
        single = boxes["boxes"].ndim == 2
        batch = ops.expand_dims(boxes["boxes"], 0) if single else boxes["boxes"]
        moved = self.change_boxes(batch, transformation, (height, width))
        moved = ops.squeeze(moved, 0) if single else moved
        height, width = self.size_after((height, width))
        boxes = clip_to_image_size({**boxes, "boxes": moved}, height, width)
        return convert_format(boxes, "xyxy", written, height, width, dtype)

    def _converted(self, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
        if not args or not isinstance(args[0], dict) or "bounding_boxes" not in args[0]:
            return super()._converted(args, kwargs)
        # Boxes stay as they are: half precision would round places, and lists may differ in length.
        data = dict(args[0])
        boxes = data.pop("bounding_boxes")
        (data, *others), kwargs = super()._converted((data, *args[1:]), kwargs)
        return ({**data, "bounding_boxes": boxes}, *others), kwargs

    def _standard(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a batch with channels last, for that of pictures as they are given."""
        shape = self._checked(shape)
        shape = (1, *shape) if len(shape) == 3 else shape
        return shape if self.data_format == "channels_last" else (shape[0], *shape[2:], shape[1])

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
