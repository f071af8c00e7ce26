"""Colour spaces."""

from __future__ import annotations

import numpy as np

from cornu_engine.dtypes import float_limits
from cornu_engine.errors import DtypeError, ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.contraction import product_of
from cornu_ops.image.layout import on_batch
from cornu_ops.movement import cut, joined
from cornu_ops.values import Tensor, TensorLike, cast_value, floating, is_floating

_GREY = (0.2989, 0.5870, 0.1140)  # ITU-R BT.601


def _planes(name: str, x: Tensor, counts: tuple[int, ...] = (3,)) -> list[Tensor]:
    if x.shape[-1] not in counts:
        raise ShapeError(f"{name}() takes {counts[0]} channels, got shape {tuple(x.shape)}.")
    return [cut(x, 3, i, i + 1) for i in range(x.shape[-1])]


def _fractions(name: str, x: Tensor) -> Tensor:
    if not is_floating(x):
        raise DtypeError(
            f"{name}() takes floats from 0 to 1, got dtype {x.dtype}; divide by 255 first."
        )
    return x


@op
def rgb_to_grayscale(images: TensorLike, data_format: str | None = None) -> Tensor:
    """Brightness `0.2989 r + 0.587 g + 0.114 b` as the only channel.

    Parameters
    ----------
    images
        `(batch, height, width, 3)` or one image, or channels first.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.image.rgb_to_grayscale(np.ones((2, 2, 3), "float32")).shape
    (2, 2, 1)
    """

    def grey(x: Tensor) -> Tensor:
        if len(_planes("rgb_to_grayscale", x, (3, 1))) == 1:
            return x
        full = floating(x)
        weights = np.asarray(_GREY, full.dtype).reshape(3, 1)
        return cast_value(product_of(full, weights), x.dtype)

    return on_batch("rgb_to_grayscale", images, data_format, grey)


@op
def rgb_to_hsv(images: TensorLike, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value of red, green and blue, all from 0 to 1.

    Parameters
    ----------
    images
        Floats `(batch, height, width, 3)` or one image, or channels first.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.image.rgb_to_hsv(np.float32([[[0.0, 0.5, 0.0]]]))[0, 0]
    array([0.33333334, 1.        , 0.5       ], dtype=float32)
    """

    def converted(x: Tensor) -> Tensor:
        x = _fractions("rgb_to_hsv", x)
        tiny = float(float_limits(x.dtype).eps)
        x = p.where(p.lt(p.abs(x), tiny), 0.0, x)
        r, g, b = _planes("rgb_to_hsv", x)
        top = p.maximum(p.maximum(r, g), b)
        spread = p.sub(top, p.minimum(p.minimum(r, g), b))
        coloured = p.lt(0.0, spread)
        sixth = p.div(1.0 / 6.0, p.where(coloured, spread, 1.0))
        from_green = p.add(p.mul(sixth, p.sub(b, r)), 1.0 / 3.0)
        from_blue = p.add(p.mul(sixth, p.sub(r, g)), 2.0 / 3.0)
        hue = p.where(p.eq(top, g), from_green, from_blue)
        hue = p.where(p.eq(top, r), p.mul(sixth, p.sub(g, b)), hue)
        hue = p.where(p.lt(hue, 0.0), p.add(hue, 1.0), hue)
        bright = p.lt(0.0, top)
        saturation = p.where(bright, p.div(spread, p.where(bright, top, 1.0)), 0.0)
        return joined([p.where(coloured, hue, 0.0), saturation, top], 3)

    return on_batch("rgb_to_hsv", images, data_format, converted)


@op
def hsv_to_rgb(images: TensorLike, data_format: str | None = None) -> Tensor:
    """Red, green and blue of hue, saturation and value: the inverse of `rgb_to_hsv`.

    Examples
    --------
    >>> ops.image.hsv_to_rgb(np.float32([[[0.0, 1.0, 0.5]]]))[0, 0]
    array([0.5, 0. , 0. ], dtype=float32)
    """

    def converted(x: Tensor) -> Tensor:
        hue, saturation, top = _planes("hsv_to_rgb", _fractions("hsv_to_rgb", x))
        turn = p.mul(p.mod(hue, 1.0), 6.0)

        def plane(offset: float) -> Tensor:
            # each colour is a trapezoid of the hue: full for two sixths of the turn, off for two
            k = p.mod(p.add(turn, offset), 6.0)
            dip = p.maximum(0.0, p.minimum(1.0, p.minimum(k, p.sub(4.0, k))))
            return p.sub(top, p.mul(p.mul(top, saturation), dip))

        return joined([plane(5.0), plane(3.0), plane(1.0)], 3)

    return on_batch("hsv_to_rgb", images, data_format, converted)
