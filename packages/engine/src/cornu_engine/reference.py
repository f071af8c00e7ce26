"""The reference: run a graph node by node with the definitions of the primitives.

Slow and plain. It defines what a backend must compute, serves eager traces, and tests the engine
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

import numpy as np

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node
from cornu_engine.primitives import PRIMITIVES


def evaluate(roots: Iterable[Node], values: MutableMapping[Node, Any]) -> list[Any]:
    """Return the values of `roots`; `values` holds those of the leaves and receives all others.

    Examples
    --------
    >>> from cornu_engine.graph import constant
    >>> float(evaluate([-constant(2.0)], {})[0])
    -2.0
    """
    roots = list(roots)
    with np.errstate(all="ignore"):
        for node in _missing(roots, values):
            operands = [values[i] for i in node.inputs]
            values[node] = _compute(node, operands)
    return [values[r] for r in roots]


def _missing(roots: list[Node], values: MutableMapping[Node, Any]) -> list[Node]:
    missing: dict[Node, None] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in missing and node not in values:
            missing[node] = None
            stack.extend(node.inputs)
    return sorted(missing, key=lambda n: n.serial)


def _compute(node: Node, operands: list[Any]) -> Any:
    if node.op in COMPOSITES:
        result = COMPOSITES[node.op].function(*operands, **node.attrs)
    else:
        result = PRIMITIVES[node.op].run(*operands, **node.attrs)
    if node.is_tuple:
        return tuple(np.asarray(r, d) for r, d in zip(result, node.dtype, strict=True))
    return np.asarray(result, node.dtype)
