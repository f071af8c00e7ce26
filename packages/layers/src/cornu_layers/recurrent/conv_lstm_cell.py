"""One step of an LSTM whose gates are convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import InputSpec
from cornu_layers import arguments, validation
from cornu_layers.checks import known_size
from cornu_layers.recurrent import gates
from cornu_layers.recurrent.cell import keep_cell
from cornu_layers.recurrent.dropout import DropoutCell
from cornu_layers.recurrent.kept import OfConvLSTM
from cornu_layers.windows import Sliding

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions


class ConvLSTMCell(OfConvLSTM, DropoutCell, Sliding):
    r"""One step of a convolutional LSTM; products of `LSTMCell` are convolutions here.

    The arguments are those of `ConvLSTM2D`, with `rank` before them: over how many axes to
    convolve.

    Notes
    -----
    Columns of the weights are the gates i, f, c, o. Convolution of the state keeps its size.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> cell = layers.ConvLSTM2DCell(4, 3, padding="same")
    >>> states = [np.zeros((2, 8, 8, 4), "float32")] * 2
    >>> cell(np.ones((2, 8, 8, 1), "float32"), states)[0].shape
    (2, 8, 8, 4)
    """

    output_is_state = True
    one_input = False

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Named | None = "tanh",
        recurrent_activation: Named | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        recurrent_initializer: Initial | None = "orthogonal",
        bias_initializer: Initial | None = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Named | None = None,
        recurrent_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        recurrent_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        given = arguments.named(locals())
        keep_cell(self, given)
        self.filters = validation.positive_int(self, "filters", filters)
        self.keep_kernel(given)

    @property
    def state_size(self) -> list[int]:
        """Channels of `h` and `c`."""
        return [self.filters, self.filters]

    def state_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of each state for one step's input."""
        return self.slid_shape(input_shape, self.kernel_size, self.dilation_rate, self.filters)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        self.check_places(input_shape)
        channels = known_size(self, input_shape, self.channel_axis, "channels")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        self.state_shape(input_shape)  # refuses a kernel that does not fit
        columns = 4 * self.filters
        self.kernel = arguments.add_parameter(
            self, "kernel", (*self.kernel_size, channels, columns)
        )
        self.recurrent_kernel = arguments.add_parameter(
            self,
            "recurrent",
            (*self.kernel_size, self.filters, columns),
            name="recurrent_kernel",
        )
        self.bias = gates.make_bias(self, columns) if self.use_bias else None

    def call(self, inputs: Any, states: Any, training: bool | None = None) -> tuple[Any, Any]:
        """Return the output and the new states."""
        h, c = states
        of_inputs, of_state = self.masks(inputs, h, training)
        inputs = inputs if of_inputs is None else inputs * of_inputs
        h = h if of_state is None else h * of_state
        x = ops.conv(
            inputs,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is not None:
            shape = [1] * (self.rank + 2)
            shape[self.channel_axis] = -1
            x = x + ops.reshape(self.bias, shape)
        z = x + ops.conv(
            h, self.recurrent_kernel, strides=1, padding="same", data_format=self.data_format
        )
        h, c = gates.through(self, z, c, self.channel_axis)
        return h, [h, c]


class ConvLSTM2DCell(ConvLSTMCell):
    """One step of `ConvLSTM2D`, whose arguments it takes.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.ConvLSTM2DCell(4, (3, 3)).kernel_size
    (3, 3)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Named | None = "tanh",
        recurrent_activation: Named | None = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        recurrent_initializer: Initial | None = "orthogonal",
        bias_initializer: Initial | None = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Named | None = None,
        recurrent_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        recurrent_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(2, **arguments.passed(locals()))
