"""Convolution of each channel on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.base import InputSpec, Layer
from cornu_layers import arguments
from cornu_layers.checks import check_rank, known_size
from cornu_layers.convolutional.base import check_strides, with_bias
from cornu_layers.windows import axis_names, slid_shape


class BaseDepthwiseConv(Layer):
    """Depthwise convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `DepthwiseConv2D`.
    """

    one_input = True

    rank: int

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.kernel_size = arguments.int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = arguments.int_tuple("strides", strides, self.rank)
        self.padding = arguments.choice("padding", padding, ("valid", "same"))
        self.depth_multiplier = arguments.positive_int("depth_multiplier", depth_multiplier)
        self.data_format = arguments.data_format(data_format)
        self.dilation_rate = arguments.int_tuple("dilation_rate", dilation_rate, self.rank)
        self.activation = arguments.activation(activation)
        self.use_bias = use_bias
        arguments.keep(
            self,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
        )
        check_strides(self.strides, self.dilation_rate)

    @property
    def channel_axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for inputs of this shape."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        channels = known_size(self, input_shape, self.channel_axis, "channels")
        self.compute_output_shape(input_shape)  # refuses a kernel that does not fit
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = arguments.add_parameter(self, "depthwise", shape, name="kernel")
        outputs = (channels * self.depth_multiplier,)
        self.bias = arguments.add_parameter(self, "bias", outputs) if self.use_bias else None
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})

    @property
    def depthwise_kernel(self) -> Any:
        """The kernel, by its name in Keras 2."""
        return self.kernel

    def call(self, inputs: Any) -> Any:
        """Return the activation of the convolution."""
        outputs = ops.depthwise_conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        return with_bias(self, outputs)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape after the kernels have slid over the input."""
        channels = input_shape[self.channel_axis]
        outputs = None if channels is None else channels * self.depth_multiplier
        return slid_shape(self, input_shape, outputs, self.kernel_size, self.dilation_rate)


class DepthwiseConv1D(BaseDepthwiseConv):
    r"""Slide kernels along each channel of a sequence on its own.

    $y_{t, c m + j} = g\left(b_{c m + j} + \sum_i x_{s t + d i,\, c}\, W_{i,c,j}\right)$

    Parameters
    ----------
    kernel_size, strides, dilation_rate : int
        Length of a kernel, steps between its places $s$, steps between its elements $d$.
    padding : {"valid", "same"}
        Nothing; or zeros so that the length stays (divided by the strides).
    depth_multiplier : int
        Kernels per channel, $m$.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, steps, channels)` or `(batch, channels, steps)`.
    activation : str or callable, optional
        $g$.
    use_bias : bool
        Whether there is a $b$.
    depthwise_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    depthwise_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    depthwise_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.

    Notes
    -----
    Weights: `kernel` `(kernel_size, channels, depth_multiplier)`, `bias`
    `(channels * depth_multiplier,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 9, 4), "float32")).shape
    (2, 7, 8)
    """

    rank = 1


class DepthwiseConv2D(BaseDepthwiseConv):
    r"""Slide kernels over each channel of an image on its own.

    $y_{p, c m + j} = g\left(b_{c m + j} + \sum_i x_{s p + d i,\, c}\, W_{i,c,j}\right)$

    Parameters
    ----------
    kernel_size, strides, dilation_rate : int or (int, int)
        Size of a kernel, distance between its places $s$, distance between its elements $d$.
    padding : {"valid", "same"}
        Nothing; or zeros so that the size stays (divided by the strides).
    depth_multiplier : int
        Kernels per channel, $m$.
    data_format : {"channels_last", "channels_first"}, optional
        `(batch, height, width, channels)` or `(batch, channels, height, width)`.
    activation : str or callable, optional
        $g$.
    use_bias : bool
        Whether there is a $b$.
    depthwise_initializer, bias_initializer : str or Initializer
        What $W$ and $b$ start from.
    depthwise_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on $W$, $b$ and $y$.
    depthwise_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$ and $b$ are kept in.

    Notes
    -----
    Weights: `kernel` `(*kernel_size, channels, depth_multiplier)`, `bias`
    `(channels * depth_multiplier,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.DepthwiseConv2D(3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 4)

    References
    ----------
    Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (2017),
    https://arxiv.org/abs/1610.02357
    """

    rank = 2
