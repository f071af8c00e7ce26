"""Cells on top of each other, whose states are one flat list."""

from __future__ import annotations

from typing import Any

from cornu_engine import tree

__all__ = ["FlatStates"]


class FlatStates:
    """Lists the states of all cells in one list."""

    cells: list[Any]

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states of all cells."""
        return [size for cell in self.cells for size in _listed(cell.state_size)]

    def get_initial_state(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the states of all cells before the first step."""
        nested = super().get_initial_state(*args, **kwargs)  # type: ignore[misc]
        return [state for states in nested for state in _listed(states)]

    def call(
        self, inputs: Any, states: Any, training: bool | None = None, constants: Any = None
    ) -> tuple[Any, Any]:
        """Return the last cell's output and the new states of all cells."""
        nested, flat = [], list(states)
        for cell in self.cells:
            count = len(_listed(cell.state_size))
            nested.append(flat[:count])
            flat = flat[count:]
        outputs, after = super().call(inputs, nested, training, constants)  # type: ignore[misc]
        return outputs, [state for states in after for state in _listed(states)]

    def one_sequence(self, inputs: Any, states: Any, training: bool | None) -> Any:
        """Let every cell with dropout use one draw for every step made inside."""
        nested, flat = [], tree.flatten(states)
        for cell in self.cells:
            count = len(_listed(cell.state_size))
            nested.append(flat[:count])
            flat = flat[count:]
        return super().one_sequence(inputs, nested, training)  # type: ignore[misc]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
