"""Images seen through a change of coordinates."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.engine.primitives.table import p
from cornu.engine.trace import op
from cornu.errors import ShapeError
from cornu.ops.image.layout import choice, on_batch
from cornu.ops.indexing import joint_positions
from cornu.ops.movement import cut, flat
from cornu.ops.values import Tensor, TensorLike, cast_value, floating, value

_FILL_MODES = ("constant", "mirror", "nearest", "reflect", "wrap")
_ORDERS = {"nearest": 0, "bilinear": 1}


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


def sampled(
    x: Tensor, coordinates: Sequence[Tensor], order: int, fill_mode: str, fill: Any
) -> Tensor:
    """Elements of ``x`` at real coordinates, one tensor of them per axis."""
    sides = []
    for place in coordinates:
        low = p.floor(place) if order else p.floor(p.add(place, 0.5))
        rest = p.sub(place, low)
        low = cast_value(low, np.int32)
        sides.append([(low, p.sub(1.0, rest)), (p.add(low, 1), rest)] if order else [(low, None)])
    line, total = flat(x), None
    for corner in itertools.product(*sides):
        spots, weight, inside = [], None, None
        for (place, share), size in zip(corner, x.shape, strict=True):
            spots.append(_folded(place, size, fill_mode))
            within = p.and_(p.le(0, place), p.lt(place, size))
            inside = within if inside is None else p.and_(inside, within)
            if share is not None:
                weight = share if weight is None else p.mul(weight, share)
        found = p.gather(line, joint_positions(spots, x.shape), axis=0)
        if fill_mode == "constant":
            found = p.where(inside, found, fill)
        part = found if weight is None else p.mul(found, weight)
        total = part if total is None else p.add(total, part)
    return total


@op
def map_coordinates(
    inputs: TensorLike,
    coordinates: TensorLike,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0,
) -> Tensor:
    """Elements of a tensor at real coordinates.

    Parameters
    ----------
    inputs
        Tensor with d axes.
    coordinates
        ``(d, …)``: where to look along each axis.
    order
        0: the nearest element; 1: interpolated between neighbours.
    fill_mode
        What lies beyond the edge: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"`` (about
        the middle of the edge element) or ``"reflect"`` (about the edge).
    fill_value
        The constant.

    Returns
    -------
    Tensor
        Of the shape of ``coordinates`` without the first axis.

    Examples
    --------
    >>> ops.image.map_coordinates([10.0, 20.0], [[0.25, 1.0, 3.0]], order=1)
    array([12.5, 20. ,  0. ], dtype=float32)
    """
    choice("fill_mode", fill_mode, _FILL_MODES)
    choice("order", order, (0, 1))
    x, places = value(inputs), value(coordinates)
    if places.ndim < 2 or places.shape[0] != x.ndim:
        raise ShapeError(
            f"map_coordinates(): a tensor of shape {tuple(x.shape)} needs coordinates "
            f"({x.ndim}, …), got {tuple(places.shape)}."
        )
    full, places = floating(x), floating(places)
    places = cast_value(places, full.dtype)
    rows = [
        p.reshape(cut(places, 0, i, i + 1), shape=tuple(places.shape[1:])) for i in range(x.ndim)
    ]
    found = sampled(full, rows, order, fill_mode, fill_value)
    return cast_value(p.round(found) if x.dtype.kind in "iu" else found, x.dtype)


@op
def affine_transform(
    images: TensorLike,
    transform: TensorLike,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images rotated, sheared, scaled and moved.

    Parameters
    ----------
    images
        ``(batch, height, width, channels)`` or one image, or channels first.
    transform
        ``(batch, 8)`` or ``(8,)``: the pixel at ``(x, y)`` is taken from
        ``(a0 x + a1 y + a2, b0 x + b1 y + b2)`` for ``[a0, a1, a2, b0, b1, b2, 0, 0]``.
    interpolation
        ``"nearest"`` or ``"bilinear"``.
    fill_mode
        As for :func:`map_coordinates`.
    fill_value
        The constant.
    data_format
        ``"channels_last"`` or ``"channels_first"``.

    Examples
    --------
    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> ops.image.affine_transform(image, [0, 1, 0, 1, 0, 0, 0, 0])[:, :, 0]
    array([[0., 2.],
           [1., 3.]], dtype=float32)
    """
    choice("interpolation", interpolation, _ORDERS)
    choice("fill_mode", fill_mode, _FILL_MODES)

    def moved(x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        full = floating(x)
        numbers = value(transform, full.dtype)
        if numbers.ndim == 1:
            numbers = p.expand(p.reshape(numbers, shape=(1, 8)), shape=(batch, 8))
        if tuple(numbers.shape) != (batch, 8):
            raise ShapeError(f"transform must be (8,) or ({batch}, 8), got {tuple(numbers.shape)}.")
        a0, a1, a2, b0, b1, b2 = (
            p.reshape(cut(numbers, 1, i, i + 1), shape=(batch, 1, 1)) for i in range(6)
        )
        down = np.arange(height, dtype=full.dtype)[None, :, None]
        across = np.arange(width, dtype=full.dtype)[None, None, :]
        column = p.add(p.add(p.mul(a0, across), p.mul(a1, down)), a2)
        row = p.add(p.add(p.mul(b0, across), p.mul(b1, down)), b2)
        found = _pixels(full, row, column, _ORDERS[interpolation], fill_mode, fill_value)
        return cast_value(p.round(found) if x.dtype.kind in "iu" else found, x.dtype)

    return on_batch("affine_transform", images, data_format, moved)


def _pixels(
    x: Tensor, row: Tensor, column: Tensor, order: int, fill_mode: str, fill: Any
) -> Tensor:
    """All channels at real positions (batch, rows, columns) of their own image."""
    batch, height, width, channels = x.shape
    table = p.reshape(x, shape=(batch * height * width, channels))
    own = np.arange(batch, dtype=np.int32).reshape(batch, 1, 1) * (height * width)
    axes = []
    for place in (row, column):
        low = p.floor(place) if order else p.floor(p.add(place, 0.5))
        rest, low = p.sub(place, low), cast_value(low, np.int32)
        axes.append([(low, p.sub(1.0, rest)), (p.add(low, 1), rest)] if order else [(low, None)])
    total = None
    for (down, share_down), (across, share_across) in itertools.product(*axes):
        spot = p.add(
            p.mul(_folded(down, height, fill_mode), width), _folded(across, width, fill_mode)
        )
        found = p.gather(table, p.add(spot, own), axis=0)
        if fill_mode == "constant":
            inside = p.and_(_within(down, height), _within(across, width))
            found = p.where(p.reshape(inside, shape=(*inside.shape, 1)), found, fill)
        if share_down is not None:
            weight = p.mul(share_down, share_across)
            found = p.mul(found, p.reshape(weight, shape=(*weight.shape, 1)))
        total = found if total is None else p.add(total, found)
    return total


def _within(place: Tensor, size: int) -> Tensor:
    return p.and_(p.le(0, place), p.lt(place, size))
