"""Long short-term memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu_layers import arguments
from cornu_layers.recurrent import gates
from cornu_layers.recurrent.around import AroundCell
from cornu_layers.recurrent.cell import GatedCell
from cornu_layers.recurrent.cudnn import from_cudnn
from cornu_layers.recurrent.dropout import masked_matmul
from cornu_layers.recurrent.kept import OfLSTM

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import LayerOptions, PlainOptions


class LSTMCell(OfLSTM, GatedCell):
    r"""One step of an LSTM.

    $i, f, o = \rho(x W + h U + b)$, $\tilde c = \phi(x W_c + h U_c + b_c)$, $c' = f c + i \tilde
    c$, $h' = o\,\phi(c')$.

    The arguments are those of `LSTM`.

    Notes
    -----
    Input `(batch, features)` and the states `[h, c]`, `(batch, units)` each; returns $h'$ and `[h',
    c']`. The columns of the weights are the gates i, f, c, o.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> cell = layers.LSTMCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> output.shape, len(states)
    ((2, 4), 2)
    """

    blocks = 4

    def __init__(
        self,
        units: int,
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
        implementation: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.store(arguments.named(locals()))

    @property
    def state_size(self) -> list[int]:
        """Sizes of `h` and `c`."""
        return [self.units, self.units]

    def make_bias(self) -> Any:
        """Make the bias; the forget gate's part is 1 if `unit_forget_bias`."""
        return gates.make_bias(self, 4 * self.units)

    def call(self, inputs: Any, states: Any, training: bool | None = None) -> tuple[Any, Any]:
        """Return the output and the new states."""
        h, c = states
        of_inputs, of_state = self.masks(inputs, h, training)
        x = masked_matmul(inputs, self.kernel, of_inputs)
        if self.bias is not None:
            x = x + self.bias  # added to what does not depend on the state, so both leave the loop
        z = x + masked_matmul(h, self.recurrent_kernel, of_state)
        h, c = gates.through(self, z, c, axis=-1)
        return h, [h, c]


class LSTM(OfLSTM, AroundCell):
    r"""Long short-term memory: a state that is kept, changed and read through gates.

    $i, f, o = \rho(x_t W + h_{t-1} U + b)$, $\tilde c = \phi(x_t W_c + h_{t-1} U_c + b_c)$,
    $c_t = f c_{t-1} + i \tilde c$, $h_t = o\,\phi(c_t)$.

    Parameters
    ----------
    units : int
        Size of $h$ and $c$.
    activation, recurrent_activation : str or callable
        $\phi$ and $\rho$.
    use_bias : bool
        Whether there is a $b$.
    kernel_initializer, recurrent_initializer, bias_initializer : str or Initializer
        What $W$, $U$ and $b$ start from.
    unit_forget_bias : bool
        The forget gate's part of $b$ starts from 1.
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
    implementation : {1, 2}, optional
        With 1 every gate has its own dropout mask (Keras 2).
    use_cudnn
        Accepted for Keras' sake.

    Notes
    -----
    Input `(batch, steps, features)`, output `(batch, units)`, or `(batch, steps, units)` with
    `return_sequences`. Weights: `kernel` `(features, 4 * units)`, `recurrent_kernel` `(units, 4 *
    units)`, `bias` `(4 * units,)`; columns are the gates i, f, c, o.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.LSTM(4, return_sequences=True, return_state=True)
    >>> sequences, h, c = layer(np.ones((2, 5, 3), "float32"))
    >>> sequences.shape, h.shape
    ((2, 5, 4), (2, 4))

    References
    ----------
    Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997),
    https://doi.org/10.1162/neco.1997.9.8.1735; Gal and Ghahramani, "A Theoretically Grounded
    Application of Dropout in Recurrent Neural Networks" (2016), https://arxiv.org/abs/1512.05287
    """

    cell_type = LSTMCell

    def __init__(
        self,
        units: int,
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
        use_cudnn: Any = "auto",
        implementation: int | None = None,
        zero_output_for_mask: bool = False,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        self.wrap(arguments.passed(locals()))

    def from_file_layout(self, arrays: list[Any]) -> list[Any]:
        """Return what a file holds, maybe in CuDNN's layout, in the layout of this layer."""
        return from_cudnn(self, arrays, gates=4)
