"""Estimates of the work of one operation, for listings and budgets."""

from __future__ import annotations

import math
from collections.abc import Callable

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.shapes import product


def _all_steps(node: Node, cost: Callable[[Node], int]) -> int:
    body = node.attrs["body"]
    return node.attrs["length"] * sum(cost(n) for n in toposort([*body.next_state, *body.ys]))


def flops(node: Node) -> int:
    """Return the floating-point operations of a node; a function of one element counts as one.

    Rows of primitives and composites may say it themselves.
    """
    if node.op == "scan":
        return _all_steps(node, flops)
    row = PRIMITIVES.get(node.op)
    said = row or COMPOSITES.get(node.op)
    if said is not None and said.flops is not None:
        return said.flops(node)
    if row is not None:
        if row.kind == "elementwise":
            return node.size
        return node.inputs[0].size if row.kind == "reduction" else 0
    return sum(i.size for i in node.inputs if not i.is_tuple)


CALL = 5_000  # numbers that could be added up while one call begins and ends


def work(node: Node) -> int:
    """Return what a node costs when it runs, counted in operations on single numbers.

    Besides the floating-point operations that is what moves, and what each call costs by itself:
    many small steps take long, too.

    Examples
    --------
    >>> from cornu_engine.graph import constant
    >>> from cornu_engine.primitives.table import p
    >>> work(p.neg(constant([1.0, 2.0]))), work(p.expand(constant(1.0), shape=(10, 1000)))
    (5000, 0)
    """
    row = PRIMITIVES.get(node.op)
    if row is not None and row.kind in ("leaf", "view"):
        return 0
    if node.op == "scan":
        return _all_steps(node, work) + CALL
    moved = sum(map(product, node.shape)) if node.is_tuple else node.size
    if node.op in ("sort", "argsort"):
        moved *= max(1, math.ceil(math.log2(max(2, node.shape[node.attrs["axis"]]))))
    return max(flops(node), moved, CALL * _calls(node))


def _calls(node: Node) -> int:
    """One, or one for each element of a window that slides."""
    definition = COMPOSITES.get(node.op)
    if definition is not None and definition.calls is not None:
        return definition.calls(node)
    return product(node.attrs.get("size", ()))
