"""Pictures at another size."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import ImageLayer

__all__ = ["Resizing"]

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class Resizing(ImageLayer):
    """Resize pictures, while training and afterwards.

    Parameters
    ----------
    height, width : int
        Size of the result.
    interpolation : "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5"
    crop_to_aspect_ratio, pad_to_aspect_ratio : bool
        Cut the sides off that do not fit, or put `fill_value` beside the picture, instead of
        distorting.
    fill_mode : "constant"
    fill_value : float
    antialias : bool
        Whether to average over what falls between two pixels of a smaller picture.
    data_format : "channels_last" or "channels_first", optional

    Notes
    -----
    Input `(batch, height, width, channels)` or one picture, of any dtype; output of that dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Resizing(2, 3)(np.ones((1, 4, 4, 1), "float32")).shape
    (1, 2, 3, 1)
    """

    moves_pixels = True

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height: int = whole("height", height)
        self.width: int = whole("width", width)
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("Pass crop_to_aspect_ratio or pad_to_aspect_ratio, not both.")
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = checked("fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = antialias

    def transform_images(
        self, images: Any, transformation: dict[str, Any] | None = None, training: bool = True
    ) -> Any:
        """Return the pictures, resized; their dtype stays."""
        return self._on_batch(images, lambda batch: self.change(batch, None))

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, resized."""
        return ops.image.resize(
            x,
            (self.height, self.width),
            interpolation=interpolation or self.interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format="channels_last",
        )

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes, scaled; those that only fill up, all 0 or all -1, become 0."""
        scales = [new / old for new, old in zip((self.height, self.width), size, strict=True)]
        shifts = [0, 0]
        if self.pad_to_aspect_ratio or self.crop_to_aspect_ratio:
            scales = [min(scales) if self.pad_to_aspect_ratio else max(scales)] * 2
            margins = (self.height - size[0] * scales[0], self.width - size[1] * scales[1])
            shifts = [int(margin / 2) for margin in margins]  # whole pixels, as in Keras
        scale, shift = (np.array(pair[::-1] * 2, boxes.dtype) for pair in (scales, shifts))
        filling = ops.logical_or(ops.equal(boxes, -1), ops.equal(boxes, 0))
        return ops.where(ops.all(filling, axis=-1, keepdims=True), 0.0, boxes * scale + shift)

    def size_after(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the result."""
        return self.height, self.width
