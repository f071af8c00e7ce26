"""Any cell over the steps of a sequence."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu.plugins.registry import CustomObjectScope
from cornu_data.shapes import show_shape
from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_engine.variable import zeros
from cornu_layers.checks import check_rank, where
from cornu_layers.recurrent import loop, protocol
from cornu_layers.recurrent.dropout import DropoutCell
from cornu_layers.recurrent.stacked import StackedRNNCells
from cornu_layers.recurrent.states import Stateful

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


class RNN(Stateful):
    r"""Carry a state through a sequence with a cell: $y_t, s_t = \text{cell}(x_t, s_{t-1})$.

    The loop is one `scan` in the program. What a cell computes from the inputs alone is done for
    all steps at once, and weight gradients are one product over all steps, whoever wrote the cell.

    Parameters
    ----------
    cell : Layer or list of Layer
        Has `state_size` (an integer, or one per state) and `call(inputs, states)` that returns the
        output and the new states. It may have `output_size` and `get_initial_state(batch_size)`. A
        list is stacked.
    return_sequences : bool
        Return the output of every step, not only of the last.
    return_state : bool
        Return the last states too.
    go_backwards : bool
        Go from the last step to the first; outputs are in the order in which they were made.
    stateful : bool
        Start each batch from where the last one ended. Needs a fixed batch size.
    unroll : bool
        Write every step out in the program instead of a loop: faster for very short sequences.
    zero_output_for_mask : bool
        The output of a masked step is 0, not that of the step before.
    time_major : bool
        Inputs and outputs are `(steps, batch, ...)`.

    Notes
    -----
    Input `(batch, steps, features)`, optionally `initial_state`, `constants` (given to each call of
    a cell that takes them, and to its `build` as shapes behind the input's) and a mask `(batch,
    steps)`: masked steps leave the state as it is. Output `(batch, output_size)`, or `(batch,
    steps, output_size)` with `return_sequences`; a tuple with the states behind it with
    `return_state`.

    Examples
    --------
    A cell of your own:

    >>> import numpy as np
    >>> from cornu import layers, ops
    >>> class Decay(layers.Layer):
    ...     state_size = 2
    ...     def call(self, inputs, states):
    ...         state = 0.5 * states[0] + inputs
    ...         return state, [state]
    >>> layers.RNN(Decay())(np.ones((1, 3, 2), "float32"))
    array([[1.75, 1.75]], dtype=float32)
    """

    not_in_keras: ClassVar[dict[str, Any]] = {"time_major": False, "implementation": None}

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        time_major: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        protocol.check_cell(cell)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.time_major = time_major
        self.supports_masking = True

    @property
    def _output_dtype(self) -> str:
        last = self.cell.cells[-1] if isinstance(self.cell, StackedRNNCells) else self.cell
        return getattr(last, "compute_dtype", self.compute_dtype)

    @property
    def output_size(self) -> Any:
        """Size of one step's output."""
        return protocol.output_size(self.cell)

    def build(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> None:
        """Build the cell, and the states that are kept if `stateful`."""
        _, _, step_shape = self._sequence(sequences_shape)
        if isinstance(self.cell, Layer) and not self.cell.built:
            if constants_shape is None:
                self.cell.build(step_shape)
            else:
                lone = tree.is_shape(constants_shape)
                self.cell.build([step_shape, *([constants_shape] if lone else constants_shape)])
            protocol.check_cell(self.cell)
        if self.stateful:
            self._keep_states(step_shape)

    def _sequence(self, shape: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        """Return the batch size, the number of steps and the shape of one, or refuse the rank."""
        shape = shape[0] if isinstance(shape[0], (list, tuple)) else shape  # [sequence, *states]
        check_rank(self, shape, self._input_axes())
        batch, steps = self._batch_and_steps(shape)
        return batch, steps, (batch, *shape[2:])

    def _input_axes(self) -> tuple[str, ...]:
        return ("steps", "...", "features")

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
        constants: Any = None,
    ) -> Any:
        """Return the outputs, and the states behind them if `return_state`."""
        sequences, initial_state, mask = protocol.inputs_and_states(sequences, initial_state, mask)
        _, steps, step_shape = self._sequence(sequences.shape)
        self._check_steps(steps, sequences, mask)
        states = self._first_states(initial_state, step_shape)
        last, outputs, states = self.inner_loop(sequences, states, mask, training, constants)
        if self.stateful:
            self.reset_states(states)
        output = self._to_input_order(outputs) if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _check_steps(self, steps: int, sequences: Any, mask: Any) -> None:
        if steps == 0:
            raise ShapeError(
                f"{where(self)} was given sequences without steps, of shape "
                f"{show_shape(sequences.shape)}. Leave empty ones out, or pad them."
            )
        if mask is not None and self._batch_and_steps(mask.shape)[1] != steps:
            raise ShapeError(
                f"{where(self)} was given a mask of shape {tuple(mask.shape)} for sequences of "
                f"shape {tuple(sequences.shape)}: it needs an entry for each step."
            )

    def inner_loop(
        self,
        sequences: Any,
        initial_state: list[Any],
        mask: Any,
        training: bool | None = False,
        constants: Any = None,
    ) -> Any:
        """Return the last output, all outputs and the last states."""
        if not self.time_major:
            sequences = _swap_first_axes(sequences)
            mask = None if mask is None else ops.transpose(mask)
        call = self.cell if callable(self.cell) else self.cell.call
        extra: dict[str, Any] = {}
        if protocol.takes(self.cell, "training"):
            extra["training"] = training
        if constants is not None:
            extra["constants"] = constants if isinstance(constants, (list, tuple)) else [constants]

        def step(inputs: Any, states: Any) -> tuple[Any, Any]:
            output, after = call(inputs, states, **extra)
            return output, _as_structured(after, states)

        with _dropout_masks(self.cell, sequences[0], initial_state, training):
            return loop.run(
                step,
                initial_state,
                sequences,
                mask,
                backwards=self.go_backwards,
                unroll=self.unroll,
                zero_output=self.zero_output_for_mask,
                output_is_state=getattr(self.cell, "output_is_state", False),
                first_output=self._no_output(sequences) if mask is not None else None,
                all_outputs=self.return_sequences,
            )

    def _no_output(self, sequences: Any) -> np.ndarray:
        shape = (sequences.shape[1], *protocol.axes(self.output_size))
        return zeros(shape, self.compute_dtype)

    def _to_input_order(self, outputs: Any) -> Any:
        return outputs if self.time_major else _swap_first_axes(outputs)

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> Any:
        """Return the shape of the output, or those of output and states if `return_state`."""
        batch, steps, step_shape = self._sequence(sequences_shape)
        output, states = self.step_shapes(step_shape)
        if self.return_sequences:
            output = (*self._batch_and_steps((batch, steps)), *output[1:])
        return (output, *states) if self.return_state else output

    def step_shapes(self, step_shape: Sequence[int | None]) -> tuple[Any, list[Any]]:
        """Return the shapes of one step's output and of the states, for one step's input."""
        batch = step_shape[0]
        states = [_state_shape(batch, size) for size in self.state_size]
        return (batch, *protocol.axes(self.output_size)), states

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned; `custom_objects` are cells of your own."""
        with CustomObjectScope(custom_objects or {}):
            return super().from_config(config)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the input's mask if there is an output for every step."""
        output_mask = protocol.first_mask(mask) if self.return_sequences else None
        return [output_mask, *(None for _ in self.state_size)] if self.return_state else output_mask


def _state_shape(batch: int | None, size: Any) -> Any:
    if isinstance(size, (list, tuple)):
        return [_state_shape(batch, s) for s in size]
    return (batch, size)


def _swap_first_axes(x: Any) -> Any:
    return ops.transpose(x, (1, 0, *range(2, len(x.shape))))


def _as_structured(after: Any, before: Any) -> Any:
    """Return new states nested as the old ones were; a lone state may come without its list."""
    if not tree.is_nested(after):
        return [after]
    return tree.pack_sequence_as(before, tree.flatten(after))


@contextlib.contextmanager
def _dropout_masks(cell: Any, inputs: Any, states: Any, training: Any) -> Any:
    if isinstance(cell, (StackedRNNCells, DropoutCell)):
        state = states if isinstance(cell, StackedRNNCells) else states[0]
        with cell.one_sequence(inputs, state, training):
            yield
    else:
        yield
