"""Recurrent layers that make their own cell."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from cornu_engine.errors import ShapeError
from cornu_layers.checks import where
from cornu_layers.recurrent.rnn import RNN
from cornu_ops.files.snake_case import snake_case

_UNUSED = ("use_cudnn", "implementation")  # how Keras runs a layer, where the cell does not ask


class AroundCell(RNN):
    """Base of layers around a cell of one type, whose arguments they show as their own.

    Attributes
    ----------
    cell_type : type
        The class of the cell.
    """

    cell_type: type

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "cell_type" in cls.__dict__:
            for name in _arguments_of(cls.cell_type):
                if not hasattr(cls, name):
                    setattr(cls, name, property(_reader(name), doc=f"`{name}` of the cell."))

    def wrap(self, given: dict[str, Any]) -> None:
        """Give the cell what it takes of a constructor's arguments, and `RNN` the rest."""
        taken = _arguments_of(self.cell_type)
        of_cell = {name: given.pop(name) for name in taken if name in given}
        common = {"dtype": given.get("dtype"), "trainable": given.get("trainable", True)}
        cell = self.cell_type(**of_cell, **common, name=snake_case(self.cell_type.__name__))
        unused = {name: given.pop(name) for name in _UNUSED if name in given}
        RNN.__init__(self, cell, **given)
        if "use_cudnn" in unused:
            self.use_cudnn = unused["use_cudnn"]

    def _first_states(self, initial_state: Any, step_shape: Sequence[int]) -> list[Any]:
        states = super()._first_states(initial_state, step_shape)
        for state, shape in zip(states, self.step_shapes(step_shape)[1], strict=True):
            if tuple(state.shape) != tuple(shape):
                raise ShapeError(
                    f"{where(self)} has states of shape {tuple(shape)} here; initial_state holds "
                    f"one of shape {tuple(state.shape)}. The layer that made it must have as many "
                    "units, and as many samples must go in."
                )
        return states

    def _input_axes(self) -> tuple[str, ...]:
        return ("steps", "features")


def _arguments_of(cell_type: Any) -> list[str]:
    parameters = list(inspect.signature(cell_type.__init__).parameters.values())[1:]
    return [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]


def _reader(name: str) -> Any:
    return lambda self: getattr(self.cell, name)
