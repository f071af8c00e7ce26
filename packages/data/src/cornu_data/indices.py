"""Are the indices of the data within the tables that they are looked up in?

A layer that looks up its inputs in a table says which of its arguments is the number of rows:
`rows_of_table = "input_dim"`. Which input goes into which of them is read off the traced graph, so
it holds for models of any make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_data.names import leaves_with_names
from cornu_data.text import is_text
from cornu_data.unpack import unpack_x_y_sample_weight
from cornu_engine import tree
from cornu_engine.errors import DataError
from cornu_engine.graph import Node, toposort
from cornu_engine.program import Program

__all__ = ["IndexRule", "check_indices", "index_rules"]

# Operations that hand an index on, each with the operand that it is.
_PASSED_ON = {"cast": 0, "reshape": 0, "transpose": 0, "where": 2}  # where(i < 0, i + n, i)


FEW = 32  # elements that are read one by one


@dataclass(frozen=True)
class IndexRule:
    """Which numbers an input may hold.

    Attributes
    ----------
    position : int
        Place of the input among the arrays of a batch.
    layer : str
        Path of the layer with the table.
    size : int
        Rows of the table.
    argument : str
        What the layer calls that number.
    """

    position: int
    layer: str
    size: int
    argument: str


def index_rules(program: Program, tables: Mapping[str, tuple[int, str]]) -> list[IndexRule]:
    """Return the rules for inputs that are looked up in a layer's table of vectors.

    Parameters
    ----------
    program : Program
    tables : dict
        For the path of each layer with a table its rows, and what the layer calls their number.
    """
    if not tables:
        return []
    places = {node: position for position, node in enumerate(program.inputs)}
    rules: dict[IndexRule, None] = {}
    for node in toposort(program.roots):
        if node.op == "gather" and node.scope in tables:
            position = places.get(_origin(node.inputs[1]))
            if position is not None:
                rules[IndexRule(position, node.scope, *tables[node.scope])] = None
    return list(rules)


def _origin(node: Node) -> Node:
    while node.op in _PASSED_ON:
        node = node.inputs[_PASSED_ON[node.op]]
    return node


def _is_within(indices: np.ndarray, size: int) -> bool:
    """Tell whether all indices are rows of a table; a list of few is read sooner than an array."""
    some = indices.ravel().tolist() if indices.size <= FEW else (indices.min(), indices.max())
    return bool(min(some) >= 0 and max(some) < size)


def check_indices(
    data: Any, rules: Iterable[IndexRule], fed: Sequence[tuple[str, np.ndarray]] | None = None
) -> None:
    """Raise if an input holds an index that its table does not have.

    Parameters
    ----------
    data : array or tuple
        `x`, `(x, y)` or `(x, y, sample_weight)`.
    rules : iterable of IndexRule
    fed : sequence of (name, array), optional
        Of a batch with text, what the host stage made of it.

    Raises
    ------
    DataError
        Naming the layer, the index and where it stands.

    Examples
    --------
    >>> check_indices(np.array([[0, 4]]), [IndexRule(0, "words", 5, "input_dim")])
    """
    x, y, weights = unpack_x_y_sample_weight(data)
    named = [pair for pair in leaves_with_names(x, "x") if pair[1] is not None]
    if fed is not None:
        named += [("y", leaf) for leaf in tree.flatten((y, weights)) if leaf is not None]
        named = [*(pair for pair in named if not is_text(pair[1])), *fed]
    for rule in rules:
        if rule.position >= len(named):
            continue
        name, indices = named[rule.position]
        if indices.size == 0 or _is_within(indices, rule.size):
            continue
        where = np.argwhere((indices < 0) | (indices >= rule.size))[0]
        place = f"{name}[{', '.join(map(str, where))}]"
        largest = int(indices.max())
        edit = (
            f"Give it {rule.argument}={largest + 1} or more, or map rare indices to one that "
            "exists."
            if largest >= rule.size
            else "Count indices from 0."
        )
        raise DataError(
            f"{name} holds the index {int(indices[tuple(where)])} (at {place}), but layer "
            f"{rule.layer!r} has vectors for 0 to {rule.size - 1}: its {rule.argument} is "
            f"{rule.size}. "
            f"{edit}"
        )
