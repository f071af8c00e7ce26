"""What a recurrent layer asks of a cell, whoever wrote it.

A cell has `state_size` and `call(inputs, states)`; it may have `output_size` and
`get_initial_state`, and take `training` and `constants` in its call.
"""

from __future__ import annotations

import inspect
from typing import Any

from cornu.base import Layer
from cornu_engine import tree
from cornu_engine.variable import zeros


def check_cell(cell: Any) -> None:
    """Refuse what is no cell.

    Raises
    ------
    ValueError
        With what it lacks.
    """
    if isinstance(cell, type):
        raise ValueError(f"A cell is an object: write {cell.__name__}(...), not {cell.__name__}.")
    if hasattr(cell, "return_sequences"):
        raise ValueError(
            f"{type(cell).__name__} is a recurrent layer already: use it as it is, or make a layer "
            f"of its cell, as in RNN({type(cell).__name__}Cell(...))."
        )
    wanted = {"call": "a method call(inputs, states)", "state_size": "an integer, or a list"}
    for name, what in wanted.items():
        if not hasattr(cell, name):
            raise ValueError(f"A cell needs {name}: {what}; {type(cell).__name__} has none.")
    sizes = tree.flatten(cell.state_size)
    if None in sizes and isinstance(cell, Layer) and not cell.built:
        return  # it may become known when the cell is built
    if not sizes or not all(hasattr(n, "__index__") for n in sizes):
        raise ValueError(
            "state_size must be an integer, or a list with one per state; that of "
            f"{type(cell).__name__} is {cell.state_size!r}."
        )


def takes(cell: Any, name: str) -> bool:
    """Return whether a cell's call has an argument of this name."""
    return name in inspect.signature(cell.call).parameters


def is_several(states: Any) -> bool:
    """Return whether these are states in a list, not a lone one."""
    return isinstance(states, (list, tuple))


def axes(size: Any) -> tuple[int, ...]:
    """Return a size of one state or output as the axes behind the batch.

    Examples
    --------
    >>> axes(4), axes([8, 8, 3])
    ((4,), (8, 8, 3))
    """
    return tuple(size) if isinstance(size, (list, tuple)) else (size,)


def output_size(cell: Any) -> Any:
    """Return the size of one step's output: that of the first state if the cell does not say."""
    size = getattr(cell, "output_size", None)
    if size is not None:
        return size
    return cell.state_size[0] if is_several(cell.state_size) else cell.state_size


def initial_state(cell: Any, batch_size: Any, dtype: Any) -> Any:
    """Return the states before the first step: the cell's own, or zeros."""
    make = getattr(cell, "get_initial_state", None)
    if make is not None:
        offered = {"inputs": None, "batch_size": batch_size, "dtype": dtype}
        taken = inspect.signature(make).parameters
        return make(**{name: value for name, value in offered.items() if name in taken})
    if is_several(cell.state_size):
        return [zeros((batch_size, *axes(n)), dtype) for n in cell.state_size]
    return zeros((batch_size, cell.state_size), dtype)


def inputs_and_states(inputs: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
    """Return the sequence, the states and the mask of a call, whichever way they were given.

    A call may hold the states behind the sequence, `[sequence, *states]`, and then has a list of
    masks as well.

    Examples
    --------
    >>> inputs_and_states(["x", "h", "c"], None, ["mask", None, None])
    ('x', ['h', 'c'], 'mask')
    """
    if isinstance(inputs, (list, tuple)):
        inputs, *given = inputs
        states = states if states is not None else given or None
        mask = first_mask(mask)
    return inputs, states, mask


def first_mask(mask: Any) -> Any:
    """Return the sequence's mask, of one or of several."""
    return mask[0] if isinstance(mask, (list, tuple)) else mask
