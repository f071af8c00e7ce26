"""What recurrent cells keep of their arguments, and the layers around them show as their own.

Type checkers and editors read this; a cell stores its arguments by their names.
"""

from __future__ import annotations

from typing import Any


class OfEveryCell:
    """Arguments of all built-in cells, and of the layers around them."""

    activation: Any
    use_bias: bool
    dropout: float
    recurrent_dropout: float
    seed: int | None
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any
    recurrent_initializer: Any
    recurrent_regularizer: Any
    recurrent_constraint: Any
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any


class OfUnits(OfEveryCell):
    """Arguments of SimpleRNN."""

    units: int


class OfGRU(OfUnits):
    """Arguments of GRU."""

    recurrent_activation: Any
    reset_after: bool
    implementation: int | None


class OfLSTM(OfUnits):
    """Arguments of LSTM."""

    recurrent_activation: Any
    unit_forget_bias: bool
    implementation: int | None


class OfConvLSTM(OfEveryCell):
    """Arguments of convolutional LSTMs."""

    filters: int
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str
    data_format: str
    dilation_rate: tuple[int, ...]
    recurrent_activation: Any
    unit_forget_bias: bool
