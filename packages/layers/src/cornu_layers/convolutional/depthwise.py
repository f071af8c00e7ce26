"""Convolution of each channel on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.convolutional.base import QuantizableKernels
from cornu_layers.quantization.quantizable import QuantizableKernel

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseDepthwiseConv(QuantizableKernels, QuantizableKernel):
    """Depthwise convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `DepthwiseConv2D`.
    """

    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any
    adapted_role = "depthwise"

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Named | None = None,
        use_bias: bool = True,
        depthwise_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        depthwise_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        depthwise_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        quantization_config: Any = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        given = locals()
        self.keep_kernel(given)
        self.depth_multiplier = validation.positive_int(self, "depth_multiplier", depth_multiplier)
        self.keep_affine(given, "depthwise")
        self.keep_quantization(quantization_config)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for inputs of this shape."""
        channels = self.channels_of(input_shape)
        self.make_adapted((*self.kernel_size, channels, self.depth_multiplier))
        self.make_bias((channels * self.depth_multiplier,))

    @property
    def depthwise_kernel(self) -> Any:
        """The kernel, by its name in Keras 2."""
        return self.kernel

    def call(self, inputs: Any) -> Any:
        """Return the activation of the convolution."""
        return self.finished(self.multiplied(inputs))

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the convolution alone."""
        return ops.depthwise_conv(
            inputs,
            weight,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def scale_axes(self, rank: int) -> tuple[int, ...]:
        """Return the axes of the window: each of its kernels has a scale."""
        return tuple(range(rank - 2))

    def scale_of_weight(self, scale: Any) -> Any:
        """Return one scale for each channel and kernel of it."""
        return ops.reshape(scale, (-1, self.depth_multiplier))

    def output_channels(self, input_shape: Sequence[int | None]) -> int | None:
        """Return the number of channels of the output: some for each of the input's."""
        channels = input_shape[self.channel_axis]
        return None if channels is None else channels * self.depth_multiplier


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
