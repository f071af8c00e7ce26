"""Convolution without sharing: a kernel of its own for each place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_layers import arguments, validation
from cornu_layers.checks import known_size
from cornu_layers.convolutional.base import BaseKernels
from cornu_layers.convolutional.local_kernels import local_kernel

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseLocallyConnected(BaseKernels):
    """Locally connected layer over `rank` axes; a subclass says which rank.

    The arguments are those of `LocallyConnected2D`.
    """

    paddings = ("valid",)
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Named | None = None,
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        implementation: int = 1,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        given = locals()
        self.filters = validation.positive_int(self, "filters", filters)
        self.keep_kernel(given)
        self.keep_affine(given, "kernel")
        self.implementation = implementation

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make a kernel and a bias for each place."""
        channels = self.channels_of(input_shape)
        for axis in self.spatial_axes:
            known_size(self, input_shape, axis, "places")
        places = self._places(input_shape)
        inputs = math.prod(self.kernel_size) * channels
        self.kernel = arguments.add_parameter(
            self, "kernel", (math.prod(places), inputs, self.filters)
        )
        self.make_bias((*places, self.filters))
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))

    def _places(self, input_shape: Sequence[int | None]) -> tuple[int, ...]:
        """Return how many places the kernels have along each axis."""
        shape = self.compute_output_shape(input_shape)
        return tuple(int(shape[axis] or 0) for axis in self.spatial_axes)

    def aligned_bias(self, outputs: Any) -> Any:
        """Return the bias, one number per place and channel, in the order of the output."""
        return self._ordered(self.bias, (self.rank, *range(self.rank)))

    def _ordered(self, x: Any, order: tuple[int, ...]) -> Any:
        return x if self.data_format == "channels_last" else ops.transpose(x, order)

    def call(self, inputs: Any) -> Any:
        """Return the activation of the product at each place."""
        places = self._places(inputs.shape)
        patches = self._patches(inputs, places)
        products = ops.matmul(ops.transpose(patches, (1, 0, 2)), self.kernel)
        outputs = ops.transpose(products, (1, 0, 2))
        outputs = ops.reshape(outputs, (inputs.shape[0], *places, self.filters))
        order = (0, self.rank + 1, *range(1, self.rank + 1))
        return self.finished(self._ordered(outputs, order))

    def _patches(self, inputs: Any, places: tuple[int, ...]) -> Any:
        """Return what each place sees, `(batch, places, numbers)`."""
        batch = inputs.shape[0]
        channels = inputs.shape[self.channel_axis]
        axes = self.spatial_axes
        taps = []
        for offsets in itertools.product(*map(range, self.kernel_size)):
            cut: list[Any] = [slice(None)] * len(inputs.shape)
            for axis, start, count, step in zip(axes, offsets, places, self.strides, strict=True):
                cut[axis] = slice(start, start + (count - 1) * step + 1, step)
            tap = self._ordered(inputs[tuple(cut)], (0, *axes, 1))
            taps.append(ops.reshape(tap, (batch, math.prod(places), channels)))
        # Keras lays the numbers of a patch out as they lie in the input
        axis = 3 if self.data_format == "channels_first" and self.rank > 1 else 2
        stacked = ops.stack(taps, axis=axis)
        return ops.reshape(stacked, (batch, math.prod(places), len(taps) * channels))

    def from_file_layout(self, arrays: list[Any]) -> list[Any]:
        """Return what a file holds, of any of tf_keras' implementations, in this layer's layout."""
        return [local_kernel(self, arrays[0]), *arrays[1:]] if arrays else arrays


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
