"""Filters that look at the neighbours of each pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_engine.trace import op
from cornu_ops.image.layout import on_batch
from cornu_ops.joining import stack
from cornu_ops.values import Tensor, TensorLike, floating
from cornu_ops.windowed import depthwise_conv

_SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


def each_channel(x: Tensor, kernel: np.ndarray, padding: str = "same") -> Tensor:
    """Channels of a floating batch, each convolved by one kernel `(height, width)`."""
    tiled = np.repeat(kernel[:, :, None, None], x.shape[-1], axis=2).astype(x.dtype)
    return depthwise_conv(x, tiled, 1, padding, "channels_last")


def _bell(size: int, sigma: float) -> np.ndarray:
    place = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (place / sigma) ** 2)
    return weights / weights.sum()


def blurred(
    x: Tensor, size: Sequence[int], sigma: Sequence[float], padding: str = "same"
) -> Tensor:
    """A floating batch averaged with the weights of a bell curve, `(width, height)`."""
    across, down = (_bell(int(n), float(s)) for n, s in zip(size, sigma, strict=True))
    return each_channel(x, np.outer(down, across), padding)


@op
def gaussian_blur(
    images: TensorLike,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Tensor:
    """Images averaged with the weights of a bell curve; beyond the edge are zeros.

    Parameters
    ----------
    images
        `(batch, height, width, channels)` or one image, or channels first.
    kernel_size
        Width and height of the window.
    sigma
        Width of the bell along both.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> ops.image.gaussian_blur(np.ones((3, 3, 1), "float32"))[1, 1]
    array([0.99999994], dtype=float32)
    """
    return on_batch(
        "gaussian_blur", images, data_format, lambda x: blurred(floating(x), kernel_size, sigma)
    )


@op
def sobel_edges(images: TensorLike, data_format: str | None = None) -> Tensor:
    """Slopes of the brightness down and across, as a new last axis `[dy, dx]`.

    Examples
    --------
    >>> ops.image.sobel_edges(np.ones((1, 3, 3, 1), "float32"))[0, 1, 1, 0]
    array([0., 0.], dtype=float32)
    """

    def slope(kernel: np.ndarray) -> Tensor:
        return on_batch(
            "sobel_edges", images, data_format, lambda x: each_channel(floating(x), kernel)
        )

    return stack([slope(_SOBEL.T), slope(_SOBEL)], axis=-1)
