"""Parts of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.bounding_boxes.placement import crop
from cornu_preprocessing.image_layers.base import ImageLayer, RandomImageLayer

__all__ = ["CenterCrop", "RandomCrop"]


def _middle(x: Any, height: int, width: int, interpolation: str | None) -> Any:
    """The largest part in the middle that has the aspect ratio, at the wanted size."""
    return ops.image.resize(
        x,
        (height, width),
        interpolation=interpolation or "bilinear",
        crop_to_aspect_ratio=True,
        data_format="channels_last",
    )


def _in_middle(boxes: Any, size: tuple[int, int], height: int, width: int) -> Any:
    """Boxes of pictures of a size, as they lie in what `_middle` returns."""
    rows, columns = size
    down = max(min(rows, columns * height // width), 1)
    across = max(min(columns, rows * width // height), 1)
    part = crop(boxes, (rows - down) // 2, (columns - across) // 2, down, across)
    return part * np.array([width / across, height / down] * 2, part.dtype)


class CenterCrop(ImageLayer):
    """Cut out the middle of pictures, while training and afterwards.

    Parameters
    ----------
    height, width : int
        Size of the result. A picture that is smaller is enlarged first, without distortion.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.CenterCrop(1, 2)(np.arange(12.0).reshape(3, 4, 1))[:, :, 0]
    array([[5., 6.]], dtype=float32)
    """

    moves_pixels = True

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height: int = whole("height", height)
        self.width: int = whole("width", width)

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return the middle of a batch."""
        rows, columns = x.shape[1:3]
        if rows < self.height or columns < self.width:
            return _middle(x, self.height, self.width, interpolation)
        top, left = (rows - self.height) // 2, (columns - self.width) // 2
        return x[:, top : top + self.height, left : left + self.width]

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes as they lie in the middle."""
        rows, columns = size
        if rows < self.height or columns < self.width:
            return _in_middle(boxes, size, self.height, self.width)
        top, left = (rows - self.height) // 2, (columns - self.width) // 2
        return crop(boxes, top, left, self.height, self.width)

    def size_after(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the result."""
        return self.height, self.width


class RandomCrop(RandomImageLayer):
    """While training, cut pictures out at a random place, the same for the whole batch.

    Afterwards, and where pictures are smaller than the result, the largest part in the middle that
    has its aspect ratio is resized to it.

    Parameters
    ----------
    height, width : int
        Size of the result.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomCrop(2, 3, seed=0)(np.ones((1, 8, 8, 1)), training=True).shape
    (1, 2, 3, 1)
    """

    always = True  # the size changes in inference too
    moves_pixels = True

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.height: int = whole("height", height)
        self.width: int = whole("width", width)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Any = None
    ) -> dict[str, Any] | None:
        """Return the place of the upper left corner, none for the middle."""
        if training:
            return super().get_random_transformation(data, training, seed)
        images = data["images"] if isinstance(data, dict) else data
        return {"input_shape": tuple(images.shape)}

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any] | None:
        """Return the place of the upper left corner, none for the middle."""
        rows, columns = shape[1:3]
        if rows < self.height or columns < self.width:
            return None
        return {
            "top": random.randint((), 0, rows - self.height + 1, seed=seed),
            "left": random.randint((), 0, columns - self.width + 1, seed=seed),
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, cut out."""
        if not drawn or "top" not in drawn:
            return _middle(x, self.height, self.width, interpolation)
        x = ops.take(x, drawn["top"] + np.arange(self.height, dtype="int32"), axis=1)
        return ops.take(x, drawn["left"] + np.arange(self.width, dtype="int32"), axis=2)

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes as they lie in what was cut out."""
        if "top" not in drawn:
            return _in_middle(boxes, size, self.height, self.width)
        top, left = (ops.cast(drawn[side], boxes.dtype) for side in ("top", "left"))
        return crop(boxes, top, left, self.height, self.width)

    def size_after(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the result."""
        return self.height, self.width
