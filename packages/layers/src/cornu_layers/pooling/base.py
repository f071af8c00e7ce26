"""Pooling over any number of axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cornu_layers import validation
from cornu_layers.spatial import Spatial
from cornu_layers.windows import Sliding

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class BasePooling(Sliding):
    """Reduce windows over `rank` axes; a subclass says which rank and how.

    The arguments are those of `MaxPooling2D`.
    """

    stateless = True
    reduce: Callable[..., Any]

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = validation.int_tuple(self, "pool_size", pool_size, self.rank)
        self.strides = validation.int_tuple(
            self, "strides", pool_size if strides is None else strides, self.rank
        )
        self.padding = validation.choice(self, "padding", padding, self.paddings)
        self.data_format = validation.data_format(self, data_format)

    def call(self, inputs: Any) -> Any:
        """Return the reduced windows."""
        self.compute_output_shape(inputs.shape)  # refuses another rank, and too small an input
        return type(self).reduce(
            inputs,
            self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape after the window has slid over the input."""
        return self.slid_shape(input_shape, self.pool_size)


class BaseGlobalPooling(Spatial):
    """Reduce each channel to one number; a subclass says over how many axes and how.

    The arguments are those of `GlobalAveragePooling2D`.
    """

    stateless = True
    reduce: Callable[..., Any]

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Unpack[LayerOptions]
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = validation.data_format(self, data_format)
        self.keepdims = keepdims

    def call(self, inputs: Any) -> Any:
        """Return one number per channel."""
        self.check_places(inputs.shape)
        return type(self).reduce(inputs, axis=self.spatial_axes, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch size and the channels, with sizes of 1 between if `keepdims`."""
        self.check_places(input_shape)
        axes = self.spatial_axes
        if self.keepdims:
            return tuple(1 if i in axes else n for i, n in enumerate(input_shape))
        return tuple(n for i, n in enumerate(input_shape) if i not in axes)


class BaseAdaptivePooling(Spatial):
    """Reduce `rank` axes to given sizes; a subclass says which rank and how.

    The arguments are those of `AdaptiveAveragePooling2D`.
    """

    stateless = True
    reduce: Callable[..., Any]

    def __init__(
        self,
        output_size: int | Sequence[int],
        data_format: str | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.output_size = validation.int_tuple(self, "output_size", output_size, self.rank)
        self.data_format = validation.data_format(self, data_format)

    def call(self, inputs: Any) -> Any:
        """Return the reduced parts."""
        self.check_places(inputs.shape)
        return type(self).reduce(inputs, self.output_size, data_format=self.data_format)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape with `output_size` put in."""
        self.check_places(input_shape)
        shape = list(input_shape)
        for axis, size in zip(self.spatial_axes, self.output_size, strict=True):
            shape[axis] = size
        return tuple(shape)
