"""Recurrent layers: their states, their constants, and cells on top of each other."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from cornu.base import Initializer
from cornu.plugins import registry
from cornu_engine import tree

__all__ = ["Constants", "FlatStates", "IdentityOfEachGate", "OldStates"]


class Constants:
    """A layer that remembers with how many constants it was called."""

    num_constants: int | None = None
    _shapes_of_constants: list[Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        constants = kwargs.pop("num_constants", None)
        super().__init__(*args, **kwargs)
        if constants is not None:
            self.num_constants = constants

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the layer; a list holds the sequence, then states, then constants."""
        constants = kwargs.get("constants")
        if constants is not None:
            self.__dict__["num_constants"] = len(_listed(constants))
        elif self.num_constants and isinstance(inputs, (list, tuple)):
            kwargs["constants"] = list(inputs[-self.num_constants :])
            inputs = list(inputs[: -self.num_constants])
            if len(inputs) == 1:
                inputs = inputs[0]
        constants = kwargs.get("constants")
        if constants is not None:
            shapes = [tuple(x.shape) for x in _listed(constants)]
            self.__dict__["_shapes_of_constants"] = shapes
        return super().__call__(inputs, *args, **kwargs)  # type: ignore[misc]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer, and how many constants it was given."""
        config = super().get_config()  # type: ignore[misc]
        return {**config, "num_constants": self.num_constants} if self.num_constants else config

    get_config.derives = True  # type: ignore[attr-defined]


class OldStates(Constants):
    """A recurrent layer with arguments in their old order, that lists None for states not kept."""

    cell: Any
    state_size: Any
    return_state: bool
    _sequence: Any

    @property
    def states(self) -> Any:
        """What is kept between batches: variables, or None for each state."""
        kept = self.__dict__.get("states")
        return [None] * len(_listed(self.state_size)) if kept is None else kept

    def build(self, input_shape: Any, **shapes: Any) -> None:
        """Build the cell, and the states that are kept."""
        constants = shapes.get("constants_shape") or self._shapes_of_constants
        if constants and not getattr(self.cell, "built", True):
            _, _, step = self._sequence(input_shape)
            lone = tree.is_shape(constants)
            self.cell.build([step, *([constants] if lone else constants)])
        super().build(input_shape)  # type: ignore[misc]

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool | None = None,
        initial_state: Any = None,
        constants: Any = None,
    ) -> Any:
        """Return the outputs, and the states behind them if `return_state`."""
        return super().call(  # type: ignore[misc]
            inputs,
            initial_state=initial_state,
            mask=mask,
            training=training,
            constants=constants,
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output, or a list with those of the states."""
        if isinstance(input_shape, list):
            input_shape = input_shape[0]
        shape = super().compute_output_shape(input_shape)  # type: ignore[misc]
        return list(shape) if self.return_state else shape

    def reset_states(self, states: Any = None) -> None:
        """Start from zeros again, or from these states."""
        if not getattr(self, "stateful", False):
            raise AttributeError("Layer must be stateful.")
        super().reset_states(states)  # type: ignore[misc]


class IdentityOfEachGate:
    """A cell whose recurrent kernel, by the initializer `identity`, is one for each gate."""

    recurrent_initializer: Any

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        given = self.recurrent_initializer
        if isinstance(given, registry.attribute("initializer", "Identity")):
            self.recurrent_initializer = _Gates(given)
        super().build(input_shape)  # type: ignore[misc]
        self.recurrent_initializer = given


class _Gates(Initializer):
    def __init__(self, one: Any) -> None:
        self.one = one

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        rows, columns = shape
        one = np.asarray(self.one((rows, rows), dtype))
        return np.concatenate([one] * (columns // rows), axis=1)


class FlatStates:
    """Lists the states of all cells in one list."""

    cells: list[Any]
    output_is_state = False  # it is none of the first ones

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__["reverse_state_order"] = kwargs.pop("reverse_state_order", False)
        if self.reverse_state_order:
            warnings.warn(
                "`reverse_state_order=True` in `StackedRNNCells` will soon be deprecated. Please "
                "update the code to work with the natural order of states if you reply on the RNN "
                "states, eg `RNN(return_state=True)`.",
                stacklevel=4,
            )
        super().__init__(*args, **kwargs)

    reverse_state_order: bool = False

    @property
    def state_size(self) -> tuple[Any, ...]:
        """The sizes of the states of all cells."""
        cells = self.cells[::-1] if self.reverse_state_order else self.cells
        return tuple(size for cell in cells for size in _listed(cell.state_size))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return the states of all cells before the first step."""
        return self._flat(super().get_initial_state(batch_size))  # type: ignore[misc]

    def call(
        self, inputs: Any, states: Any, training: bool | None = None, constants: Any = None
    ) -> tuple[Any, Any]:
        """Return the last cell's output and the new states of all cells."""
        nested = self._nested(list(states))
        outputs, after = super().call(inputs, nested, training, constants)  # type: ignore[misc]
        return outputs, self._flat(after)

    def one_sequence(self, inputs: Any, states: Any, training: bool | None) -> Any:
        """Let every cell with dropout use one draw for every step made inside."""
        nested = self._nested(tree.flatten(states))
        return super().one_sequence(inputs, nested, training)  # type: ignore[misc]

    def _nested(self, states: list[Any]) -> list[list[Any]]:
        """The states, cell by cell."""
        nested, start = [], 0
        for cell in self.cells[::-1] if self.reverse_state_order else self.cells:
            end = start + len(_listed(cell.state_size))
            nested.append(states[start:end])
            start = end
        return nested[::-1] if self.reverse_state_order else nested

    def _flat(self, nested: list[Any]) -> list[Any]:
        cells = nested[::-1] if self.reverse_state_order else nested
        return [state for states in cells for state in _listed(states)]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
