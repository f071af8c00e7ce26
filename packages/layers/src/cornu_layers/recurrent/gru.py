"""Gated recurrent unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_layers import arguments
from cornu_layers.recurrent.around import AroundCell
from cornu_layers.recurrent.cell import GatedCell
from cornu_layers.recurrent.cudnn import from_cudnn
from cornu_layers.recurrent.dropout import masked_matmul
from cornu_layers.recurrent.kept import OfGRU

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions, PlainOptions


class GRUCell(OfGRU, GatedCell):
    r"""One step of a GRU.

    $z, r = \rho(x W + h U + b)$, $\tilde h = \phi(x W_h + r (h U_h + b'_h) + b_h)$,
    $h' = z h + (1 - z) \tilde h$; without `reset_after`, $\tilde h = \phi(x W_h + (r h) U_h +
    b_h)$.

    The arguments are those of `GRU`.

    Notes
    -----
    Input `(batch, features)` and the states `[h]`, `(batch, units)`; returns $h'$ and `[h']`. The
    columns of the weights are the gates z, r, h.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> cell = layers.GRUCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 1)
    """

    blocks = 3

    def __init__(
        self,
        units: int,
        activation: Named | None = "tanh",
        recurrent_activation: Named | None = "sigmoid",
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
        reset_after: bool = True,
        seed: int | None = None,
        implementation: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.store(arguments.named(locals()))

    def make_bias(self) -> Any:
        """Make the bias: with `reset_after` one row for the inputs and one for the state."""
        columns = 3 * self.units
        return arguments.add_parameter(
            self, "bias", (2, columns) if self.reset_after else (columns,)
        )

    def call(self, inputs: Any, states: Any, training: bool | None = None) -> tuple[Any, Any]:
        """Return the output and the new states."""
        h = states[0] if isinstance(states, (list, tuple)) else states
        of_inputs, of_state = self.masks(inputs, h, training)
        x = masked_matmul(inputs, self.kernel, of_inputs)
        if self.bias is not None:
            x = x + (self.bias[0] if self.reset_after else self.bias)
        gate = self._after if self.reset_after else self._before
        z, candidate = gate(x, h, of_state)
        h = z * h + (1.0 - z) * candidate
        return h, [h] if isinstance(states, (list, tuple)) else h

    def _after(self, x: Any, h: Any, masks: Any) -> tuple[Any, Any]:
        """Reset what the state contributes to the candidate."""
        s = masked_matmul(h, self.recurrent_kernel, masks)
        if self.bias is not None:
            s = s + self.bias[1]
        (x_z, x_r, x_h), (s_z, s_r, s_h) = ops.split(x, 3, axis=-1), ops.split(s, 3, axis=-1)
        z = self.recurrent_activation(x_z + s_z)
        r = self.recurrent_activation(x_r + s_r)
        return z, self.activation(x_h + r * s_h)

    def _before(self, x: Any, h: Any, masks: Any) -> tuple[Any, Any]:
        """Reset the state before it contributes to the candidate."""
        units = self.units
        kernel = self.recurrent_kernel
        several = isinstance(masks, (list, tuple))
        of_gates, of_candidate = (masks[:2], masks[2]) if several else (masks, masks)
        s = masked_matmul(h, kernel[:, : 2 * units], of_gates)
        x_z, x_r, x_h = ops.split(x, 3, axis=-1)
        z = self.recurrent_activation(x_z + s[:, :units])
        r = self.recurrent_activation(x_r + s[:, units:])
        return z, self.activation(x_h + masked_matmul(r * h, kernel[:, 2 * units :], of_candidate))


class GRU(OfGRU, AroundCell):
    r"""Gated recurrent unit: an LSTM with one state and two gates.

    $z, r = \rho(x_t W + h_{t-1} U + b)$, $\tilde h = \phi(x_t W_h + r (h_{t-1} U_h + b'_h) + b_h)$,
    $h_t = z h_{t-1} + (1 - z) \tilde h$.

    Parameters
    ----------
    units : int
        Size of $h$.
    activation, recurrent_activation : str or callable
        $\phi$ and $\rho$.
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
    reset_after : bool
        Apply $r$ after the product with $U_h$, as above, or before it: $\phi(x W_h + (r h) U_h +
        b_h)$, which was the default of Keras 2.
    implementation : {1, 2}, optional
        With 1 every gate has its own dropout mask (Keras 2).
    use_cudnn
        Accepted for Keras' sake.

    Notes
    -----
    Input `(batch, steps, features)`, output `(batch, units)`, or `(batch, steps, units)` with
    `return_sequences`. Weights: `kernel` `(features, 3 * units)`, `recurrent_kernel` `(units, 3 *
    units)`, `bias` `(2, 3 * units)`, or `(3 * units,)` without `reset_after`; columns are the gates
    z, r, h.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layers.GRU(4, return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 4)

    References
    ----------
    Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014),
    https://arxiv.org/abs/1406.1078
    """

    cell_type = GRUCell

    def __init__(
        self,
        units: int,
        activation: Named | None = "tanh",
        recurrent_activation: Named | None = "sigmoid",
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
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        implementation: int | None = None,
        zero_output_for_mask: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        self.wrap(arguments.passed(locals()))

    def from_file_layout(self, arrays: list[Any]) -> list[Any]:
        """Return what a file holds, maybe in CuDNN's layout, in the layout of this layer."""
        return from_cudnn(self, arrays, gates=3)
