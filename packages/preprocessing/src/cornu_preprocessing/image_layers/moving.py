"""Pictures rotated, zoomed, shifted and sheared: each is one matrix and one resampling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_preprocessing.bounding_boxes.placement import around
from cornu_preprocessing.image.layout import checked
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.ranges import symmetric_range

__all__ = ["RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom"]

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("bilinear", "nearest")


def _matrix(*numbers: Any) -> Any:
    """Rows [a0, a1, a2, b0, b1, b2, 0, 0] for numbers of shape (batch, 1, 1, 1), or plain ones."""
    (batch,) = {n.shape[0] for n in numbers if hasattr(n, "shape")}
    columns = [
        ops.reshape(n, (batch, 1)) if hasattr(n, "shape") else ops.full((batch, 1), float(n))
        for n in (*numbers, 0, 0)
    ]
    return ops.concatenate(columns, axis=1)


class RandomMove(RandomImageLayer):
    """Base class of layers that move pixels by a matrix, which a subclass draws.

    Parameters
    ----------
    fill_mode : "reflect", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    interpolation : "bilinear" or "nearest"
    fill_value : float
        The constant.
    """

    moves_pixels = True

    def __init__(
        self, fill_mode: str, interpolation: str, fill_value: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.fill_mode = checked("fill_mode", fill_mode, FILL_MODES)
        self.interpolation = checked("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, moved."""
        return ops.image.affine_transform(
            x,
            ops.cast(drawn["matrix"], x.dtype),
            interpolation=interpolation or self.interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format="channels_last",
        )

    def change_boxes(self, boxes: Any, drawn: Any, size: tuple[int, int]) -> Any:
        """Return boxes around what those of a batch enclose, moved."""
        matrix = ops.cast(drawn["matrix"], boxes.dtype)
        a, b, c, d, e, f = (matrix[:, i, None, None] for i in range(6))
        # The matrix leads from a pixel to the one it is taken from; boxes go the other way.
        scale = 1.0 / (a * e - b * d)
        return around(
            boxes,
            lambda x, y: (
                scale * (e * (x - c) - b * (y - f)),
                scale * (a * (y - f) - d * (x - c)),
            ),
        )


class RandomRotation(RandomMove):
    r"""While training, rotate pictures about their middle.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the angle as a fraction of a full turn, from -1 to 1; `f` stands for `(-f, f)`.
        Positive angles turn against the clock.
    fill_mode : "reflect", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    interpolation : "bilinear" or "nearest"
    seed : int, optional
        Makes the draws the same in every run.
    fill_value : float
        The constant.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> layers.RandomRotation((0.25, 0.25))(x, training=True)[0, :, :, 0].round(4)
    array([[1., 3.],
           [0., 2.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.factor = symmetric_range("factor", factor)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw angles, and the matrices that turn by them."""
        turn = self.per_picture(shape, *self.factor, seed)
        angle = turn * (2 * math.pi)
        cosine, sine = ops.cos(angle), ops.sin(angle)
        x, y = (shape[2] - 1) / 2, (shape[1] - 1) / 2
        matrix = _matrix(
            cosine, -sine, x - x * cosine + y * sine, sine, cosine, y - x * sine - y * cosine
        )
        return {"angle": turn * 360.0, "matrix": matrix}


class RandomZoom(RandomMove):
    """While training, zoom pictures about their middle.

    Parameters
    ----------
    height_factor : float or (float, float)
        Range of the zoom down, from -1 to 1; `f` stands for `(-f, f)`. Positive numbers zoom out:
        0.2 shows 20 % more of the picture, and what lies beyond its edge.
    width_factor : float or (float, float), optional
        Of the zoom across; by default that of the height, so that nothing is distorted.
    fill_mode : "reflect", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    interpolation : "bilinear" or "nearest"
    seed : int, optional
        Makes the draws the same in every run.
    fill_value : float
        The constant.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.arange(5.0).reshape(1, 1, 5, 1)
    >>> layers.RandomZoom(0.0, (-0.5, -0.5))(x, training=True)[0, 0, :, 0]
    array([1. , 1.5, 2. , 2.5, 3. ], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.height_factor = symmetric_range("height_factor", height_factor)
        self.width_factor = (
            None if width_factor is None else symmetric_range("width_factor", width_factor)
        )

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw zooms, and their matrices."""
        down = self.per_picture(shape, *self.height_factor, seed) + 1.0
        across = down
        if self.width_factor is not None:
            across = self.per_picture(shape, *self.width_factor, seed) + 1.0
        x, y = (shape[2] - 1) / 2, (shape[1] - 1) / 2
        matrix = _matrix(across, 0, x * (1.0 - across), 0, down, y * (1.0 - down))
        return {"height_zoom": down, "width_zoom": across, "matrix": matrix}


class RandomTranslation(RandomMove):
    """While training, shift pictures.

    Parameters
    ----------
    height_factor, width_factor : float or (float, float)
        Ranges of the shifts as fractions of height and width, from -1 to 1; `f` stands for
        `(-f, f)`. Positive numbers shift down and to the right.
    fill_mode : "reflect", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    interpolation : "bilinear" or "nearest"
    seed : int, optional
        Makes the draws the same in every run.
    fill_value : float
        The constant.
    data_format : "channels_last" or "channels_first", optional

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> layers.RandomTranslation(0.0, (0.25, 0.25), "constant")(x, training=True)[0, 0, :, 0]
    array([0., 0., 1., 2.], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.height_factor = symmetric_range("height_factor", height_factor)
        self.width_factor = symmetric_range("width_factor", width_factor)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw shifts in pixels, and their matrices."""
        down = self.per_picture(shape, *self.height_factor, seed) * float(shape[1])
        across = self.per_picture(shape, *self.width_factor, seed) * float(shape[2])
        return {
            "height_shift": down,
            "width_shift": across,
            "matrix": _matrix(1, 0, -across, 0, 1, -down),
        }


class RandomShear(RandomMove):
    """While training, shear pictures from their upper left corner.

    Parameters
    ----------
    x_factor, y_factor : float or (float, float)
        Ranges of the shift across per row and down per column, from -1 to 1; `f` stands for
        `(-f, f)`.
    interpolation : "bilinear" or "nearest"
    fill_mode : "reflect", "wrap", "constant" or "nearest"
        What lies beyond the edge.
    fill_value : float
        The constant.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.RandomShear(0.2, 0.2, seed=0)(np.ones((2, 5, 5, 3)), training=True).shape
    (2, 5, 5, 3)
    """

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format, **kwargs
        )
        self.x_factor = symmetric_range("x_factor", x_factor)
        self.y_factor = symmetric_range("y_factor", y_factor)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw shears, their sign, and their matrices."""
        sign = ops.where(ops.greater(self.per_picture(shape, 0.0, 1.0, seed), 0.5), -1.0, 1.0)
        down = self.per_picture(shape, *self.y_factor, seed) * sign
        across = self.per_picture(shape, *self.x_factor, seed) * sign
        matrix = _matrix(1, across, 0, down, 1, 0)
        return {"x_shear": across, "y_shear": down, "matrix": matrix}
