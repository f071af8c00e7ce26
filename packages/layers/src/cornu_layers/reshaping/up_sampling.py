"""The same image with more places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.reshaping.base import Rearrangement
from cornu_layers.spatial import Spatial

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class BaseUpSampling(Rearrangement, Spatial):
    """More places along `rank` axes; a subclass says which rank."""

    size: Any
    interpolation = "nearest"

    @property
    def _factors(self) -> tuple[int, ...]:
        return (self.size,) if self.rank == 1 else self.size

    def call(self, inputs: Any) -> Any:
        """Return the inputs with more places."""
        self.check_places(inputs.shape)
        for axis, factor in zip(self.spatial_axes, self._factors, strict=True):
            inputs = _stretched(inputs, axis, factor, self.interpolation)
        return inputs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with the sizes multiplied."""
        return self.resized(input_shape, lambda size, i: size * self._factors[i])


class UpSampling1D(BaseUpSampling):
    """Repeat each step of a sequence.

    Parameters
    ----------
    size : int
        How often.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.UpSampling1D(2)(np.array([[[1.0], [2.0]]], "float32"))[0, :, 0]
    array([1., 1., 2., 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.size = validation.positive_int(self, "size", size)


class UpSampling2D(BaseUpSampling):
    """Make an image larger.

    Parameters
    ----------
    size : int or (int, int)
        Factors of height and width.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    interpolation : {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}
        Repeat each place, or draw a line, a cubic or a windowed sinc between places.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.UpSampling2D((1, 2), interpolation="bilinear")
    >>> layer(np.array([[[[0.0], [4.0]]]], "float32"))[0, 0, :, 0]
    array([0., 1., 3., 4.], dtype=float32)
    """

    rank = 2

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.size = validation.int_tuple(self, "size", size, 2)
        self.data_format = validation.data_format(self, data_format)
        known = ("nearest", *_KERNELS)
        self.interpolation = validation.choice(self, "interpolation", interpolation, known)


class UpSampling3D(BaseUpSampling):
    """Repeat each place of a volume.

    Parameters
    ----------
    size : int or (int, int, int)
        How often along each axis.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.UpSampling3D((1, 2, 3))(np.ones((1, 2, 2, 2, 1), "float32")).shape
    (1, 2, 4, 6, 1)
    """

    rank = 3

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2, 2),
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.size = validation.int_tuple(self, "size", size, 3)
        self.data_format = validation.data_format(self, data_format)


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1.0 - np.abs(x))


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys' cubic with a = -1/2."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x <= 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(radius: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.where(np.abs(x) < radius, np.sinc(x) * np.sinc(x / radius), 0.0)


_KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}


def _stretched(x: Any, axis: int, factor: int, interpolation: str) -> Any:
    if factor == 1:
        return x
    if interpolation == "nearest":
        return ops.repeat(x, factor, axis=axis)
    size = x.shape[axis]
    # places lie in the middle of their cells
    at = (np.arange(size * factor) + 0.5) / factor - 0.5
    weights = _KERNELS[interpolation](at[:, None] - np.arange(size))
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(x.dtype)
    last = len(x.shape) - 1
    order = [i for i in range(last + 1) if i != axis]
    stretched = ops.matmul(ops.transpose(x, (*order, axis)), weights.T)
    return ops.moveaxis(stretched, last, axis)
