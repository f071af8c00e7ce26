"""Pooling over any number of axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.base import Layer
from cornu_layers import arguments
from cornu_layers.checks import check_rank
from cornu_layers.windows import axis_names, slid_shape, spatial_axes


class BasePooling(Layer):
    """Reduce windows over `rank` axes; a subclass says which rank and how.

    The arguments are those of `MaxPooling2D`.
    """

    one_input = True
    stateless = True
    rank: int
    reduce: Callable[..., Any]

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = arguments.int_tuple("pool_size", pool_size, self.rank)
        self.strides = arguments.int_tuple(
            "strides", pool_size if strides is None else strides, self.rank
        )
        self.padding = arguments.choice("padding", padding, ("valid", "same"))
        self.data_format = arguments.data_format(data_format)

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
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        return slid_shape(self, input_shape, channels, self.pool_size)


class BaseGlobalPooling(Layer):
    """Reduce each channel to one number; a subclass says over how many axes and how.

    The arguments are those of `GlobalAveragePooling2D`.
    """

    one_input = True
    stateless = True
    rank: int
    reduce: Callable[..., Any]

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = arguments.data_format(data_format)
        self.keepdims = keepdims

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are reduced."""
        return spatial_axes(self.rank, self.data_format)

    def call(self, inputs: Any) -> Any:
        """Return one number per channel."""
        check_rank(self, inputs.shape, axis_names(self.rank, self.data_format))
        return type(self).reduce(inputs, axis=self.axes, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch size and the channels, with sizes of 1 between if `keepdims`."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        if self.keepdims:
            return tuple(1 if i in self.axes else n for i, n in enumerate(input_shape))
        return tuple(n for i, n in enumerate(input_shape) if i not in self.axes)
