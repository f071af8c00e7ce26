"""Transposed convolution: the way back through a convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import arguments, validation
from cornu_layers.convolutional.base import BaseConv

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseConvTranspose(BaseConv):
    """Transposed convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `Conv2DTranspose`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Named | None = None,
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        given = arguments.passed(locals())
        del given["output_padding"]
        super().__init__(**given)
        self.output_padding = None
        if output_padding is not None:
            extra = validation.int_tuple(
                self, "output_padding", output_padding, self.rank, minimum=0
            )
            if any(e >= s for e, s in zip(extra, self.strides, strict=True)):
                raise ValueError(
                    f"{validation.about(self, 'output_padding')} {extra} must be less than strides "
                    f"{self.strides} along each axis."
                )
            self.output_padding = extra

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return the shape of the kernel for an input of so many channels."""
        return (*self.kernel_size, self.filters, channels)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Return the transposed convolution alone, without bias and activation."""
        return ops.conv_transpose(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def quantizer_of(self, product: int) -> None:
        """Return None: the inputs stay floats, only the kernel is kept as int8."""

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return all axes but that of the filters, which is not the last."""
        return (*range(rank - 2), rank - 1)

    def scale_of_weight(self, scale: Any) -> Any:
        """Return one scale for each filter."""
        return ops.expand_dims(scale, axis=-1)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of the input whose convolution has the shape of this one."""
        return self.resized(input_shape, self._output_size, self.filters)

    def _output_size(self, size: int, i: int) -> int:
        stride = self.strides[i]
        reach = (self.kernel_size[i] - 1) * self.dilation_rate[i] + 1
        same = self.padding == "same"
        if self.output_padding is None:
            return size * stride + (0 if same else max(reach - stride, 0))
        cut = 2 * (reach // 2) if same else 0
        return (size - 1) * stride + reach - cut + self.output_padding[i]


class Conv1DTranspose(BaseConvTranspose):
    """Spread each step of a sequence over a window: the transpose of `Conv1D`.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int
        Of the convolution whose way back this is.
    padding : {"valid", "same"}
        Of that convolution. With `"same"` the output has `strides` times the steps.
    output_padding : int, optional
        Steps to add at the end, fewer than `strides`: which of several lengths is meant.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        As in `Conv1D`.
    bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint
        As in `Conv1D`.

    Notes
    -----
    Weights: `kernel` `(kernel_size, filters, channels)`, `bias` `(filters,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv1DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 5, 3), "float32")).shape
    (2, 10, 4)
    """

    rank = 1


class Conv2DTranspose(BaseConvTranspose):
    """Spread each place of an image over a window: the transpose of `Conv2D`.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int or (int, int)
        Of the convolution whose way back this is.
    padding : {"valid", "same"}
        Of that convolution. With `"same"` the output has `strides` times the size.
    output_padding : int or (int, int), optional
        Places to add at the end, fewer than `strides`: which of several sizes is meant.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        As in `Conv2D`.
    bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint
        As in `Conv2D`.

    Notes
    -----
    Weights: `kernel` `(*kernel_size, filters, channels)`, `bias` `(filters,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv2DTranspose(4, 3, strides=2)(np.ones((1, 5, 6, 3), "float32")).shape
    (1, 11, 13, 4)

    References
    ----------
    Dumoulin and Visin, "A Guide to Convolution Arithmetic for Deep Learning" (2016),
    https://arxiv.org/abs/1603.07285
    """

    rank = 2


class Conv3DTranspose(BaseConvTranspose):
    """Spread each place of a volume over a window: the transpose of `Conv3D`.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, dilation_rate : int or (int, int, int)
        Of the convolution whose way back this is.
    padding : {"valid", "same"}
        Of that convolution. With `"same"` the output has `strides` times the size.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, depth, height, width, channels)` or `(batch, channels, depth, height, width)`.
    output_padding : int or (int, int, int), optional
        Places to add at the end, fewer than `strides`: which of several sizes is meant.
    activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer
        As in `Conv3D`.
    bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint
        As in `Conv3D`.

    Notes
    -----
    Weights: `kernel` `(*kernel_size, filters, channels)`, `bias` `(filters,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.Conv3DTranspose(2, 2, strides=2)(np.ones((1, 2, 3, 4, 1), "float32")).shape
    (1, 4, 6, 8, 2)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: int | Sequence[int] | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Named | None = None,
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        # Keras has two arguments the other way round in this one
        super().__init__(**arguments.passed(locals()))
