"""Convolution in two parts: each channel on its own, then across channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.convolutional.base import QuantizableKernels
from cornu_layers.quantization.quantizable import int8_product

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseSeparableConv(QuantizableKernels):
    """Separable convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `SeparableConv2D`.
    """

    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any
    pointwise_initializer: Any
    pointwise_regularizer: Any
    pointwise_constraint: Any
    pointwise_kernel: Any
    pointwise_kernel_scale: Any
    adapted_name = "depthwise_kernel"
    adapted_role = "depthwise"
    products = ("multiplied", "mixed")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: Named | None = None,
        use_bias: bool = True,
        depthwise_initializer: Initial | None = "glorot_uniform",
        pointwise_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        depthwise_regularizer: Named | None = None,
        pointwise_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        depthwise_constraint: Named | None = None,
        pointwise_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        quantization_config: Any = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        given = locals()
        self.filters = validation.positive_int(self, "filters", filters)
        self.keep_kernel(given)
        self.depth_multiplier = validation.positive_int(self, "depth_multiplier", depth_multiplier)
        self.keep_affine(given, "depthwise", "pointwise")
        self.keep_quantization(quantization_config)

    @property
    def depthwise_kernel(self) -> Any:
        """The kernel of the first part."""
        return self.adapted()

    def further_weights(self) -> tuple[str, ...]:
        """Return the name of the kernel of the second part."""
        return ("pointwise_kernel",)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the two kernels and the bias for inputs of this shape."""
        channels = self.channels_of(input_shape)
        depth = self.depth_multiplier
        self.make_adapted((*self.kernel_size, channels, depth))
        shape = (*(1,) * self.rank, channels * depth, self.filters)
        self.make_further("pointwise_kernel", "pointwise", shape)
        self.make_bias((self.filters,))

    def call(self, inputs: Any) -> Any:
        """Return the activation of the convolution."""
        return self.finished(self.mixed(self.multiplied(inputs)))

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the first part: each channel on its own."""
        return ops.depthwise_conv(
            inputs,
            weight,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def mixed(self, inputs: Any) -> Any:
        """Return the second part: the channels mixed."""

        def product(inputs: Any, weight: Any) -> Any:
            return ops.conv(inputs, weight, data_format=self.data_format)

        if not self.is_int8:
            return product(inputs, self.pointwise_kernel)
        scale = self.pointwise_kernel_scale
        return int8_product(inputs, self.pointwise_kernel, scale, layer=self, further=product)

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return the axes of the window: each kernel of the first part has a scale."""
        return tuple(range(rank - 2))

    def scale_of_weight(self, scale: Any) -> Any:
        """Return one scale for each channel and kernel of it, of the first part."""
        return ops.reshape(scale, (-1, self.depth_multiplier))


class SeparableConv1D(BaseSeparableConv):
    """Slide kernels along each channel of a sequence on its own, then mix the channels.

    `DepthwiseConv1D` without bias, then `Conv1D` with kernels of length 1.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, padding, dilation_rate, depth_multiplier
        Of the first part, as in `DepthwiseConv1D`.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    activation : str or callable, optional
        Applied at the end.
    use_bias : bool
        Whether the second part has a bias.
    depthwise_initializer, pointwise_initializer, bias_initializer : str or Initializer
        What the weights start from.
    depthwise_regularizer, pointwise_regularizer, bias_regularizer : str or Regularizer, optional
        Prices on the weights.
    activity_regularizer : str or Regularizer, optional
        Price on the output.
    depthwise_constraint, pointwise_constraint, bias_constraint : str or Constraint, optional
        Sets that the weights are kept in.

    Notes
    -----
    Weights: `depthwise_kernel` `(kernel_size, channels, depth_multiplier)`, `pointwise_kernel`
    `(1, channels * depth_multiplier, filters)`, `bias` `(filters,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.SeparableConv1D(6, 3)(np.ones((2, 9, 4), "float32")).shape
    (2, 7, 6)
    """

    rank = 1


class SeparableConv2D(BaseSeparableConv):
    """Slide kernels over each channel of an image on its own, then mix the channels.

    `DepthwiseConv2D` without bias, then `Conv2D` with kernels of size 1.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides, padding, dilation_rate, depth_multiplier
        Of the first part, as in `DepthwiseConv2D`.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    activation : str or callable, optional
        Applied at the end.
    use_bias : bool
        Whether the second part has a bias.
    depthwise_initializer, pointwise_initializer, bias_initializer : str or Initializer
        What the weights start from.
    depthwise_regularizer, pointwise_regularizer, bias_regularizer : str or Regularizer, optional
        Prices on the weights.
    activity_regularizer : str or Regularizer, optional
        Price on the output.
    depthwise_constraint, pointwise_constraint, bias_constraint : str or Constraint, optional
        Sets that the weights are kept in.

    Notes
    -----
    Weights: `depthwise_kernel` `(*kernel_size, channels, depth_multiplier)`, `pointwise_kernel`
    `(1, 1, channels * depth_multiplier, filters)`, `bias` `(filters,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.SeparableConv2D(6, 3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 6)

    References
    ----------
    Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (2017),
    https://arxiv.org/abs/1610.02357
    """

    rank = 2
