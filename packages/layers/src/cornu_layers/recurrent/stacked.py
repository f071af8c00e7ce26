"""Cells on top of each other, as one cell."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu.base import Layer
from cornu.engine.variable import zeros
from cornu_layers.recurrent.dropout import DropoutCell


class StackedRNNCells(Layer):
    """Let each cell work on the output of the one below.

    Parameters
    ----------
    cells : list of Layer
        From the bottom up.

    Notes
    -----
    Input `(batch, features)` and a list of each cell's states; output that of the last cell.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> cells = layers.StackedRNNCells([layers.LSTMCell(4), layers.LSTMCell(2)])
    >>> layers.RNN(cells)(np.ones((3, 5, 6), "float32")).shape
    (3, 2)
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
                raise ValueError(
                    f"Every cell needs call(inputs, states) and state_size; {type(cell).__name__} "
                    "lacks one."
                )
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of each cell."""
        return [c.state_size for c in self.cells]

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return _output_size(self.cells[-1])

    @property
    def output_is_state(self) -> bool:
        """Whether the output is the last cell's first state."""
        return getattr(self.cells[-1], "output_is_state", False)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return the states of each cell before the first step."""
        return [_initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build the cells, each for the output of the one below (and the constants, if any)."""
        constants: list[Any] = []
        if isinstance(input_shape[0], (list, tuple)):
            input_shape, *constants = input_shape
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                shape = tuple(input_shape)
                given = constants if _takes(cell, "constants") else []
                cell.build([shape, *given] if given else shape)
            input_shape = (input_shape[0], *_sizes(_output_size(cell)))

    def call(
        self, inputs: Any, states: Any, training: bool | None = None, constants: Any = None
    ) -> tuple[Any, Any]:
        """Return the last cell's output and every cell's new states."""
        offered = {"training": training, "constants": constants}
        after = []
        for cell, state in zip(self.cells, states, strict=True):
            step = cell if callable(cell) else cell.call
            lone = not isinstance(state, (list, tuple))
            extra = {name: x for name, x in offered.items() if _takes(cell, name)}
            inputs, new = step(inputs, [state] if lone else state, **extra)
            if lone and isinstance(new, (list, tuple)):
                new = new[0]
            after.append(new)
        return inputs, after

    @contextlib.contextmanager
    def one_sequence(self, inputs: Any, states: Any, training: bool | None) -> Iterator[None]:
        """Let every cell with dropout use one draw for every step made inside."""
        with contextlib.ExitStack() as stack:
            for cell, state in zip(self.cells, states, strict=True):
                first = state[0] if isinstance(state, (list, tuple)) else state
                if isinstance(cell, DropoutCell):
                    stack.enter_context(cell.one_sequence(inputs, first, training))
                shape = (inputs.shape[0], *_sizes(_output_size(cell)))
                inputs = np.broadcast_to(
                    np.zeros((), self.compute_dtype), shape
                )  # its shape is all that counts
            yield


def _takes(cell: Any, name: str) -> bool:
    return name in inspect.signature(cell.call).parameters


def _output_size(cell: Any) -> Any:
    size = getattr(cell, "output_size", None)
    if size is not None:
        return size
    return cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size


def _sizes(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, (list, tuple)) else (size,)


def _initial_state(cell: Any, batch_size: Any, dtype: Any) -> Any:
    make = getattr(cell, "get_initial_state", None)
    if make is not None:
        offered = {"inputs": None, "batch_size": batch_size, "dtype": dtype}
        taken = inspect.signature(make).parameters
        return make(**{name: value for name, value in offered.items() if name in taken})
    if isinstance(cell.state_size, (list, tuple)):
        return [zeros((batch_size, n), dtype) for n in cell.state_size]
    return zeros((batch_size, cell.state_size), dtype)
