"""Numbers behind the nodes of tapes, found when they are asked for.

A leaf of a tape is kept with its array, as long as somebody holds it. What was computed from such
leaves is computed when somebody asks: the first time node by node, and as a compiled program where
the same computation comes again with other numbers, as it does in a training loop.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine import current
from cornu_engine.backends import resolve
from cornu_engine.graph import Node, leaf
from cornu_engine.program import build_program
from cornu_engine.reference import evaluate as node_by_node
from cornu_engine.rewrite import substitute
from cornu_engine.settings import limits
from cornu_engine.trace import Trace

__all__ = ["KNOWN", "evaluate", "value_of"]


class Known:
    """The numbers behind nodes, as long as somebody holds these. Nodes are told by identity."""

    def __init__(self) -> None:
        self._values: dict[int, tuple[Any, Any]] = {}

    def __contains__(self, node: Node) -> bool:
        return id(node) in self._values

    def __getitem__(self, node: Node) -> Any:
        return self._values[id(node)][1]

    def __setitem__(self, node: Node, value: Any) -> None:
        key, values = id(node), self._values
        values[key] = (weakref.ref(node, lambda _: values.pop(key, None)), value)


KNOWN: Any = Known()
_seen: OrderedDict[tuple[int, ...], list[Any]] = OrderedDict()  # programs by their nodes
_stand_ins: dict[tuple[Any, ...], Node] = {}  # inputs by number, shape and dtype


def value_of(node: Node) -> Any:
    """Return the number behind a node, None where it rests on a leaf without one."""
    found = evaluate([node])
    return None if found is None else found[0]


def evaluate(roots: Sequence[Node]) -> list[Any] | None:
    """Return the numbers behind nodes, None where one rests on a leaf without a number."""
    begin = _beginnings(roots)
    if begin is None:
        return None
    lifted = [node for node in begin if node.op != "constant" or node.shape]
    places = {node: _stand_in(i, node) for i, node in enumerate(lifted)}
    values = _run(substitute(roots, places), list(places.values()), [*map(_number, lifted)])
    for root, value in zip(roots, values, strict=True):
        if root.op != "constant":
            KNOWN[root] = value
    return values


current.ASKED.append(value_of)


def _number(node: Node) -> Any:
    return node.attrs["value"] if node.op == "constant" else KNOWN[node]


def _stand_in(number: int, node: Node) -> Node:
    key = (number, tuple(node.shape), node.dtype)
    if key not in _stand_ins:
        _stand_ins[key] = leaf("input", node.shape, node.dtype, name=f"x{number}")
    return _stand_ins[key]


def _beginnings(roots: Sequence[Node]) -> list[Node] | None:
    """Return the nodes with numbers that others are computed from, in order of their making."""
    begin: dict[int, Node] = {}
    reached: set[int] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) in reached:
            continue
        reached.add(id(node))
        if node.op == "constant" or id(node) in KNOWN._values:
            begin[id(node)] = node
        elif node.inputs:
            stack.extend(node.inputs)
        elif node.op in ("input", "variable", "parameter"):
            return None
    return sorted(begin.values(), key=lambda n: n.serial)


def _run(nodes: list[Node], inputs: list[Node], arrays: list[Any]) -> list[Any]:
    backend = resolve()
    key = (id(backend), *map(id, nodes))
    kept = _seen.pop(key, None)
    program = None if kept is None else kept[1]
    if kept is not None and program is None:
        with Trace("tape") as trace:
            trace.inputs = inputs
        program = backend.compile(build_program("tape", trace, nodes))
    _seen[key] = [nodes, program]  # holding the nodes keeps their identity theirs
    if len(_seen) > limits.reused:
        _seen.popitem(last=False)
    if program is None:
        return node_by_node(nodes, dict(zip(inputs, arrays, strict=True)))
    return list(program(*(np.asarray(a, order="C") for a in arrays)))
