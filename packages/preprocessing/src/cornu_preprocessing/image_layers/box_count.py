"""The same number of boxes for every picture."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu_preprocessing.image_layers.base import ImageLayer

__all__ = ["MaxNumBoundingBoxes"]


class MaxNumBoundingBoxes(ImageLayer):
    """Cut boxes off, or fill them up, to the same number for every picture.

    Pictures stay as they are. Done while training and afterwards.

    Parameters
    ----------
    max_number : int
        How many boxes each picture has in the result.
    fill_value : int
        What boxes and labels are filled up with.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy")
    >>> boxes = {"boxes": np.ones((1, 2, 4)), "labels": np.array([[7, 8]])}
    >>> result = layer({"images": np.ones((1, 8, 8, 3)), "bounding_boxes": boxes})
    >>> result["bounding_boxes"]["labels"]
    array([[ 7,  8, -1]])
    """

    def __init__(
        self,
        max_number: int,
        fill_value: int = -1,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.max_number = int(max_number)
        self.fill_value = int(fill_value)
        if self.max_number < 0:
            raise ValueError(f"max_number={max_number!r} must be 0 or more.")

    def transform_images(
        self, images: Any, transformation: dict[str, Any] | None = None, training: bool = True
    ) -> Any:
        """Return the pictures as they are."""
        return images

    def transform_bounding_boxes(
        self,
        bounding_boxes: dict[str, Any],
        transformation: dict[str, Any] | None = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Return the first boxes, and behind them what fills up."""
        boxes = super().transform_bounding_boxes(bounding_boxes)
        axis = boxes["boxes"].ndim - 2
        parts = {key: self._sized(boxes[key], axis) for key in ("boxes", "labels")}
        return {**boxes, **parts}

    def _sized(self, x: Any, axis: int) -> Any:
        count = x.shape[axis]
        x = x[(slice(None),) * axis + (slice(self.max_number),)]
        margins = [(0, 0)] * x.ndim
        margins[axis] = (0, max(self.max_number - count, 0))
        return ops.pad(x, margins, constant_values=self.fill_value)
