"""Cells on top of each other, as one cell."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.base import Layer
from cornu_layers.checks import where
from cornu_layers.recurrent import protocol
from cornu_layers.recurrent.dropout import DropoutCell

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions


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

    def __init__(self, cells: Sequence[Any], **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        if not cells:
            raise ValueError(f"{where(self)} needs at least one cell.")
        for cell in cells:
            protocol.check_cell(cell)
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of each cell."""
        return [c.state_size for c in self.cells]

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return protocol.output_size(self.cells[-1])

    @property
    def output_is_state(self) -> bool:
        """Whether the output is the last cell's first state."""
        return getattr(self.cells[-1], "output_is_state", False)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return the states of each cell before the first step."""
        return [protocol.initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build the cells, each for the output of the one below (and the constants, if any)."""
        constants: list[Any] = []
        if isinstance(input_shape[0], (list, tuple)):
            input_shape, *constants = input_shape
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                shape = tuple(input_shape)
                given = constants if protocol.takes(cell, "constants") else []
                cell.build([shape, *given] if given else shape)
            input_shape = (input_shape[0], *protocol.axes(protocol.output_size(cell)))

    def call(
        self, inputs: Any, states: Any, training: bool | None = None, constants: Any = None
    ) -> tuple[Any, Any]:
        """Return the last cell's output and every cell's new states."""
        offered = {"training": training, "constants": constants}
        after = []
        for cell, state in zip(self.cells, states, strict=True):
            step = cell if callable(cell) else cell.call
            lone = not protocol.is_several(state)
            extra = {name: x for name, x in offered.items() if protocol.takes(cell, name)}
            inputs, new = step(inputs, [state] if lone else state, **extra)
            if lone and protocol.is_several(new):
                new = new[0]
            after.append(new)
        return inputs, after

    @contextlib.contextmanager
    def one_sequence(self, inputs: Any, states: Any, training: bool | None) -> Iterator[None]:
        """Let every cell with dropout use one draw for every step made inside."""
        with contextlib.ExitStack() as stack:
            for cell, state in zip(self.cells, states, strict=True):
                first = state[0] if protocol.is_several(state) else state
                if isinstance(cell, DropoutCell):
                    stack.enter_context(cell.one_sequence(inputs, first, training))
                shape = (inputs.shape[0], *protocol.axes(protocol.output_size(cell)))
                nothing = np.zeros((), self.compute_dtype)
                inputs = np.broadcast_to(nothing, shape)  # its shape is all that counts
            yield
