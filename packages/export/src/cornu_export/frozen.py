"""A program for one size of each axis, in which weights are constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError
from cornu_engine.graph import Node, constant, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.program import Program
from cornu_engine.reference import evaluate
from cornu_engine.rewrite import scalar_of, substitute
from cornu_engine.variable import Variable
from cornu_export.describe import InputSpec, traced

Weights = dict[Variable, Node]


def fixed_shapes(inputs: Sequence[InputSpec], batch: int, format: str) -> list[tuple[int, ...]]:
    """Return the shape of each input for a batch of some size.

    Raises
    ------
    SavingError
        If another axis than the first is free.

    Examples
    --------
    >>> fixed_shapes([InputSpec("x", (None, 3), "float32")], 2, "C")
    [(2, 3)]
    """
    for spec in inputs:
        for axis, size in enumerate(spec.shape):
            if axis and size is None:
                fixed = tuple(n or 100 for n in spec.shape[1:])
                raise SavingError(
                    f"{format} needs a size for axis {axis} of the input {spec.name!r}, which is "
                    f"{spec.shape}. Describe it with sizes, as in Input({fixed})."
                )
    return [tuple(batch if n is None else n for n in spec.shape) for spec in inputs]


def frozen(
    function: Callable[..., Any],
    inputs: Sequence[InputSpec],
    shapes: Sequence[tuple[int, ...]],
    weights: Weights,
) -> Program:
    """Return the program of a function; what depends on weights alone is a constant in it.

    Parameters
    ----------
    function : callable
    inputs : sequence of InputSpec
    shapes : sequence of tuple of int
    weights : dict of Variable to Node
        The constants that stand for weights, for several programs; filled.
    """
    program, _ = traced(function, inputs, shapes)
    return with_constants(program, weights)


def with_constants(program: Program, weights: Weights) -> Program:
    """Return a program whose weights are constants, but for those that it changes."""
    kept = {v: leaf for v, leaf in program.state.items() if v in program.updates}
    known: dict[Node, Node] = {}
    for variable, leaf in program.state.items():
        if variable not in kept:
            if variable not in weights:
                weights[variable] = constant(np.asarray(variable.array))
            known[leaf] = weights[variable]
    roots = _folded(substitute(program.roots, known))
    count = len(program.outputs)
    updates = dict(zip(program.updates, roots[count:], strict=True))
    return replace(program, outputs=tuple(roots[:count]), state=kept, updates=updates)


def _folded(roots: list[Node]) -> list[Node]:
    """Compute what depends on constants alone, where that takes no more room."""
    nodes = toposort(roots)
    fixed: set[Node] = set()
    for node in nodes:
        leaf = not node.inputs and node.op in ("constant", "iota")
        drawn = node.op == "random_bits"
        if leaf or (node.inputs and not drawn and all(i in fixed for i in node.inputs)):
            fixed.add(node)
    wanted: dict[Node, None] = {}
    stack = [i for n in nodes if n not in fixed for i in n.inputs if i in fixed]
    stack += [root for root in roots if root in fixed]
    while stack:
        node = stack.pop()
        if node in wanted or not node.inputs or scalar_of(node) is not None:
            continue
        row = PRIMITIVES.get(node.op)
        larger = not node.is_tuple and node.size > max(
            4096, sum(i.size for i in node.inputs if not i.is_tuple)
        )
        if node.is_tuple or larger or (row is not None and row.kind == "view"):
            stack.extend(node.inputs)
        else:
            wanted[node] = None
    values: dict[Node, Any] = {}
    for node in nodes:
        if node.op == "constant":
            values[node] = node.attrs["value"]
    computed = evaluate(list(wanted), values)
    return substitute(roots, dict(zip(wanted, map(constant, computed), strict=True)))
