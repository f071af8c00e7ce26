"""What is computed once more where its derivative is taken, so that it need not be kept till then.

A region is what a trace made between two moments. Its derivative does not read the values that it
made on the way but twins of them, computed from the same operands by the same operations, so that
the numbers are the same to the bit. What another region begins with is kept.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cornu_engine.composite import item
from cornu_engine.graph import Node, make_node, moment, scope
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.trace import current_trace


def backward(path: str) -> str:
    """Return the label of what a layer's derivative computes.

    Examples
    --------
    >>> backward("model/dense"), backward("")
    ('∇model/dense', '')
    """
    return path if not path or path.startswith("∇") else f"∇{path}"


class Region(NamedTuple):
    """Nodes by their serials.

    Attributes
    ----------
    start, stop : int
    in_parts : bool
        It is too much to be computed again at once: parts of it are, which begin where regions
        inside of it do.
    """

    start: int
    stop: int
    in_parts: bool = False


def compute_again(start: int, in_parts: bool = False) -> None:
    """Make a region of what was traced since a `moment()`.

    Examples
    --------
    >>> from cornu_engine.gradients import gradients
    >>> from cornu_engine.graph import toposort
    >>> from cornu_engine.trace import Trace
    >>> with Trace() as trace:
    ...     x = trace.input("x", (2,), "float32")
    ...     start = moment()
    ...     y = p.exp(p.sin(x))
    ...     compute_again(start)
    ...     slopes = gradients([y], [x])
    >>> [node.op for node in toposort([y, *slopes])].count("sin")
    2
    """
    trace = current_trace()
    if trace is not None:
        trace.regions.append(Region(start, moment(), in_parts))


class Twins:
    """The nodes that stand for those of regions where derivatives are taken.

    Parameters
    ----------
    order : list of Node
        Of the function whose derivative is taken; operands first.
    regions : sequence of Region
    """

    def __init__(self, order: list[Node], regions: Sequence[Region]) -> None:
        self._made: dict[Node, Node] = {}
        self._where: dict[Node, int] = {}
        self._members: list[list[Node]] = []
        if not regions:
            return
        for span in _spans(order, regions):
            inside = [node for node in order if span[0] <= node.serial < span[1]]
            self._where.update(dict.fromkeys(inside, len(self._members)))
            self._members.append(inside)
        self._shared = _free_of_charge(order)
        for node in order:
            home = self._where.get(node)
            for operand in node.inputs if home is not None else ():
                if self._where.get(operand, home) != home:
                    whole = operand.op == "item"
                    self._shared.update((operand, *operand.inputs) if whole else (operand,))

    def of(self, node: Node) -> Node:
        """Return the twin of a node, or the node itself where it is in no region."""
        home = self._where.get(node)
        if home is None:
            return node
        if node not in self._made:  # the whole region at once, before its derivative
            for member in self._members[home]:
                self._made[member] = self._twin(member, home)
        return self._made[node]

    def _twin(self, node: Node, home: int) -> Node:
        if node in self._shared or (node.op == "item" and node.inputs[0] in self._shared):
            return node
        inputs = [self._made[i] if self._where.get(i) == home else i for i in node.inputs]
        with scope(backward(node.scope)):
            if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
                free = [i for i, x in enumerate(inputs) if x.op != "constant" and not x.is_tuple]
                if not free:
                    return node
                inputs[free[0]] = p.again(inputs[free[0]])  # else it would be the same node
            return make_node(node.op, inputs, node.attrs, node.shape, node.dtype)


def _free_of_charge(order: list[Node]) -> set[Node]:
    """Return the leaves and their views: they take no memory, kept or not."""
    found: set[Node] = set()
    for node in order:
        if not node.inputs or (_is_view(node) and node.inputs[0] in found):
            found.add(node)
    return found


def is_again(node: Node) -> bool:
    """Tell whether what reads this value repeats a computation, which must not be done earlier."""
    while node.op != "again" and _is_view(node):
        node = node.inputs[0]
    return node.op == "again"


def _is_view(node: Node) -> bool:
    row = PRIMITIVES.get(node.op)
    return row is not None and row.kind == "view"


def _spans(order: list[Node], regions: Sequence[Region]) -> Iterator[tuple[int, int]]:
    """Yield the regions that lie in no other, those in parts cut into them."""
    outer: Region | None = None
    cuts: list[int] = []
    for region in [*sorted(regions, key=lambda r: (r.start, -r.stop)), None]:
        if outer is not None and region is not None and region.start < outer.stop:
            cuts.append(region.start)
            continue
        if outer is not None:
            yield from _parts(order, outer, cuts if outer.in_parts else [])
        outer, cuts = region, []


def _parts(order: list[Node], region: Region, cuts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the parts for which least is kept between them and made within the largest."""
    ends = [region.start, *cuts, region.stop]
    made, kept = _bytes(order, ends)
    sizes = [0, *itertools.accumulate(made)]
    best, chosen = math.inf, [0, len(made)]
    for count in range(1, 2 * math.isqrt(len(made)) + 2):
        most = max(sizes[-1] / count, *made)  # within one part
        least, before = [0.0], [0]  # kept by the best cuts that end with a part at each piece
        for end in range(1, len(ends)):
            first = bisect.bisect_left(sizes, sizes[end] - most)
            start = min(range(min(first, end - 1), end), key=least.__getitem__)
            before.append(start)
            least.append(least[start] + (kept[end] if end < len(made) else 0))
        if least[-1] + most < best:
            best, chosen = least[-1] + most, [len(made)]
            while chosen[0]:
                chosen.insert(0, before[chosen[0]])
    yield from ((ends[a], ends[b]) for a, b in itertools.pairwise(chosen))


def _bytes(order: list[Node], ends: list[int]) -> tuple[list[int], list[int]]:
    """Return the bytes made in each piece, and those alive at the beginning of each."""
    made, change = [0] * (len(ends) - 1), [0] * (len(ends) + 1)
    last: dict[Node, int] = {}  # the serial of who reads it last
    for node in order:
        for operand in node.inputs:
            last[_owner(operand)] = node.serial
    for node, until in last.items():
        place = bisect.bisect_right(ends, node.serial) - 1
        if node.inputs and 0 <= place < len(made):
            size = item(node, 0).nbytes if node.is_tuple else node.nbytes  # the others are small
            change[place + 1] += size
            change[bisect.bisect_right(ends, until)] -= size
            if not _takes_a_place(node, last):
                made[place] += size
    return made, list(itertools.accumulate(change))


def _owner(node: Node) -> Node:
    while _is_view(node) and node.inputs:
        node = node.inputs[0]
    return node


def _takes_a_place(node: Node, last: dict[Node, int]) -> bool:
    """Tell whether a value can lie where an operand does, which nothing else needs."""
    row = PRIMITIVES.get(node.op)
    return (
        row is not None
        and row.kind == "elementwise"
        and any(last[_owner(x)] == node.serial and x.nbytes == node.nbytes for x in node.inputs)
    )
