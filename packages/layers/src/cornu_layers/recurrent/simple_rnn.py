"""The plain recurrent layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_layers import arguments
from cornu_layers.recurrent.around import AroundCell
from cornu_layers.recurrent.cell import GatedCell
from cornu_layers.recurrent.dropout import masked_matmul
from cornu_layers.recurrent.kept import OfUnits

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions, PlainOptions


class SimpleRNNCell(GatedCell):
    r"""One step of a plain recurrent layer: $h' = \phi(x W + h U + b)$.

    The arguments are those of `SimpleRNN`.

    Notes
    -----
    Input `(batch, features)` and the states `[h]`, `(batch, units)`; returns $h'$ and `[h']`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> cell = layers.SimpleRNNCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 1)
    """

    blocks = 1

    def __init__(
        self,
        units: int,
        activation: Named | None = "tanh",
        use_bias: bool = True,
        kernel_initializer: Initial | None = "glorot_uniform",
        recurrent_initializer: Initial | None = "orthogonal",
        bias_initializer: Initial | None = "zeros",
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
        self.store(arguments.named(locals()))

    def call(self, inputs: Any, states: Any, training: bool | None = None) -> tuple[Any, Any]:
        """Return the output and the new states."""
        h = states[0] if isinstance(states, (list, tuple)) else states
        of_inputs, of_state = self.masks(inputs, h, training)
        x = masked_matmul(inputs, self.kernel, of_inputs)
        if self.bias is not None:
            x = x + self.bias
        h = self.activation(x + masked_matmul(h, self.recurrent_kernel, of_state))
        return h, [h] if isinstance(states, (list, tuple)) else h


class SimpleRNN(OfUnits, AroundCell):
    r"""The plain recurrent layer: $h_t = \phi(x_t W + h_{t-1} U + b)$.

    Parameters
    ----------
    units : int
        Size of $h$.
    activation : str or callable
        $\phi$.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, recurrent_initializer, bias_initializer : str or Initializer
        What $W$, $U$ and $b$ start from.
    kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer : str or
    Regularizer, optional
        Prices on $W$, $U$, $b$ and the output.
    kernel_constraint, recurrent_constraint, bias_constraint : str or Constraint, optional
        Sets that $W$, $U$ and $b$ are kept in.
    dropout, recurrent_dropout : float
        Fractions of $x$ and $h$ to drop while training; one draw per sequence.
    seed : int, optional
        Makes the draws the same in every run.
    return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask
        As in `RNN`.

    Notes
    -----
    Input `(batch, steps, features)`, output `(batch, units)`, or `(batch, steps, units)` with
    `return_sequences`. Weights: `kernel` `(features, units)`, `recurrent_kernel` `(units, units)`,
    `bias` `(units,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.SimpleRNN(4)(np.ones((2, 5, 3), "float32")).shape
    (2, 4)

    References
    ----------
    Elman, "Finding Structure in Time" (1990), https://doi.org/10.1207/s15516709cog1402_1
    """

    cell_type = SimpleRNNCell

    def __init__(
        self,
        units: int,
        activation: Named | None = "tanh",
        use_bias: bool = True,
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
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        zero_output_for_mask: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        self.wrap(arguments.passed(locals()))
