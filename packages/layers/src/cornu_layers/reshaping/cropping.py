"""The edges cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import where
from cornu_layers.reshaping.base import Rearrangement
from cornu_layers.spatial import Spatial

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class BaseCropping(Rearrangement, Spatial):
    """Edges cut off `rank` axes; a subclass says which rank."""

    cropping: Any

    @property
    def _sides(self) -> tuple[tuple[int, int], ...]:
        return (self.cropping,) if self.rank == 1 else self.cropping

    def call(self, inputs: Any) -> Any:
        """Return the inputs without their edges."""
        self.compute_output_shape(inputs.shape)  # refuses another rank, and to leave nothing
        cut: list[Any] = [slice(None)] * (self.rank + 2)
        for axis, (before, after) in zip(self.spatial_axes, self._sides, strict=True):
            cut[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(cut)]

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape without the edges."""

        def left(size: int, i: int) -> int:
            cut = sum(self._sides[i])
            if size <= cut:
                raise ShapeError(
                    f"{where(self)} cuts {cut} off axis {self.spatial_axes[i]}, where its input of "
                    f"shape {show_shape(input_shape)} has only {size}. Cut less."
                )
            return size - cut

        return self.resized(input_shape, left)


class Cropping1D(BaseCropping):
    """Cut steps off the ends of a sequence.

    Parameters
    ----------
    cropping : int or (int, int)
        How many on both sides, or before and after.

    Raises
    ------
    ShapeError
        When nothing would be left.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Cropping1D((1, 2))(np.ones((2, 8, 3), "float32")).shape
    (2, 5, 3)
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        self.cropping = validation.margins(self, "cropping", cropping, 1)


class Cropping2D(BaseCropping):
    """Cut the edges off an image.

    Parameters
    ----------
    cropping : int, (int, int) or ((int, int), (int, int))
        How much on all sides; per axis; or top and bottom, left and right.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.

    Raises
    ------
    ShapeError
        When nothing would be left.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Cropping2D(((1, 0), (2, 2)))(np.ones((1, 8, 8, 3), "float32")).shape
    (1, 7, 4, 3)
    """

    rank = 2

    def __init__(
        self,
        cropping: Any = ((0, 0), (0, 0)),
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = validation.margins(self, "cropping", cropping, 2)
        self.data_format = validation.data_format(self, data_format)


class Cropping3D(BaseCropping):
    """Cut the edges off a volume.

    Parameters
    ----------
    cropping : int, three int, or three (int, int)
        How much on all sides; per axis; or before and after per axis.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.

    Raises
    ------
    ShapeError
        When nothing would be left.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Cropping3D(1)(np.ones((1, 8, 8, 8, 3), "float32")).shape
    (1, 6, 6, 6, 3)
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.cropping = validation.margins(self, "cropping", cropping, 3)
        self.data_format = validation.data_format(self, data_format)
