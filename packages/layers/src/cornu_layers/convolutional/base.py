"""Convolution over any number of axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.base import InputSpec
from cornu.errors import ShapeError
from cornu_layers import arguments
from cornu_layers.checks import check_rank, known_size, where
from cornu_layers.core.low_rank import LowRank
from cornu_layers.windows import axis_names, slid_shape


class BaseConv(LowRank):
    """Convolution over `rank` axes; a subclass says which rank.

    The arguments are those of `Conv2D`.
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
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        paddings = ("valid", "same", "causal") if self.rank == 1 else ("valid", "same")
        self.filters = arguments.positive_int("filters", filters)
        self.kernel_size = arguments.int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = arguments.int_tuple("strides", strides, self.rank)
        self.padding = arguments.choice("padding", padding, paddings)
        self.data_format = arguments.data_format(data_format)
        self.dilation_rate = arguments.int_tuple("dilation_rate", dilation_rate, self.rank)
        self.groups = arguments.positive_int("groups", groups)
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
        if self.filters % self.groups:
            raise ValueError(f"filters ({filters}) must be a multiple of groups ({groups}).")
        self.keep_low_rank(lora_rank, lora_alpha)
        check_strides(self.strides, self.dilation_rate)

    @property
    def kernel(self) -> Any:
        """The kernel, with its correction if there is one."""
        return self.adapted()

    @property
    def channel_axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.data_format == "channels_last" else 1

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Return the shape of the kernel for an input of so many channels."""
        if channels % self.groups:
            raise ShapeError(
                f"{where(self)} splits the input's channels into {self.groups} groups, but there "
                f"are {channels}. "
                "Choose groups that divides their number."
            )
        return (*self.kernel_size, channels // self.groups, self.filters)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the kernel and the bias for inputs of this shape."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        channels = known_size(self, input_shape, self.channel_axis, "channels")
        kernel_shape = self.kernel_shape(channels)
        self.compute_output_shape(input_shape)  # refuses a kernel that does not fit
        self.set_adapted(arguments.add_parameter(self, "kernel", kernel_shape))
        self.bias = (
            arguments.add_parameter(self, "bias", (self.filters,)) if self.use_bias else None
        )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Return the convolution alone, without bias and activation; subclasses may change it."""
        padding = self.padding
        if padding == "causal":
            before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            widths = [(0, 0), (0, 0), (0, 0)]
            widths[1 if self.data_format == "channels_last" else 2] = (before, 0)
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
        return with_bias(self, self.convolution_op(inputs, self.kernel))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape after the kernel has slid over the input."""
        return slid_shape(self, input_shape, self.filters, self.kernel_size, self.dilation_rate)


def with_bias(layer: Any, outputs: Any) -> Any:
    """Add a layer's bias, one number per channel, and apply its activation, if it has them."""
    if layer.bias is not None:
        first = layer.data_format == "channels_first"
        bias = ops.reshape(layer.bias, (1, -1, *(1,) * layer.rank)) if first else layer.bias
        outputs = outputs + bias
    return outputs if layer.activation is None else layer.activation(outputs)


def check_strides(strides: Sequence[int], dilation_rate: Sequence[int]) -> None:
    """Refuse strides and dilation together.

    Raises
    ------
    ValueError
        When both exceed 1.
    """
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise ValueError(
            f"strides {tuple(strides)} and dilation_rate {tuple(dilation_rate)} cannot both "
            "exceed 1; set one to 1."
        )
