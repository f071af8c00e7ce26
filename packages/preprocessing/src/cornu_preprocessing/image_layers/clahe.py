"""Contrast brought out everywhere in a picture, tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_preprocessing.image_layers.base import ImageLayer
from cornu_preprocessing.image_layers.ranges import value_range_of

__all__ = ["ContrastLimitedAdaptiveHistogramEqualization"]

_VALUES = 256


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Spread the values of each channel evenly over the range, in each part of each picture.

    A picture is cut into tiles. The values of a tile are replaced by the fraction of its values
    that are not above; between the middles of tiles the tables are interpolated. Done while
    training and afterwards.

    Parameters
    ----------
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    clip_limit : float
        How many times the mean count a value may count in a tile, which limits the contrast of
        plain areas; 0 for no limit.
    tile_grid_size : (int, int)
        How many tiles down and across.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    >>> x = np.random.default_rng(0).normal(100, 5, size=(1, 16, 16, 1))
    >>> bool(layer(x).std() > 2 * x.std())
    True

    References
    ----------
    Zuiderveld, "Contrast Limited Adaptive Histogram Equalization" (1994), Graphics Gems IV
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Sequence[int] = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range)
        self.clip_limit = clip_limit
        self.tile_grid_size = tuple(tile_grid_size)
        if len(self.tile_grid_size) != 2 or any(n < 1 for n in self.tile_grid_size):
            raise ValueError(
                f"tile_grid_size is how many tiles there are down and across; it is "
                f"{tile_grid_size!r}."
            )

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, equalised."""
        low, high = self.value_range
        batch, height, width, channels = x.shape
        grid = self.tile_grid_size
        tile = [-(-size // count) for size, count in zip((height, width), grid, strict=True)]
        margins = [tile[i] * grid[i] - size for i, size in enumerate((height, width))]
        scaled = ops.clip((x - low) * (255.0 / (high - low)), 0.0, 255.0)
        whole = ops.cast(scaled, "int32")
        values = ops.pad(
            whole, [(0, 0), (0, margins[0]), (0, margins[1]), (0, 0)], mode="symmetric"
        )
        tables = self._tables(values, tile)
        places = [_neighbours(size, tile[i], grid[i]) for i, size in enumerate((height, width))]
        own = np.arange(batch, dtype="int32").reshape(-1, 1, 1, 1) * (grid[0] * grid[1])
        channel = np.arange(channels, dtype="int32")
        total: Any = 0.0
        for row, share_down in places[0]:
            for column, share_across in places[1]:
                spot = own + row.reshape(1, -1, 1, 1) * grid[1] + column.reshape(1, 1, -1, 1)
                equalised = ops.take(tables, (spot * channels + channel) * _VALUES + whole)
                share = share_down.reshape(1, -1, 1, 1) * share_across.reshape(1, 1, -1, 1)
                total = total + equalised * share
        return ops.cast(total * ((high - low) / 255.0) + low, x.dtype)

    def _tables(self, values: Any, tile: Sequence[int]) -> Any:
        """What each value becomes, in one row: by batch, tile down and across, channel, value."""
        batch, height, width, channels = values.shape
        grid = self.tile_grid_size
        row = (np.arange(height) // tile[0]).reshape(1, -1, 1, 1)
        column = (np.arange(width) // tile[1]).reshape(1, 1, -1, 1)
        own = np.arange(batch).reshape(-1, 1, 1, 1) * grid[0]
        part = ((own + row) * grid[1] + column) * channels + np.arange(channels)
        places = ops.reshape(values + (part * _VALUES).astype("int32"), (-1,))
        count = batch * grid[0] * grid[1] * channels
        counts = ops.reshape(ops.bincount(places, minlength=count * _VALUES), (count, _VALUES))
        counts = ops.cast(counts, "float32")
        pixels = float(tile[0] * tile[1])
        if self.clip_limit > 0:
            kept = ops.minimum(counts, self.clip_limit * pixels / _VALUES)
            counts = kept + ops.sum(counts - kept, axis=-1, keepdims=True) / _VALUES
        below = ops.cumsum(counts, axis=-1)
        first = below[:, :1]
        rest = ops.where(ops.equal(first, pixels), 1.0, pixels - first)
        return ops.reshape(ops.clip((below - first) * 255.0 / rest, 0.0, 255.0), (-1,))


def _neighbours(size: int, tile: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The tiles before and after each pixel along an axis, and their shares."""
    place = ((np.arange(size) - tile / 2) / tile).astype("float32")
    low = np.floor(place)
    share = place - low
    before, after = (np.clip(edge, 0, count - 1).astype("int32") for edge in (low, low + 1))
    return [(before, 1 - share), (after, share)]
