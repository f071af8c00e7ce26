"""Layers with kernels that slide over any number of axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.affine import Affine
from cornu_layers.checks import known_size, where
from cornu_layers.quantization.quantizable import Quantizable, QuantizableKernel
from cornu_layers.windows import Sliding

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseKernels(Sliding, Affine):
    """Base of layers with kernels that slide over `rank` axes; the output has a bias per channel.

    A subclass makes its kernels in `build`, after `channels_of(input_shape)`.
    """

    filters: int

    def channels_of(self, input_shape: Sequence[int | None]) -> int:
        """Return the number of channels, of an input that fits; only such inputs fit from now on.

        Raises
        ------
        ShapeError
            When the rank differs, the number is unknown, or the kernel is larger than the input.
        """
        self.check_places(input_shape)
        channels = known_size(self, input_shape, self.channel_axis, "channels")
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        return channels

    def aligned_bias(self, outputs: Any) -> Any:
        """Return the bias with the channels where the output has them."""
        return self.along_channels(self.bias)

    def along_channels(self, numbers: Any) -> Any:
        """Return one number for each channel, with the channels where the output has them."""
        if self.data_format == "channels_last":
            return numbers
        return ops.reshape(numbers, (1, -1, *(1,) * self.rank))

    def output_channels(self, input_shape: Sequence[int | None]) -> int | None:
        """Return the number of channels of the output."""
        return self.filters

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape after the kernel has slid over the input."""
        channels = self.output_channels(input_shape)
        return self.slid_shape(input_shape, self.kernel_size, self.dilation_rate, channels)


class QuantizableKernels(BaseKernels, Quantizable):
    """Base of layers with kernels that may be int8, with a scale for each channel of the output."""

    not_in_keras: ClassVar[dict[str, Any]] = {"quantization_config": None}
    needs_calibration = True

    def input_axes(self, inputs: Any) -> tuple[int, ...]:
        """Return all axes but the batch: windows overlap."""
        return tuple(range(1, inputs.ndim))

    def scale_of_outputs(self, scale: Any) -> Any:
        """Return one scale for each channel of the output."""
        return self.along_channels(scale)


class BaseConv(QuantizableKernels, QuantizableKernel):
    """Convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `Conv2D`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: Named | None = None,
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        given = locals()
        self.filters = validation.positive_int(self, "filters", filters)
        self.keep_kernel(given)
        self.groups = validation.positive_int(self, "groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"{where(self)}: filters ({filters}) must be a multiple of groups ({groups}). Use "
                f"filters={-(-filters // groups) * groups}, or groups that divides {filters}."
            )
        self.keep_affine(given, "kernel")
        self.keep_low_rank(lora_rank, lora_alpha)
        self.keep_quantization(quantization_config)

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return the shape of the kernel for an input of so many channels."""
        if channels % self.groups:
            raise ShapeError(
                f"{where(self)} splits the input's channels into {self.groups} groups, but there "
                f"are {channels}. Choose groups that divides their number."
            )
        return (*self.kernel_size, channels // self.groups, self.filters)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for inputs of this shape."""
        shape = self.kernel_shape(self.channels_of(input_shape))
        self.make_adapted(shape)
        self.make_bias((self.filters,))
        self.adapt()

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Return the convolution alone, without bias and activation; subclasses may change it."""
        padding = self.padding
        if padding == "causal":
            before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            widths = [(0, 0), (0, 0), (0, 0)]
            widths[self.spatial_axes[0]] = (before, 0)
            inputs, padding = ops.pad(inputs, widths), "valid"
        return ops.conv(
            inputs,
            kernel,
            strides=self.strides,
            padding=padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def call(self, inputs: Any) -> Any:
        """Return the activation of the convolution."""
        return self.finished(self.multiplied(inputs))

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the convolution alone."""
        return self.convolution_op(inputs, weight)
