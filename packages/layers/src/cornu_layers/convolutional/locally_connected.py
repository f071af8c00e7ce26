"""Convolution without sharing: a kernel of its own for each place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.base import InputSpec, Layer
from cornu_layers import arguments
from cornu_layers.checks import check_rank, known_size
from cornu_layers.windows import axis_names, slid_shape, spatial_axes


class BaseLocallyConnected(Layer):
    """Locally connected layer over `rank` axes; a subclass says which rank.

    The arguments are those of `LocallyConnected2D`.
    """

    one_input = True

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = arguments.positive_int("filters", filters)
        self.kernel_size = arguments.int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = arguments.int_tuple("strides", strides, self.rank)
        self.padding = arguments.choice("padding", padding, ("valid",))
        self.data_format = arguments.data_format(data_format)
        self.activation = arguments.activation(activation)
        self.use_bias = use_bias
        arguments.keep(
            self,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self.implementation = implementation

    @property
    def channel_axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make a kernel and a bias for each place."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        channels = known_size(self, input_shape, self.channel_axis, "channels")
        axes = spatial_axes(self.rank, self.data_format)
        for axis in axes:
            known_size(self, input_shape, axis, "places")
        output_shape = self.compute_output_shape(input_shape)
        places = tuple(int(output_shape[axis] or 0) for axis in axes)
        inputs = math.prod(self.kernel_size) * channels
        self.kernel = arguments.add_parameter(
            self, "kernel", (math.prod(places), inputs, self.filters)
        )
        self.bias = (
            arguments.add_parameter(self, "bias", (*places, self.filters))
            if self.use_bias
            else None
        )
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))

    def call(self, inputs: Any) -> Any:
        """Return the activation of the product at each place."""
        first = self.data_format == "channels_first"
        shape = self.compute_output_shape(inputs.shape)
        axes = spatial_axes(self.rank, self.data_format)
        places = tuple(int(shape[axis] or 0) for axis in axes)
        patches = self._patches(inputs, places, axes)
        products = ops.matmul(ops.transpose(patches, (1, 0, 2)), self.kernel)
        outputs = ops.transpose(products, (1, 0, 2))
        outputs = ops.reshape(outputs, (inputs.shape[0], *places, self.filters))
        if self.bias is not None:
            outputs = outputs + self.bias
        if first:
            outputs = ops.transpose(outputs, (0, self.rank + 1, *range(1, self.rank + 1)))
        return outputs if self.activation is None else self.activation(outputs)

    def _patches(self, inputs: Any, places: tuple[int, ...], axes: tuple[int, ...]) -> Any:
        """Return what each place sees, `(batch, places, numbers)`."""
        batch = inputs.shape[0]
        channels = inputs.shape[self.channel_axis]
        taps = []
        for offsets in itertools.product(*map(range, self.kernel_size)):
            cut: list[Any] = [slice(None)] * len(inputs.shape)
            for axis, start, count, step in zip(axes, offsets, places, self.strides, strict=True):
                cut[axis] = slice(start, start + (count - 1) * step + 1, step)
            tap = inputs[tuple(cut)]
            if self.data_format == "channels_first":
                tap = ops.transpose(tap, (0, *axes, 1))
            taps.append(ops.reshape(tap, (batch, math.prod(places), channels)))
        # Keras lays the numbers of a patch out as they lie in the input
        axis = 3 if self.data_format == "channels_first" and self.rank > 1 else 2
        stacked = ops.stack(taps, axis=axis)
        return ops.reshape(stacked, (batch, math.prod(places), len(taps) * channels))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape after the kernels have stood at every place."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        return slid_shape(self, input_shape, self.filters, self.kernel_size)


class LocallyConnected1D(BaseLocallyConnected):
    r"""Like `Conv1D`, but with a kernel and a bias of its own for each step.

    $y_{t,f} = g\left(b_{t,f} + \sum_{i,c} x_{s t + i,\, c}\, W_{t,i,c,f}\right)$

    Parameters
    ----------
    filters, kernel_size, strides, activation, use_bias
        As in `Conv1D`.
    padding : {"valid"}
        Nothing is put around the input.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer
        As in `Conv1D`.
    activity_regularizer, kernel_constraint, bias_constraint
        As in `Conv1D`.
    implementation
        Accepted for Keras' sake.

    Notes
    -----
    Weights: `kernel` `(steps, kernel_size * channels, filters)`, `bias` `(steps, filters)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.LocallyConnected1D(4, 3)(np.ones((2, 10, 3), "float32")).shape
    (2, 8, 4)
    """

    rank = 1


class LocallyConnected2D(BaseLocallyConnected):
    r"""Like `Conv2D`, but with a kernel and a bias of its own for each place.

    $y_{p,f} = g\left(b_{p,f} + \sum_{i,c} x_{s p + i,\, c}\, W_{p,i,c,f}\right)$

    Parameters
    ----------
    filters, kernel_size, strides, activation, use_bias
        As in `Conv2D`.
    padding : {"valid"}
        Nothing is put around the input.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer
        As in `Conv2D`.
    activity_regularizer, kernel_constraint, bias_constraint
        As in `Conv2D`.
    implementation
        Accepted for Keras' sake.

    Notes
    -----
    Weights: `kernel` `(height * width, numbers in a patch, filters)` with places row by row, `bias`
    `(height, width, filters)`; sizes are those of the output.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.LocallyConnected2D(4, 3)(np.ones((2, 8, 7, 3), "float32")).shape
    (2, 6, 5, 4)
    """

    rank = 2
