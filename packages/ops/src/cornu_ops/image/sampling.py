"""Pixels at real coordinates: the nearest one, or a mean of the neighbours."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_ops.indexing import joint_positions
from cornu_ops.values import Tensor, cast_value

FILL_MODES = ("constant", "mirror", "nearest", "reflect", "wrap")
ORDERS = {"nearest": 0, "bilinear": 1}


def _folded(place: Tensor, size: int, fill_mode: str) -> Tensor:
    """Whole positions brought back within an axis, as the fill mode says."""
    if fill_mode == "wrap":
        return p.mod(place, size)
    if fill_mode == "mirror":  # about the middle of the edge element
        turn = max(1, 2 * (size - 1))
        place = p.mod(place, turn)
        return p.minimum(place, p.sub(turn, place)) if size > 1 else p.mul(place, 0)
    if fill_mode == "reflect":  # about the edge itself
        place = p.mod(place, 2 * size)
        return p.minimum(place, p.sub(2 * size - 1, place))
    return p.maximum(0, p.minimum(size - 1, place))


def _neighbours(place: Tensor, order: int) -> list[tuple[Tensor, Tensor | None]]:
    """The whole positions around real ones, each with its share (None where it is the only one)."""
    low = p.floor(place) if order else p.floor(p.add(place, 0.5))
    whole = cast_value(low, np.int32)
    if not order:
        return [(whole, None)]
    rest = p.sub(place, low)
    return [(whole, p.sub(1.0, rest)), (p.add(whole, 1), rest)]


def _joined(parts: Sequence[Any], join: Any) -> Any:
    """What `join` makes of all parts but None; None of none."""
    joined = None
    for part in parts:
        if part is not None:
            joined = part if joined is None else join(joined, part)
    return joined


def sampled(
    table: Tensor,
    sizes: Sequence[int],
    places: Sequence[Tensor],
    order: int,
    fill_mode: str,
    fill: Any,
    start: Any = None,
) -> Tensor:
    """Elements at real coordinates.

    Parameters
    ----------
    table
        One element, or one row of them, for each position along axes of `sizes`, in order.
    sizes
        Of the axes.
    places
        Where to look along each axis: tensors of one shape.
    order
        0: the nearest element; 1: a mean of the neighbours.
    fill_mode, fill
        What lies beyond the edge.
    start
        Position in `table` that coordinates count from, 0 by default.
    """
    total = None
    for corner in itertools.product(*(_neighbours(place, order) for place in places)):
        rows = list(zip((at for at, _ in corner), sizes, strict=True))
        spots = [_folded(at, size, fill_mode) for at, size in rows]
        elements = p.gather(table, _joined([joint_positions(spots, sizes), start], p.add), axis=0)
        if fill_mode == "constant":
            inside = [p.and_(p.le(0, at), p.lt(at, size)) for at, size in rows]
            elements = p.where(_in_front(_joined(inside, p.and_), elements), elements, fill)
        share = _joined([share for _, share in corner], p.mul)
        part = elements if share is None else p.mul(elements, _in_front(share, elements))
        total = part if total is None else p.add(total, part)
    return total


def _in_front(x: Tensor, like: Tensor) -> Tensor:
    """`x` with axes of size 1 behind its own, as many as `like` has more."""
    more = like.ndim - x.ndim
    return p.reshape(x, shape=(*x.shape, *(1,) * more)) if more else x


def pixels(
    x: Tensor, row: Tensor, column: Tensor, interpolation: str, fill_mode: str, fill: Any
) -> Tensor:
    """All channels of images at real positions `(batch, rows, columns)` of their own image."""
    batch, height, width, channels = x.shape
    table = p.reshape(x, shape=(batch * height * width, channels))
    own = np.arange(batch, dtype=np.int32).reshape(batch, 1, 1) * (height * width)
    sizes, places = (height, width), (row, column)
    return sampled(table, sizes, places, ORDERS[interpolation], fill_mode, fill, own)
