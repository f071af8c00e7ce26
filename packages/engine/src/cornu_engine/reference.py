"""The reference: run a graph node by node with the definitions of the primitives.

Slow and plain. It defines what a backend must compute, serves eager traces, and tests the engine
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node
from cornu_engine.primitives import PRIMITIVES

if TYPE_CHECKING:
    from cornu_engine.program import Program


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
    found: dict[Node, None] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in found and node not in values:
            found[node] = None
            stack.extend(node.inputs)
    return sorted(found, key=lambda n: n.serial)


def _compute(node: Node, operands: list[Any]) -> Any:
    if node.op in COMPOSITES:
        result = COMPOSITES[node.op].function(*operands, **node.attrs)
    else:
        result = PRIMITIVES[node.op].evaluate(*operands, **node.attrs)
    if node.is_tuple:
        return tuple(np.asarray(r, d) for r, d in zip(result, node.dtype, strict=True))
    return np.asarray(result, node.dtype)


class ReferenceExecutable:
    """A program run by the reference, with the interface of a backend's executable.

    Parameters
    ----------
    program : Program
    """

    suffix = ".txt"  # of a file that holds the source

    def __init__(self, program: Program) -> None:
        self.program = program
        self.source = str(program)
        self.memory = program.memory

    def input_buffers(self) -> list[np.ndarray]:
        """Return arrays that a caller may fill and pass."""
        return [np.empty(n.shape, n.dtype) for n in self.program.inputs]

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place."""
        values: dict[Node, Any] = dict(zip(self.program.inputs, inputs, strict=True))
        values.update({node: v.array for v, node in self.program.state.items()})
        updates = self.program.updates
        results = evaluate([*self.program.outputs, *updates.values()], values)
        outputs = [np.array(r) for r in results[: len(self.program.outputs)]]
        fresh = [np.array(r) for r in results[len(outputs) :]]
        for variable, value in zip(updates, fresh, strict=True):
            variable.array[...] = value
        return outputs
