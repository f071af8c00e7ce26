"""Pictures mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_preprocessing.bounding_boxes.formats import joined, sides
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import RandomImageLayer

__all__ = ["RandomFlip"]

_AXES = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}


class RandomFlip(RandomImageLayer):
    """While training, mirror half of the pictures.

    Parameters
    ----------
    mode : "horizontal", "vertical" or "horizontal_and_vertical"
        Left to right, top to bottom, or both at once.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.tile(np.arange(3.0), (8, 1)).reshape(8, 1, 3, 1)
    >>> y = layers.RandomFlip("horizontal", seed=0)(x, training=True)
    >>> np.unique(y[..., 0], axis=0)[:, 0]
    array([[0., 1., 2.],
           [2., 1., 0.]], dtype=float32)
    """

    moves_pixels = True

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = checked("mode", mode, _AXES)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose the pictures to mirror."""
        return {"flips": ops.less_equal(self.per_picture(shape, 0.0, 1.0, seed), 0.5)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it mirrored."""
        return ops.where(drawn["flips"], ops.flip(x, axis=_AXES[self.mode]), x)

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return the boxes of a batch, some of them mirrored."""
        x1, y1, x2, y2 = sides(boxes)
        height, width = size
        if 2 in _AXES[self.mode]:
            x1, x2 = width - x2, width - x1
        if 1 in _AXES[self.mode]:
            y1, y2 = height - y2, height - y1
        return ops.where(ops.reshape(drawn["flips"], (-1, 1, 1)), joined(x1, y1, x2, y2), boxes)
