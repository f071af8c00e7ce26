"""Pictures at another size."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import ImageLayer

__all__ = ["Resizing"]

_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


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
    Input ``(batch, height, width, channels)`` or one picture, of any dtype; output of that dtype.

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
        self.height = height
        self.width = width
        self.interpolation = checked("interpolation", interpolation, _INTERPOLATIONS)
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
