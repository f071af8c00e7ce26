"""Any cell over the steps of a sequence."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu import ops, tree
from cornu.base import Layer
from cornu.engine.variable import Variable, zeros
from cornu.errors import ShapeError
from cornu.plugins.registry import CustomObjectScope
from cornu_layers.checks import check_rank, where
from cornu_layers.recurrent import loop
from cornu_layers.recurrent.dropout import DropoutCell
from cornu_layers.recurrent.stacked import StackedRNNCells


class RNN(Layer):
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

    states: Any = None  # variables, if `stateful`

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
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        _check_cell(cell)
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

    def _set_states(self, states: Any) -> None:
        self.__dict__["states"] = states  # no weights of the layer: they change with the batch size

    @property
    def state_size(self) -> list[Any]:
        """Sizes of the states, one per state."""
        size = self.cell.state_size
        return list(size) if isinstance(size, (list, tuple)) else [size]

    @property
    def output_size(self) -> Any:
        """Size of one step's output."""
        size = getattr(self.cell, "output_size", None)
        return self.state_size[0] if size is None else size

    def build(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> None:
        """Build the cell, and the states that are kept if `stateful`."""
        if isinstance(sequences_shape[0], (list, tuple)):  # [sequences, *initial states]
            sequences_shape = sequences_shape[0]
        check_rank(self, sequences_shape, self._input_axes())
        batch, _ = self._batch_and_steps(sequences_shape)
        if isinstance(self.cell, Layer) and not self.cell.built:
            step_shape = (batch, *sequences_shape[2:])
            if constants_shape is None:
                self.cell.build(step_shape)
            else:
                lone = tree.is_shape(constants_shape)
                self.cell.build([step_shape, *([constants_shape] if lone else constants_shape)])
            _check_cell(self.cell)
        if self.stateful:
            self._keep_states((batch, *sequences_shape[2:]))

    def _input_axes(self) -> tuple[str, ...]:
        return ("steps", "...", "features")

    def _batch_and_steps(self, shape: Sequence[Any]) -> tuple[Any, Any]:
        return (shape[1], shape[0]) if self.time_major else (shape[0], shape[1])

    def _keep_states(self, step_shape: Sequence[int | None]) -> None:
        if None in step_shape:
            raise ShapeError(
                f"{where(self)} is stateful: it keeps one state per sample, so the batch size "
                "must be known. Give "
                "Input(batch_shape=(batch, steps, features)), or batch_input_shape to the first "
                "layer."
            )
        states = tree.map_structure(
            lambda value: Variable(np.array(value), trainable=False, name="rnn_state"),
            self.zero_states(step_shape),
        )
        self._set_states(states)

    def zero_states(self, step_shape: Sequence[Any]) -> list[Any]:
        """Return the states before the first step, for one step's input."""
        return self.get_initial_state(step_shape[0])

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """Return the states before the first step: the cell's, or zeros.

        Parameters
        ----------
        batch_size : int
            Or the inputs (Keras 2).
        """
        if hasattr(batch_size, "shape"):
            return self._states_for(batch_size)
        dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
        make = getattr(self.cell, "get_initial_state", None)
        if make is None:
            return [_zeros(batch_size, size, dtype) for size in self.state_size]
        offered = {"inputs": None, "batch_size": batch_size, "dtype": dtype}
        taken = inspect.signature(make).parameters
        states = make(**{name: value for name, value in offered.items() if name in taken})
        return list(states) if isinstance(states, (list, tuple)) else [states]

    def _states_for(self, inputs: Any) -> list[Any]:
        batch, _ = self._batch_and_steps(inputs.shape)
        if batch is not None:
            return self.zero_states((batch, *inputs.shape[2:]))
        zeros = ops.zeros_like(inputs[0] if self.time_major else inputs[:, 0])[:, :1]
        return [ops.tile(zeros, (1, size)) for size in self.state_size]

    def reset_state(self) -> None:
        """Start from zeros again, if `stateful`."""
        for variable in tree.flatten(self.states):
            if variable is not None:
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self, states: Any = None) -> None:
        """Start from zeros again, or from these states, if `stateful`.

        Parameters
        ----------
        states : list of array, optional
            One per state.
        """
        if states is None:
            self.reset_state()
            return
        given = tree.flatten(states)
        kept = tree.flatten(self.states)
        if self.states is None or len(given) != len(kept):
            found = 0 if self.states is None else len(kept)
            raise ValueError(
                f"{where(self)} keeps {found} states; reset_states was given {len(given)}."
            )
        for variable, value in zip(kept, given, strict=True):
            variable.assign(value)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
        constants: Any = None,
    ) -> Any:
        """Return the outputs, and the states behind them if `return_state`."""
        if isinstance(sequences, (list, tuple)):
            sequences, *states = sequences
            initial_state = initial_state if initial_state is not None else states or None
            mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        batch, _ = self._batch_and_steps(sequences.shape)
        states = self._first_states(initial_state, (batch, *sequences.shape[2:]))
        last, outputs, states = self.inner_loop(sequences, states, mask, training, constants)
        if self.stateful:
            for variable, value in zip(
                tree.flatten(self.states), tree.flatten(states), strict=True
            ):
                variable.assign(value)
        output = self._to_input_order(outputs) if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _first_states(self, initial_state: Any, step_shape: Sequence[int]) -> list[Any]:
        batch = step_shape[0]
        if initial_state is None and self.stateful:
            kept = tree.flatten(self.states)[0].shape[0]
            if kept != batch:
                raise ShapeError(
                    f"{where(self)} is stateful and keeps the states of {kept} samples; it was "
                    "given a batch of "
                    f"{batch}. Every batch must have {kept}: drop the last smaller one, or change "
                    "batch_size."
                )
            initial_state = tree.map_structure(lambda v: v.value, self.states)
        if initial_state is None:
            initial_state = self.zero_states(step_shape)
        if not isinstance(initial_state, (list, tuple)):
            initial_state = [initial_state]
        if len(initial_state) != len(self.state_size):
            raise ShapeError(
                f"{where(self)} has {len(self.state_size)} state(s); initial_state holds "
                f"{len(initial_state)}."
            )
        dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
        return tree.map_structure(
            lambda s: ops.cast(ops.convert_to_tensor(s), dtype), list(initial_state)
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
        extra: dict[str, Any] = {"training": training} if _takes_training(self.cell) else {}
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
        return _zeros(sequences.shape[1], self.output_size, self.compute_dtype)

    def _to_input_order(self, outputs: Any) -> Any:
        return outputs if self.time_major else _swap_first_axes(outputs)

    def compute_output_shape(
        self, sequences_shape: Any, initial_state_shape: Any = None, constants_shape: Any = None
    ) -> Any:
        """Return the shape of the output, or those of output and states if `return_state`."""
        if isinstance(sequences_shape[0], (list, tuple)):
            sequences_shape = sequences_shape[0]
        check_rank(self, sequences_shape, self._input_axes())
        batch, steps = self._batch_and_steps(sequences_shape)
        size = _sizes(self.output_size)
        if self.return_sequences:
            output = (steps, batch, *size) if self.time_major else (batch, steps, *size)
        else:
            output = (batch, *size)
        if not self.return_state:
            return output
        return (output, *(_state_shape(batch, s) for s in self.state_size))

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make a layer from what `get_config` returned; `custom_objects` are cells of your own."""
        with CustomObjectScope(custom_objects or {}):
            return super().from_config(config)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the input's mask if there is an output for every step."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        output_mask = mask if self.return_sequences else None
        return [output_mask, *(None for _ in self.state_size)] if self.return_state else output_mask


def _check_cell(cell: Any) -> None:
    for name in ("call", "state_size"):
        if not hasattr(cell, name):
            raise ValueError(
                f"A cell needs {name}: "
                f"{'a method call(inputs, states)' if name == 'call' else 'an integer, or a list'}"
                f"; {type(cell).__name__} has none."
            )
    sizes = tree.flatten(cell.state_size)
    if None in sizes and isinstance(cell, Layer) and not cell.built:
        return  # it may become known when the cell is built
    if not sizes or not all(hasattr(n, "__index__") for n in sizes):
        raise ValueError(
            "state_size must be an integer, or a list with one per state; that of "
            f"{type(cell).__name__} is "
            f"{cell.state_size!r}."
        )


def _sizes(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, (list, tuple)) else (size,)


def _zeros(batch: int, size: Any, dtype: Any) -> np.ndarray:
    return zeros((batch, *_sizes(size)), dtype)


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


def _takes_training(cell: Any) -> bool:
    return "training" in inspect.signature(cell.call).parameters


@contextlib.contextmanager
def _dropout_masks(cell: Any, inputs: Any, states: Any, training: Any) -> Any:
    if isinstance(cell, (StackedRNNCells, DropoutCell)):
        state = states if isinstance(cell, StackedRNNCells) else states[0]
        with cell.one_sequence(inputs, state, training):
            yield
    else:
        yield
