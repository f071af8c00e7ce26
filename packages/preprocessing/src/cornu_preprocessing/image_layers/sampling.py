"""Pictures looked at in real places, each picture in its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import cornu_ops as ops

__all__ = ["FOLDS", "sampled"]


def _mirrored(place: Any, size: int) -> Any:
    turn = max(1.0, 2.0 * (size - 1))
    place = ops.mod(place, turn)
    return ops.minimum(place, turn - place) if size > 1 else place * 0.0


def _reflected(place: Any, size: int) -> Any:
    place = ops.mod(place, 2.0 * size)
    return ops.minimum(place, 2.0 * size - 1.0 - place)


def _clipped(place: Any, size: int) -> Any:
    return ops.clip(place, 0.0, size - 1.0)


# Where a whole place beyond the edge is found within it, by fill mode.
FOLDS: dict[str, Callable[[Any, int], Any]] = {
    "constant": _clipped,
    "nearest": _clipped,
    "wrap": lambda place, size: ops.mod(place, float(size)),
    "mirror": _mirrored,
    "reflect": _reflected,
}


def sampled(
    x: Any, row: Any, column: Any, interpolation: str, fill_mode: str, fill_value: float
) -> Any:
    """Return the pixels of each picture at real places.

    Parameters
    ----------
    x : tensor
        `(batch, height, width, channels)`.
    row, column : tensor
        `(batch, rows, columns)`, the same for all channels.
    interpolation : "bilinear" or "nearest"
    fill_mode : "constant", "nearest", "wrap", "mirror" or "reflect"
    fill_value : float
    """
    batch, height, width, channels = x.shape
    table = ops.reshape(x, (batch * height * width, channels))
    own = np.arange(batch, dtype="int32").reshape(-1, 1, 1) * (height * width)
    rows = _neighbours(row, height, interpolation, fill_mode)
    columns = _neighbours(column, width, interpolation, fill_mode)
    total: Any = 0.0
    for (down, within_down, share_down), (across, within_across, share_across) in itertools.product(
        rows, columns
    ):
        pixels = ops.take(table, (own + down * width) + across, axis=0)
        if fill_mode == "constant":
            inside = ops.logical_and(within_down, within_across)
            pixels = ops.where(ops.expand_dims(inside, -1), pixels, fill_value)
        share = ops.expand_dims(share_down * share_across, -1)
        total = total + pixels * ops.cast(share, x.dtype)
    return total


def _neighbours(
    place: Any, size: int, interpolation: str, fill_mode: str
) -> list[tuple[Any, Any, Any]]:
    """The whole places beside real ones along an axis, which are within it, and their shares."""
    low = ops.floor(place) if interpolation == "bilinear" else ops.floor(place + 0.5)
    rest = place - low
    both = [(low, 1.0 - rest), (low + 1.0, rest)]
    if interpolation == "nearest":
        both = [(low, ops.ones_like(low))]
    return [
        (
            ops.cast(FOLDS[fill_mode](spot, size), "int32"),
            _within(spot, size) if fill_mode == "constant" else None,
            share,
        )
        for spot, share in both
    ]


def _within(place: Any, size: int) -> Any:
    return ops.logical_and(ops.greater_equal(place, 0.0), ops.less(place, float(size)))
