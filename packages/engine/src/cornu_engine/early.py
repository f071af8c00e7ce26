"""What is made early because it is smaller than what it is made of.

A derivative often asks only for a mask, or the winners of a pool. Made where the value is made,
they are all that must be kept until then.
"""

from __future__ import annotations

from collections.abc import Iterable

from cornu_engine.composite import COMPOSITES
from cornu_engine.graph import Node
from cornu_engine.layout import Layouts
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.settings import limits

Rank = dict[Node, tuple[int, ...]]


def made_early(order: Iterable[Node], roots: Iterable[Node], rank: Rank) -> Rank:
    """Return other ranks for the nodes that should run as soon as their operands are there.

    Parameters
    ----------
    order : iterable of Node
        As they would run.
    roots : iterable of Node
        Kept to the end in any case.
    rank : dict
        Where each node runs; operands run before it whatever it says.

    Returns
    -------
    dict
        Of the nodes to move: those which read last a large value that nothing else needs so late.

    Examples
    --------
    >>> from cornu_engine.primitives.table import p
    >>> from cornu_engine.trace import Trace
    >>> with Trace("relu") as trace:
    ...     x = trace.input("x", (200, 200), "float32")
    ...     kept = p.exp(x)
    ...     total = p.sum(kept, axes=(0, 1), keepdims=False)
    ...     mask = p.lt(kept, 1.0)
    >>> order = [x, *mask.inputs[1:], kept, total, mask]
    >>> made_early(order, [total, mask], {}) == {mask: (kept.serial, mask.serial)}
    True
    """
    order, layouts = list(order), Layouts()
    when = {node: i for i, node in enumerate(order)}
    users: dict[Node, list[Node]] = {}
    for node in order:
        if node.is_tuple or layouts.owner(node) is node:
            for owner in {layouts.owner(i) for i in node.inputs}:
                users.setdefault(owner, []).append(node)
    kept = {layouts.owner(root) for root in roots}
    moved: Rank = {}
    for value, readers in users.items():
        if value.is_tuple or value.nbytes < limits.early or not value.inputs or value in kept:
            continue
        now = when[value]
        ready = {
            r
            for r in readers
            if _is_narrow(r.op)
            and all(when[o] <= now or not o.inputs for o in map(layouts.owner, r.inputs))
        }
        last = max((when[r] for r in readers if r not in ready), default=now)
        late = [r for r in ready if when[r] > last]
        end = max((when[r] for r in late), default=last)
        cost = sum(r.nbytes * (when[r] - now) for r in late)  # bytes times how long
        if cost < value.nbytes * (end - last):
            place = rank.get(value, (value.serial,))[0]
            for node in late:
                moved[node] = (place, node.serial)
                moved.update({i: (place, i.serial) for i in node.inputs if when[i] > now})
    return moved


def _is_narrow(op: str) -> bool:
    row = PRIMITIVES.get(op) or COMPOSITES.get(op)
    return row is not None and row.narrow
