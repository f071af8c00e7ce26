"""LSTM whose gates are convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cornu_engine.variable import zeros
from cornu_layers import arguments
from cornu_layers.recurrent.around import AroundCell
from cornu_layers.recurrent.conv_lstm_cell import ConvLSTMCell
from cornu_layers.recurrent.kept import OfConvLSTM
from cornu_layers.spatial import axis_names

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class BaseConvLSTM(OfConvLSTM, AroundCell):
    """Convolutional LSTM over `rank` axes; a subclass says which rank.

    The arguments are those of `ConvLSTM2D`.
    """

    cell_type = ConvLSTMCell
    rank: int

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
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        recurrent_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        self.wrap({**arguments.passed(locals()), "rank": self.rank})

    def _input_axes(self) -> tuple[str, ...]:
        return ("steps", *axis_names(self.rank, self.data_format))

    def zero_states(self, step_shape: Sequence[int]) -> list[Any]:
        """Return zeros with the shape that a step's convolution has."""
        return [zeros(shape, self.compute_dtype) for shape in self.step_shapes(step_shape)[1]]

    def step_shapes(self, step_shape: Sequence[int | None]) -> tuple[Any, list[Any]]:
        """Return the shapes of one step's output and of the states: the convolution's."""
        shape = self.cell.state_shape(step_shape)
        return shape, [shape, shape]


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
