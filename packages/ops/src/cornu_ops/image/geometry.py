"""Images seen through a change of coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.image.filters import blurred
from cornu_ops.image.layout import choice, in_dtype_of, on_batch
from cornu_ops.image.sampling import FILL_MODES, ORDERS, pixels, sampled
from cornu_ops.joining import concatenate, stack
from cornu_ops.linalg import solve
from cornu_ops.movement import cut, flat, picked
from cornu_ops.values import Tensor, TensorLike, cast_value, floating, value


def _grid(height: int, width: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each pixel, to broadcast over a batch."""
    return np.arange(height, dtype=dtype)[None, :, None], np.arange(width, dtype=dtype)[None, None]


def _per_image(numbers: Tensor, count: int) -> list[Tensor]:
    """The first of the numbers that each image has, to broadcast over its pixels."""
    batch = numbers.shape[0]
    return [p.reshape(cut(numbers, 1, i, i + 1), shape=(batch, 1, 1)) for i in range(count)]


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
        `(d, …)`: where to look along each axis.
    order
        0: the nearest element; 1: interpolated between neighbours.
    fill_mode
        What lies beyond the edge: `"constant"`, `"nearest"`, `"wrap"`, `"mirror"` (about
        the middle of the edge element) or `"reflect"` (about the edge).
    fill_value
        The constant.

    Returns
    -------
    Tensor
        Of the shape of `coordinates` without the first axis.

    Examples
    --------
    >>> ops.image.map_coordinates([10.0, 20.0], [[0.25, 1.0, 3.0]], order=1)
    array([12.5, 20. ,  0. ], dtype=float32)
    """
    choice("fill_mode", fill_mode, FILL_MODES)
    choice("order", order, (0, 1))
    x, places = value(inputs), value(coordinates)
    if places.ndim < 2 or places.shape[0] != x.ndim:
        raise ShapeError(
            f"map_coordinates(): a tensor of shape {tuple(x.shape)} needs coordinates ({x.ndim}, "
            f"…), got {tuple(places.shape)}."
        )
    full, places = floating(x), floating(places)
    places = cast_value(places, full.dtype)
    rows = [picked(places, 0, i) for i in range(x.ndim)]
    elements = sampled(flat(full), tuple(x.shape), rows, order, fill_mode, fill_value)
    return in_dtype_of(x, elements)


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
        `(batch, height, width, channels)` or one image, or channels first.
    transform
        `(batch, 8)` or `(8,)`: the pixel at `(x, y)` is taken from
        `(a0 x + a1 y + a2, b0 x + b1 y + b2)` for `[a0, a1, a2, b0, b1, b2, 0, 0]`.
    interpolation
        `"nearest"` or `"bilinear"`.
    fill_mode
        As for `map_coordinates`.
    fill_value
        The constant.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> ops.image.affine_transform(image, [0, 1, 0, 1, 0, 0, 0, 0])[:, :, 0]
    array([[0., 2.],
           [1., 3.]], dtype=float32)
    """
    choice("interpolation", interpolation, ORDERS)
    choice("fill_mode", fill_mode, FILL_MODES)

    def moved(x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        full = floating(x)
        numbers = value(transform, full.dtype)
        if numbers.ndim == 1:
            numbers = p.expand(p.reshape(numbers, shape=(1, 8)), shape=(batch, 8))
        if tuple(numbers.shape) != (batch, 8):
            raise ShapeError(
                f"affine_transform(): transform must be (8,) or ({batch}, 8), got "
                f"{tuple(numbers.shape)}."
            )
        a0, a1, a2, b0, b1, b2 = _per_image(numbers, 6)
        down, across = _grid(height, width, full.dtype)
        column = p.add(p.add(p.mul(a0, across), p.mul(a1, down)), a2)
        row = p.add(p.add(p.mul(b0, across), p.mul(b1, down)), b2)
        return in_dtype_of(x, pixels(full, row, column, interpolation, fill_mode, fill_value))

    return on_batch("affine_transform", images, data_format, moved)


@op
def perspective_transform(
    images: TensorLike,
    start_points: TensorLike,
    end_points: TensorLike,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images seen from another side: four points of each are moved to four others.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    start_points, end_points
        `(batch, 4, 2)` or `(4, 2)`: points `(x, y)`, and where they come to lie; no three of
        them on one line.
    interpolation
        `"nearest"` or `"bilinear"`.
    fill_value
        What lies beyond the edge.
    data_format
        `"channels_last"` or `"channels_first"`.

    Raises
    ------
    ShapeError
        If the shapes of the points do not fit.

    Examples
    --------
    >>> image = np.arange(4, dtype="float32").reshape(2, 2, 1)
    >>> corners = [[0, 0], [1, 0], [0, 1], [1, 1]]
    >>> turned = [[1, 0], [1, 1], [0, 0], [0, 1]]
    >>> ops.image.perspective_transform(image, corners, turned)[:, :, 0].round(3)
    array([[2., 0.],
           [3., 1.]], dtype=float32)
    """
    choice("interpolation", interpolation, ORDERS)

    def seen(x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        full = floating(x)
        start, end = (_corners(points, batch, full.dtype) for points in (start_points, end_points))
        h0, h1, h2, h3, h4, h5, h6, h7 = _per_image(_homography(start, end), 8)
        down, across = _grid(height, width, full.dtype)
        depth = p.add(p.add(p.mul(h6, across), p.mul(h7, down)), 1.0)
        column = p.div(p.add(p.add(p.mul(h0, across), p.mul(h1, down)), h2), depth)
        row = p.div(p.add(p.add(p.mul(h3, across), p.mul(h4, down)), h5), depth)
        return in_dtype_of(x, pixels(full, row, column, interpolation, "constant", fill_value))

    return on_batch("perspective_transform", images, data_format, seen)


def _corners(points: TensorLike, batch: int, dtype: Any) -> Tensor:
    corners = value(points, dtype)
    if tuple(corners.shape) not in ((4, 2), (batch, 4, 2)):
        raise ShapeError(
            f"perspective_transform(): points must be (4, 2) or ({batch}, 4, 2), got "
            f"{tuple(corners.shape)}."
        )
    return p.expand(corners, shape=(batch, 4, 2))


def _homography(start: Tensor, end: Tensor) -> Tensor:
    """The eight numbers per image that map the end points back to the start points."""
    x, y, u, v = (picked(points, 2, i) for points in (start, end) for i in (0, 1))
    one, none = p.add(p.mul(u, 0.0), 1.0), p.mul(u, 0.0)
    of_x = [u, v, one, none, none, none, p.neg(p.mul(x, u)), p.neg(p.mul(x, v))]
    of_y = [none, none, none, u, v, one, p.neg(p.mul(y, u)), p.neg(p.mul(y, v))]
    rows = concatenate([stack(of_x, axis=-1), stack(of_y, axis=-1)], axis=1)
    return solve(rows, concatenate([x, y], axis=1))


@op
def elastic_transform(
    images: TensorLike,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Tensor:
    """Images distorted as if drawn on rubber (Simard et al., 2003).

    Each pixel is taken from a place `alpha` times a random field away: noise of deviation
    `sigma`, blurred by a bell curve of that width.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    alpha
        Strength of the distortion.
    sigma
        Its smoothness, in pixels: a known number.
    interpolation
        `"nearest"` or `"bilinear"`.
    fill_mode, fill_value
        As for `map_coordinates`.
    seed
        Whole number, `cornu.random.SeedGenerator`, or `None` for the global generator.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.image.elastic_transform(np.ones((8, 8, 3), "float32"), seed=0).shape
    (8, 8, 3)
    """
    from cornu_ops.random import normal

    choice("interpolation", interpolation, ORDERS)
    choice("fill_mode", fill_mode, FILL_MODES)
    width_of_bell = int(6 * sigma) | 1

    def distorted(x: Tensor) -> Tensor:
        batch, height, width, _ = x.shape
        full = floating(x)
        noise = normal((batch, height, width, 2), 0.0, float(sigma), full.dtype, seed)
        field = p.mul(blurred(noise, (width_of_bell,) * 2, (sigma,) * 2), value(alpha, full.dtype))
        down, across = _grid(height, width, full.dtype)
        row, column = p.add(down, picked(field, 3, 0)), p.add(across, picked(field, 3, 1))
        return in_dtype_of(x, pixels(full, row, column, interpolation, fill_mode, fill_value))

    return on_batch("elastic_transform", images, data_format, distorted)
