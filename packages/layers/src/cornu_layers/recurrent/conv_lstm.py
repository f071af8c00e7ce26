"""LSTM whose gates are convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops
from cornu.base import Layer
from cornu.engine.variable import zeros
from cornu_layers import arguments
from cornu_layers.checks import check_rank, known_size
from cornu_layers.convolutional.base import check_strides
from cornu_layers.recurrent.around import AroundCell
from cornu_layers.recurrent.cell import keep_cell
from cornu_layers.recurrent.dropout import DropoutCell
from cornu_layers.windows import AXES, axis_names, slid_shape


class ConvLSTMCell(DropoutCell, Layer):
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
    rank: int
    activation: Any
    recurrent_activation: Any
    use_bias: bool
    unit_forget_bias: bool
    bias_initializer: Any

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        keep_cell(self, arguments.named(locals()))
        self.filters = arguments.positive_int("filters", filters)
        self.kernel_size = arguments.int_tuple("kernel_size", kernel_size, rank)
        self.strides = arguments.int_tuple("strides", strides, rank)
        self.padding = arguments.choice("padding", padding, ("valid", "same"))
        self.data_format = arguments.data_format(data_format)
        self.dilation_rate = arguments.int_tuple("dilation_rate", dilation_rate, rank)
        check_strides(self.strides, self.dilation_rate)

    @property
    def state_size(self) -> list[int]:
        """Channels of `h` and `c`."""
        return [self.filters, self.filters]

    @property
    def channel_axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.data_format == "channels_last" else 1

    def state_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the shape of each state for one step's input."""
        return slid_shape(self, input_shape, self.filters, self.kernel_size, self.dilation_rate)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape."""
        check_rank(self, input_shape, axis_names(self.rank, self.data_format))
        channels = known_size(self, input_shape, self.channel_axis, "channels")
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
        first = self._forgetful if self.unit_forget_bias else None
        self.bias = (
            arguments.add_parameter(self, "bias", (columns,), initializer=first)
            if self.use_bias
            else None
        )

    def _forgetful(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        parts = [
            self.bias_initializer((self.filters,), dtype=dtype),
            np.ones((self.filters,), dtype),
            self.bias_initializer((2 * self.filters,), dtype=dtype),
        ]
        return np.concatenate(parts)

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
        z_i, z_f, z_c, z_o = ops.split(z, 4, axis=self.channel_axis)
        i = self.recurrent_activation(z_i)
        f = self.recurrent_activation(z_f)
        c = f * c + i * self.activation(z_c)
        h = self.recurrent_activation(z_o) * self.activation(c)
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
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(2, **arguments.passed(locals()))


class BaseConvLSTM(AroundCell):
    """Convolutional LSTM over `rank` axes; a subclass says which rank.

    The arguments are those of `ConvLSTM2D`.
    """

    cell_type = ConvLSTMCell
    rank: int
    data_format: str

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        self.wrap({**arguments.passed(locals()), "rank": self.rank})

    def _input_axes(self) -> tuple[str, ...]:
        if self.data_format == "channels_last":
            return ("steps", *AXES[self.rank], "channels")
        return ("steps", "channels", *AXES[self.rank])

    def zero_states(self, step_shape: Sequence[int]) -> list[Any]:
        """Return zeros with the shape that a step's convolution has."""
        return [zeros(self.cell.state_shape(step_shape), self.compute_dtype) for _ in range(2)]

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> Any:
        """Return the shape of the output, or those of output and states if `return_state`."""
        if isinstance(sequences_shape[0], (list, tuple)):
            sequences_shape = sequences_shape[0]
        check_rank(self, sequences_shape, self._input_axes())
        batch, steps = self._batch_and_steps(sequences_shape)
        state = self.cell.state_shape((batch, *sequences_shape[2:]))
        output = state
        if self.return_sequences:
            output = (*self._batch_and_steps((batch, steps)), *state[1:])
        return (output, state, state) if self.return_state else output


class ConvLSTM1D(BaseConvLSTM):
    """Convolutional LSTM over sequences of sequences.

    Parameters
    ----------
    filters, kernel_size, strides, padding, data_format, dilation_rate
        Of the convolution of the input, as in `Conv1D`.
    activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer
        As in `LSTM`.
    bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer
        As in `LSTM`.
    activity_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout
        As in `LSTM`.
    recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll
        As in `LSTM`.

    Notes
    -----
    Input `(batch, steps, rows, channels)`; output as of `Conv1D`, with the axis of steps put in if
    `return_sequences`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ConvLSTM1D(4, 3)(np.ones((2, 5, 8, 1), "float32")).shape
    (2, 6, 4)
    """

    rank = 1


class ConvLSTM2D(BaseConvLSTM):
    """Convolutional LSTM over sequences of images.

    Parameters
    ----------
    filters, kernel_size, strides, padding, data_format, dilation_rate
        Of the convolution of the input, as in `Conv2D`.
    activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer
        As in `LSTM`.
    bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer
        As in `LSTM`.
    activity_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout
        As in `LSTM`.
    recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll
        As in `LSTM`.

    Notes
    -----
    Input `(batch, steps, height, width, channels)`; output as of `Conv2D`, with the axis of steps
    put in if `return_sequences`. Weights: `kernel` `(*kernel_size, channels, 4 * filters)`,
    `recurrent_kernel` `(*kernel_size, filters, 4 * filters)`, `bias` `(4 * filters,)`; columns are
    the gates i, f, c, o.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)
    >>> layer(np.ones((2, 5, 8, 8, 1), "float32")).shape
    (2, 5, 8, 8, 4)

    References
    ----------
    Shi et al., "Convolutional LSTM Network" (2015), https://arxiv.org/abs/1506.04214
    """

    rank = 2


class ConvLSTM3D(BaseConvLSTM):
    """Convolutional LSTM over sequences of volumes.

    Parameters
    ----------
    filters, kernel_size, strides, padding, data_format, dilation_rate
        Of the convolution of the input, as in `Conv3D`.
    activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer
        As in `LSTM`.
    bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer
        As in `LSTM`.
    activity_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout
        As in `LSTM`.
    recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful, unroll
        As in `LSTM`.

    Notes
    -----
    Input `(batch, steps, depth, height, width, channels)`; output as of `Conv3D`, with the axis of
    steps put in if `return_sequences`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.ConvLSTM3D(2, 2)(np.ones((1, 3, 4, 4, 4, 1), "float32")).shape
    (1, 3, 3, 3, 2)
    """

    rank = 3
