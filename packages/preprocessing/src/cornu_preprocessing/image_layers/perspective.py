"""Pictures as if seen from the side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.bounding_boxes.placement import around
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.moving import INTERPOLATIONS
from cornu_preprocessing.image_layers.ranges import chance_range
from cornu_preprocessing.image_layers.sampling import sampled

__all__ = ["RandomPerspective"]


class RandomPerspective(RandomImageLayer):
    """While training, move the corners of some of the pictures.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the probability, from 0 to 1; `f` stands for `(0, f)`.
    scale : float
        From 0 to 1: a corner moves by up to half that fraction of its distance from the upper left
        corner.
    interpolation : "bilinear" or "nearest"
    fill_value : float
        What lies beyond the edge.
    seed : int, optional
        Makes the draws the same in every run.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomPerspective((1.0, 1.0), scale=0.3, seed=0)
    >>> layer(np.ones((2, 8, 8, 3)), training=True).shape
    (2, 8, 8, 3)
    """

    moves_pixels = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        chance_range("scale", scale)
        self.scale = scale
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose pictures, and draw where their corners go."""
        batch, height, width = shape[:3]
        right, bottom = width - 1, height - 1
        corners = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], "float32")
        start = np.tile(corners, (batch, 1, 1))
        moved = random.uniform((batch, 4, 2), -0.5 * self.scale, 0.5 * self.scale, seed=seed)
        return {
            "apply_perspective": self.chosen(shape, self.factor, seed),
            "start_points": start,
            "end_points": start + start * moved,
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it in perspective."""
        h = _homography(drawn["start_points"], drawn["end_points"])
        h = [ops.reshape(h[:, i], (-1, 1, 1)) for i in range(8)]
        down = np.arange(x.shape[1], dtype="float32").reshape(1, -1, 1)
        across = np.arange(x.shape[2], dtype="float32").reshape(1, 1, -1)
        depth = h[6] * across + h[7] * down + 1.0
        column = (h[0] * across + h[1] * down + h[2]) / depth
        row = (h[3] * across + h[4] * down + h[5]) / depth
        how = interpolation or self.interpolation
        seen = sampled(x, row, column, how, "constant", self.fill_value)
        return ops.where(drawn["apply_perspective"], seen, x)

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes around what those of a batch enclose, some of it in perspective."""
        h = _homography(drawn["end_points"], drawn["start_points"])
        h = [ops.cast(h[:, i, None, None], boxes.dtype) for i in range(8)]

        def place(x: Any, y: Any) -> tuple[Any, Any]:
            depth = h[6] * x + h[7] * y + 1.0
            return (h[0] * x + h[1] * y + h[2]) / depth, (h[3] * x + h[4] * y + h[5]) / depth

        chosen = ops.reshape(drawn["apply_perspective"], (-1, 1, 1))
        return ops.where(chosen, around(boxes, place), boxes)


def _homography(start: Any, end: Any) -> Any:
    """The eight numbers that map the end points of each picture back to the start points."""
    (x, y), (u, v) = ((points[..., 0], points[..., 1]) for points in (start, end))
    one, zero = ops.ones_like(u), ops.zeros_like(u)
    rows = [
        ops.stack([u, v, one, zero, zero, zero, -x * u, -x * v], axis=-1),
        ops.stack([zero, zero, zero, u, v, one, -y * u, -y * v], axis=-1),
    ]
    target = ops.expand_dims(ops.concatenate([x, y], axis=-1), -1)
    return ops.squeeze(ops.solve(ops.concatenate(rows, axis=1), target), -1)
