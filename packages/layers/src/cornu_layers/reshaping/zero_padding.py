"""Zeros around the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.reshaping.base import Rearrangement
from cornu_layers.spatial import Spatial

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class BaseZeroPadding(Rearrangement, Spatial):
    """Zeros around `rank` axes; a subclass says which rank."""

    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.padding = validation.margins(self, "padding", padding, self.rank)
        self.data_format = validation.data_format(self, data_format)

    @property
    def _sides(self) -> tuple[tuple[int, int], ...]:
        return (self.padding,) if self.rank == 1 else self.padding

    def call(self, inputs: Any) -> Any:
        """Return the inputs with zeros around them."""
        self.check_places(inputs.shape)
        widths = [(0, 0)] * (self.rank + 2)
        for axis, sides in zip(self.spatial_axes, self._sides, strict=True):
            widths[axis] = sides
        return ops.pad(inputs, widths)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with the zeros counted in."""
        return self.resized(input_shape, lambda size, i: size + sum(self._sides[i]))


class ZeroPadding1D(BaseZeroPadding):
    """Put steps of zeros before and after a sequence.

    Parameters
    ----------
    padding : int or (int, int)
        How many on both sides, or before and after.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ZeroPadding1D((1, 2))(np.ones((2, 4, 3), "float32")).shape
    (2, 7, 3)
    """

    rank = 1


class ZeroPadding2D(BaseZeroPadding):
    """Put zeros around an image.

    Parameters
    ----------
    padding : int, (int, int) or ((int, int), (int, int))
        How many on all sides; per axis; or top and bottom, left and right.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 5, 8, 3)
    """

    rank = 2


class ZeroPadding3D(BaseZeroPadding):
    """Put zeros around a volume.

    Parameters
    ----------
    padding : int, three int, or three (int, int)
        How many on all sides; per axis; or before and after per axis.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ZeroPadding3D(1)(np.ones((1, 4, 4, 4, 3), "float32")).shape
    (1, 6, 6, 6, 3)
    """

    rank = 3

    def __init__(
        self,
        padding: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(padding, data_format, **kwargs)
