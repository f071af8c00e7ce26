"""The states of a recurrent layer: where they start, and what is kept of them between batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu_engine import tree
from cornu_engine.errors import ShapeError
from cornu_engine.variable import Variable
from cornu_layers.checks import where
from cornu_layers.recurrent import protocol


class Stateful(Layer):
    """Base of layers around a cell, which may start each batch from where the last one ended.

    Attributes
    ----------
    cell
        See `protocol`.
    states : list of Variable, or None
        What is kept, if `stateful`.
    time_major : bool
        Whether the first axis of the inputs is that of the steps.
    """

    cell: Any
    states: Any = None
    time_major: bool = False

    def _batch_and_steps(self, shape: Sequence[Any]) -> tuple[Any, Any]:
        return (shape[1], shape[0]) if self.time_major else (shape[0], shape[1])

    @property
    def state_size(self) -> list[Any]:
        """Sizes of the states, one per state."""
        size = self.cell.state_size
        return list(size) if protocol.is_several(size) else [size]

    def _keep_states(self, step_shape: Sequence[int | None]) -> None:
        if None in step_shape:
            raise ShapeError(
                f"{where(self)} is stateful: it keeps one state per sample, so the batch size must "
                "be known. Give Input(batch_shape=(batch, steps, features)), or batch_input_shape "
                "to the first layer."
            )
        states = tree.map_structure(
            lambda value: Variable(np.array(value), trainable=False, name="rnn_state"),
            self.zero_states(step_shape),
        )
        self.__dict__["states"] = states  # no weights: they change with the batch size

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
        states = protocol.initial_state(self.cell, batch_size, dtype)
        return list(states) if protocol.is_several(states) else [states]

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
            count = 0 if self.states is None else len(kept)
            raise ValueError(
                f"{where(self)} keeps {count} states; reset_states was given {len(given)}."
            )
        for variable, value in zip(kept, given, strict=True):
            variable.assign(value)

    def _first_states(self, initial_state: Any, step_shape: Sequence[int]) -> list[Any]:
        batch = step_shape[0]
        if initial_state is None and self.stateful:
            kept = tree.flatten(self.states)[0].shape[0]
            if kept != batch:
                raise ShapeError(
                    f"{where(self)} is stateful and keeps the states of {kept} samples; it was "
                    f"given a batch of {batch}. Every batch must have {kept}: drop the last "
                    "smaller one, or change batch_size."
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
