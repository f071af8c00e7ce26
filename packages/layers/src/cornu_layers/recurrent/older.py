"""Recurrent layers that Keras 2 had and Keras 3 has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base import Layer
from cornu_layers import arguments
from cornu_layers.recurrent.gru import GRU
from cornu_layers.recurrent.lstm import LSTM

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions, PlainOptions


class Recurrent(Layer):
    """The abstract recurrent layer of Keras 2: it cannot be made.

    Parameters
    ----------
    return_sequences, return_state, go_backwards, stateful, unroll, implementation
        Those of every recurrent layer.

    Raises
    ------
    TypeError
        Always; the message names the layers to use.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.Recurrent()
    Traceback (most recent call last):
    TypeError: Recurrent is abstract. Use LSTM, GRU or SimpleRNN, or RNN(cell) with a cell of your
    own.
    """

    _instead = "LSTM, GRU or SimpleRNN, or RNN(cell) with a cell of your own"

    def __init__(
        self,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        implementation: int = 0,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        raise TypeError(f"{type(self).__name__} is abstract. Use {self._instead}.")


class ConvRecurrent2D(Recurrent):
    """The abstract convolutional recurrent layer of Keras 2: it cannot be made.

    Parameters
    ----------
    filters, kernel_size, strides, padding, data_format, dilation_rate
        Those of `ConvLSTM2D`.

    Raises
    ------
    TypeError
        Always; the message names the layer to use.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.ConvRecurrent2D(4, 3)
    Traceback (most recent call last):
    TypeError: ConvRecurrent2D is abstract. Use ConvLSTM2D.
    """

    _instead = "ConvLSTM2D"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        return_sequences: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__()


class CuDNNLSTM(LSTM):
    """`LSTM` with tanh and sigmoid, as Keras 2 ran it on a GPU; here it runs wherever LSTM does.

    Parameters
    ----------
    units, kernel_initializer, recurrent_initializer, bias_initializer, unit_forget_bias
        As in `LSTM`.
    kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer
        As in `LSTM`.
    kernel_constraint, recurrent_constraint, bias_constraint, return_sequences, return_state,
    stateful
        As in `LSTM`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.CuDNNLSTM(4)(np.ones((2, 5, 3), "float32")).shape
    (2, 4)
    """

    def __init__(
        self,
        units: int,
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
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**arguments.passed(locals()))


class CuDNNGRU(GRU):
    """`GRU` with `reset_after`, as Keras 2 ran it on a GPU; here it runs wherever GRU does.

    Parameters
    ----------
    units, kernel_initializer, recurrent_initializer, bias_initializer, kernel_regularizer
        As in `GRU`.
    recurrent_regularizer, bias_regularizer, activity_regularizer, kernel_constraint
        As in `GRU`.
    recurrent_constraint, bias_constraint, return_sequences, return_state, stateful
        As in `GRU`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.CuDNNGRU(4)(np.ones((2, 5, 3), "float32")).shape
    (2, 4)
    """

    def __init__(
        self,
        units: int,
        kernel_initializer: Initial | None = "glorot_uniform",
        recurrent_initializer: Initial | None = "orthogonal",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        recurrent_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        recurrent_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        stateful: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**arguments.passed(locals()))
