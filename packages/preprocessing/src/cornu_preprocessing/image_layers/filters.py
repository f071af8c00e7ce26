"""Pictures sharpened and blurred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_ops import random
from cornu_preprocessing.image_layers.base import RandomImageLayer
from cornu_preprocessing.image_layers.ranges import chance_range, value_range_of

__all__ = ["RandomGaussianBlur", "RandomSharpness", "blurred"]

_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], "float32") / 13


class RandomSharpness(RandomImageLayer):
    """While training, make pictures sharper or smoother.

    Parameters
    ----------
    factor : float or (float, float)
        From 0 to 1: 0 smooths, 0.5 changes nothing, 1 sharpens; `f` stands for `(0, f)`.
    value_range : (float, float)
        The lowest and the highest value of a pixel; results are held within.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.pad(np.float32([[130]]), 2).reshape(1, 5, 5, 1)
    >>> layers.RandomSharpness((0.0, 0.0))(x, training=True)[0, 2, :, 0].round(3)
    array([ 0., 10., 50., 10.,  0.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Draw how sharp each picture becomes."""
        return {"factor": self.per_picture(shape, *self.factor, seed)}

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, sharper or smoother."""
        kernel = np.repeat(_SMOOTH[:, :, None, None], x.shape[-1], axis=2).astype(x.dtype)
        smooth = ops.depthwise_conv(
            x, kernel, strides=1, padding="same", data_format="channels_last"
        )
        share = 1.0 - 2.0 * ops.cast(drawn["factor"], x.dtype)
        return ops.clip(x + share * (smooth - x), *self.value_range)


class RandomGaussianBlur(RandomImageLayer):
    """While training, blur some of the pictures.

    Parameters
    ----------
    factor : float or (float, float)
        Range of the probability, from 0 to 1; `f` stands for `(0, f)`.
    kernel_size : int or (int, int)
        Width and height of the window, odd numbers.
    sigma : float or (float, float)
        Range of the width of the bell in pixels, from 0 to 1; `s` stands for `(0, s)`. One number
        is drawn across and one down, for the whole batch.
    value_range : (float, float)
        The lowest and the highest value of a pixel; results are held within.
    data_format : "channels_last" or "channels_first", optional
    seed : int, optional
        Makes the draws the same in every run.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.RandomGaussianBlur((1.0, 1.0), sigma=(1.0, 1.0))
    >>> layer(np.full((1, 3, 3, 1), 100.0), training=True)[0, 1, 1].round(3)
    array([100.], dtype=float32)
    """

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: int | Sequence[int] = 3,
        sigma: float | Sequence[float] = 1.0,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = chance_range("factor", factor)
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        if len(sizes) != 2 or any(size < 1 or size % 2 != 1 for size in sizes):
            raise ValueError(f"kernel_size is one odd number or two; it is {kernel_size!r}.")
        self.kernel_size = sizes
        self.sigma = chance_range("sigma", sigma)
        self.value_range = value_range_of(value_range)

    def draw(self, shape: Sequence[int], seed: Any) -> dict[str, Any]:
        """Choose the pictures to blur, and draw the widths across and down."""
        return {
            "should_apply_blur": self.chosen(shape, self.factor, seed),
            "blur_factor": random.uniform((2,), *self.sigma, seed=seed) + 1e-6,
        }

    def change(self, x: Any, drawn: Any, interpolation: str | None = None) -> Any:
        """Return a batch, some of it blurred."""
        y = blurred(x, self.kernel_size, drawn["blur_factor"])
        return ops.clip(ops.where(drawn["should_apply_blur"], y, x), *self.value_range)


def blurred(x: Any, kernel_size: Sequence[int], sigma: Any) -> Any:
    """Return a batch, blurred by a bell whose two widths may be drawn; beyond the edge are zeros.

    Parameters
    ----------
    x : tensor
        `(batch, height, width, channels)`.
    kernel_size : (int, int)
        Width and height of the window.
    sigma : tensor
        Of shape (2,): the widths across and down.
    """
    across, down = (
        _bell(size, ops.cast(sigma[i], x.dtype), x.dtype) for i, size in enumerate(kernel_size)
    )
    for kernel in (ops.reshape(down, (-1, 1, 1, 1)), ops.reshape(across, (1, -1, 1, 1))):
        kernel = ops.tile(kernel, (1, 1, x.shape[-1], 1))
        x = ops.depthwise_conv(x, kernel, strides=1, padding="same", data_format="channels_last")
    return x


def _bell(size: int, sigma: Any, dtype: Any) -> Any:
    place = (np.arange(size) - (size - 1) / 2).astype(dtype)
    weights = ops.exp(-0.5 * ops.square(place / sigma))
    return weights / ops.sum(weights)
