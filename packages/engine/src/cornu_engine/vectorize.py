"""Doing at once, over a leading axis of steps, what a loop would do step by step.

`vectorize` rebuilds a part of a scan's body with stacked operands. Each rule says how one operation
looks when some of its operands have gained an axis in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node, make_node, scope, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p

Stacked = Mapping[Node, Node]
Rule = Callable[[Node, list[Node], list[bool], int], Node | None]


def vectorize(roots: Iterable[Node], stacked: Stacked, steps: int) -> list[Node | None]:
    """Return `roots` for all steps at once.

    Parameters
    ----------
    roots : iterable of Node
        Values of one step.
    stacked : dict of Node to Node
        Values of one step and what holds them for all steps, (steps, *shape).
    steps : int

    Returns
    -------
    list of Node or None
        (steps, *shape) each, or the value itself where it is the same at each step; None where a
        rule is missing and the loop must do the work.
    """
    new: dict[Node, Node | None] = dict(stacked)
    moved: dict[Node, bool] = dict.fromkeys(stacked, True)
    roots = list(roots)
    for node in toposort(roots):
        if node in new:
            continue
        moved[node] = any(moved[i] for i in node.inputs)
        if not moved[node]:
            new[node] = node
            continue
        operands = [new[i] for i in node.inputs]
        with scope(node.scope):
            new[node] = (
                None
                if any(o is None for o in operands)
                else _apply(node, operands, [moved[i] for i in node.inputs], steps)  # type: ignore[arg-type]
            )
    return [new[r] for r in roots]


def _apply(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node | None:
    if node.is_tuple or node.op == "item":
        return None
    if node.op in COMPOSITES:
        return _composite(node, operands, moved, steps)
    row = PRIMITIVES[node.op]
    if row.kind == "elementwise":
        return _elementwise(node, operands, moved, steps)
    rule = _RULES.get(node.op)
    return rule(node, operands, moved, steps) if rule else None


def _call(node: Node, operands: list[Node], **attrs: Any) -> Node:
    return getattr(p, node.op)(*operands, **{**node.attrs, **attrs})


def _align(operand: Node, moved: bool, rank: int, steps: int) -> Node:
    """Put the axis of steps in front of the broadcast axes."""
    if not moved or operand.ndim == rank + 1:
        return operand
    ones = (1,) * (rank + 1 - operand.ndim)
    return p.reshape(operand, shape=(steps, *ones, *operand.shape[1:]))


def _elementwise(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    aligned = [_align(o, m, node.ndim, steps) for o, m in zip(operands, moved, strict=True)]
    return _call(node, aligned)


def _composite(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node | None:
    definition = COMPOSITES[node.op]
    expansion = definition.expand(node.inputs, node.attrs)
    if not isinstance(expansion, Node):
        return None
    if _is_elementwise(expansion, node.inputs):
        aligned = [_align(o, m, node.ndim, steps) for o, m in zip(operands, moved, strict=True)]
        shape = (steps, *node.shape)
        return make_node(node.op, aligned, node.attrs, shape, node.dtype)
    stacked = {i: o for i, o, m in zip(node.inputs, operands, moved, strict=True) if m}
    return vectorize([expansion], stacked, steps)[0]


def _is_elementwise(expansion: Node, inputs: tuple[Node, ...]) -> bool:
    known = set(inputs)
    stack = [expansion]
    while stack:
        node = stack.pop()
        if node in known:
            continue
        known.add(node)
        row = PRIMITIVES.get(node.op)
        fill = node.op in ("constant", "expand") and (
            node.op == "constant" or node.inputs[0].size == 1
        )
        if not fill and (row is None or row.kind != "elementwise"):
            return False
        stack.extend(node.inputs)
    return True


def _shape_attr(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    return _call(node, operands, shape=(steps, *node.attrs["shape"]))


def _expand(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    aligned = _align(operands[0], True, node.ndim, steps)
    return p.expand(aligned, shape=(steps, *node.shape))


def _transpose(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    return p.transpose(operands[0], perm=(0, *(i + 1 for i in node.attrs["perm"])))


def _slice(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    start, stop, step = (node.attrs[k] for k in ("start", "stop", "step"))
    return p.slice(operands[0], start=(0, *start), stop=(steps, *stop), step=(1, *step))


def _pad(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    sides = {k: (0, *node.attrs[k]) for k in ("low", "high", "interior")}
    return p.pad(operands[0], **sides, value=node.attrs["value"])


def _axis(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    return _call(node, operands, axis=node.attrs["axis"] + 1)


def _axes(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    return _call(node, operands, axes=tuple(a + 1 for a in node.attrs["axes"]))


def _concat(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    parts = [
        o if m else p.expand(o, shape=(steps, *o.shape))
        for o, m in zip(operands, moved, strict=True)
    ]
    return p.concat(*parts, axis=node.attrs["axis"] + 1)


def _matmul(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    aligned = [
        _align(o, m, node.ndim, steps) if m and node.ndim > 2 else o
        for o, m in zip(operands, moved, strict=True)
    ]
    return p.matmul(*aligned)


def _gather(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node | None:
    if moved == [True, False]:
        return p.gather(*operands, axis=node.attrs["axis"] + 1)
    if moved == [False, True] and node.attrs["axis"] == 0:
        return p.gather(*operands, axis=0)
    return None


def _same(node: Node, operands: list[Node], moved: list[bool], steps: int) -> Node:
    return _call(node, operands)


_RULES: dict[str, Rule] = {
    "reshape": _shape_attr,
    "expand": _expand,
    "transpose": _transpose,
    "slice": _slice,
    "pad": _pad,
    "flip": _axes,
    "concat": _concat,
    "sum": _axes,
    "max": _axes,
    "min": _axes,
    "prod": _axes,
    "argmax": _axis,
    "cumsum": _axis,
    "sort": _axis,
    "argsort": _axis,
    "windows": _axes,
    "matmul": _matmul,
    "gather": _gather,
    "again": _same,
    "stop_gradient": _same,
    "copy": _same,
}
