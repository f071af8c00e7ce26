"""Sums over ranks gathered: all that can be asked for at once is one `all_reduce` of one vector."""

from __future__ import annotations

from collections.abc import Iterable

from cornu_distributed.primitive import NAME, all_reduce
from cornu_engine.graph import Node, scope, toposort
from cornu_engine.primitives.table import p
from cornu_engine.rewrite import substitute


def merged(roots: Iterable[Node]) -> list[Node]:
    """Return the roots with one sum for each level of sums and each dtype.

    The level of a sum is the number of sums that it depends on one after the other.
    """
    roots = list(roots)
    level: dict[Node, int] = {}
    groups: dict[tuple[int, str], list[Node]] = {}
    for node in toposort(roots):
        level[node] = max((level[i] for i in node.inputs), default=0) + (node.op == NAME)
        if node.op == NAME:
            groups.setdefault((level[node], str(node.dtype)), []).append(node)
    replaced: dict[Node, Node] = {}
    for _, nodes in sorted(groups.items()):
        operands = substitute([n.inputs[0] for n in nodes], replaced)
        with scope(NAME):
            vectors = [p.reshape(x, shape=(x.size,)) for x in operands]
            total = all_reduce(vectors[0] if len(vectors) == 1 else p.concat(*vectors, axis=0))
            start = 0
            for node in nodes:
                piece = p.slice(total, start=(start,), stop=(start + node.size,), step=(1,))
                replaced[node] = p.reshape(piece, shape=node.shape)
                start += node.size
    return substitute(roots, replaced)
