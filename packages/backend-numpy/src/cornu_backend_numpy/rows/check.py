"""A grouped plan run on paper: which bytes the members of a region touch, block by block.

It asks nothing of what made the regions. Views are made by NumPy, of memory that nobody touches,
and their bounds say what is read. A block may read what was there before the region and what it has
written itself; what it writes, no other block may touch, for threads run them in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from cornu_backend_numpy.rows.regions import Region
from cornu_backend_numpy.runtime import share
from cornu_engine.errors import GraphError
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.primitives import PRIMITIVES

Span = tuple[int, int]  # bytes from, and up to
LOOKED_AT = 6  # blocks of a region: the first, the last, and some between


def check_regions(plan: Steps, regions: Mapping[int, Region]) -> None:
    """Check each region of a plan.

    Raises
    ------
    GraphError
        Naming the member and the value that it would find overwritten or not yet made.
    """
    index = 0
    for group, found in groupby(plan.instructions, lambda i: i.group):
        members = list(found)
        if group is not None:
            _Paper(plan, regions[group], members, index).check()
        index += len(members)


@dataclass(frozen=True, eq=False)
class _Touch:
    """Bytes of memory that a member reads or writes in a block."""

    member: Instruction
    owner: Node
    space: object  # the memory of the program, or what else the owner lies in
    span: Span
    block: int


class _Paper:
    def __init__(self, plan: Steps, region: Region, members: list[Instruction], first: int) -> None:
        self.plan, self.region, self.members = plan, region, members
        self.first, self.last = first, first + len(members) - 1
        self.made = {o: m for m in members for o in m.outputs}
        self.sums = {o for m in members if region.roles[m].sums for o in m.outputs}
        self.whole: dict[Node, np.ndarray] = {}

    def check(self) -> None:
        region = self.region
        if any(a is not b for a, b in zip(self.members, region.members, strict=True)):
            self._fail(self.members[0], None, "does not run in the order of its region")
        blocks = [b for part in range(region.parts) for b in self._share(part)]
        if [i for i, _ in blocks] + [region.length] != [0] + [j for _, j in blocks]:
            self._fail(self.members[0], None, "is not done for each row once")
        near = [*blocks[: LOOKED_AT // 2], *blocks[-(LOOKED_AT // 2) :]]
        reads: list[_Touch] = []
        writes: list[_Touch] = []
        for number, (i, j) in enumerate(dict.fromkeys(near)):
            self._run(number, i, j, reads, writes)
        self._compare_blocks(reads, writes)
        self._compare_locals([*reads, *writes])

    def _share(self, part: int) -> list[Span]:
        return share(self.region.length, self.region.rows, part, self.region.parts)

    # ---- one block

    def _run(self, number: int, i: int, j: int, reads: list, writes: list) -> None:
        mine: list[_Touch] = []
        for member in self.members:
            role = self.region.roles[member]
            for operand, axis in zip(member.inputs, role.axes, strict=True):
                if self.region.axis(operand, self.plan.layouts) != axis:
                    self._fail(member, operand, "is cut along another axis than it wants")
                for read in self._touch(member, operand, axis, i, j, number):
                    self._find(read, mine)
                    reads.append(read)
            for output in member.outputs:
                axis = None if role.sums else 0
                mine.extend(self._touch(member, output, axis, i, j, number))
        writes.extend(mine)

    def _find(self, read: _Touch, mine: list[_Touch]) -> None:
        """A value of the region was written by this block, and nothing has come over it since."""
        if read.owner in self.sums:
            self._fail(read.member, read.owner, "is not complete before the region ends")
        last = next((w for w in reversed(mine) if _meet(read, w)), None)
        if read.owner in self.made:
            written = [w.span for w in mine if w.owner is read.owner]
            if not written or not written[0][0] <= read.span[0] <= read.span[1] <= written[0][1]:
                self._fail(read.member, read.owner, "is read before it is made, or beyond its rows")
        if last is not None and last.owner is not read.owner:
            self._fail(read.member, read.owner, f"is overwritten by {last.member.op} before")

    def _touch(
        self, member: Instruction, node: Node, axis: int | None, i: int, j: int, number: int
    ) -> Iterator[_Touch]:
        """Yield what is touched of a value: nothing of one without numbers."""
        owner = self.plan.layouts.owner(node)
        values = self._values(node)
        if axis is not None:
            times, rest = divmod(node.shape[axis], self.region.length)
            if rest:
                self._fail(member, node, f"cannot be cut into {self.region.length} rows")
            values = values[(slice(None),) * axis + (slice(i * times, j * times),)]
        place = self.plan.places[owner]
        if not values.size:
            return
        start, stop = _bounds(values)
        base = _bounds(self._values(owner))[0]
        start, stop = start - base + place.offset, stop - base + place.offset
        if place.local:
            row = owner.nbytes // self.region.length
            if start - place.offset < i * row or stop - place.offset > j * row:
                self._fail(member, node, "is kept for one block, and read beyond it")
            start, stop = start - i * row, stop - i * row
        yield _Touch(member, owner, self._space(owner), (start, stop), number)

    def _values(self, node: Node) -> np.ndarray:
        """Return a value as it lies in the memory of its owner; the memory is nobody's."""
        if node not in self.whole:
            if self.plan.layouts.owner(node) is node:
                self.whole[node] = np.empty(node.shape, node.dtype)
            else:
                source = self._values(node.inputs[0])
                self.whole[node] = PRIMITIVES[node.op].evaluate(source, **node.attrs)
        return self.whole[node]

    def _space(self, owner: Node) -> object:
        place = self.plan.places[owner]
        return {"slot": "memory", "state": place.variable}.get(place.kind, owner)

    # ---- all of them

    def _compare_blocks(self, reads: list[_Touch], writes: list[_Touch]) -> None:
        """What one block writes no other touches; sums are apart, for each thread has its own."""
        kept = [t for t in writes if not self.plan.places[t.owner].local]
        others = [*kept, *(t for t in reads if not self.plan.places[t.owner].local)]
        apart = _column(kept, "block") != _column(others, "block").T
        for w, t in np.argwhere(apart & _meetings(kept, others)):
            write, other = kept[w], others[t]
            if write.space is other.space and not write.owner is other.owner in self.sums:
                what = f"meets what {write.member.op} of another block writes"
                self._fail(other.member, other.owner, what)

    def _compare_locals(self, touched: Iterable[_Touch]) -> None:
        """The first thread's blocks lie in the memory of the program, among what lives there."""
        local = [t for t in touched if self.plan.places[t.owner].local]
        living = list(self._living())
        for t, other in np.argwhere(_meetings(local, living)):
            self._fail(local[t].member, living[other].owner, "is overwritten by a block")

    def _living(self) -> Iterator[_Touch]:
        """Yield the values that are in the program's memory while the region runs, blocks apart."""
        born: dict[Node, int] = {}
        dies: dict[Node, int] = {}
        for index, instruction in enumerate(self.plan.instructions):
            for output in instruction.outputs:
                born[output] = dies[output] = index
            for operand in instruction.inputs:
                dies[self.plan.layouts.owner(operand)] = index
        for output in self.plan.outputs:
            dies[self.plan.layouts.owner(output)] = len(self.plan.instructions)
        for owner, place in self.plan.places.items():
            lives = owner in born and born[owner] <= self.last and dies[owner] >= self.first
            if lives and place.kind == "slot" and not place.local:
                span = place.offset, place.offset + owner.nbytes
                yield _Touch(self.members[0], owner, "memory", span, -1)

    def _fail(self, member: Instruction, value: Node | None, what: str) -> None:
        of = "" if value is None else f"{value!r} "
        raise GraphError(
            f"{self.plan.name}, a region of {self.region.length} rows, {member.op}: {of}{what}."
        )


def _meetings(a: list[_Touch], b: list[_Touch]) -> np.ndarray:
    """Return which spans of two lists have a byte in common, as a table."""
    spans = [np.array([t.span for t in touched]).reshape(-1, 2) for touched in (a, b)]
    (start, stop), (others, ends) = spans[0].T[..., None], spans[1].T
    return (start < ends) & (others < stop)


def _column(touched: list[_Touch], name: str) -> np.ndarray:
    return np.array([getattr(t, name) for t in touched]).reshape(-1, 1)


def _meet(a: _Touch, b: _Touch) -> bool:
    return a.space is b.space and a.span[0] < b.span[1] and b.span[0] < a.span[1]


def _bounds(values: np.ndarray) -> Span:
    """Return the first byte of an array, and the one after its last."""
    start = stop = values.__array_interface__["data"][0]
    for count, step in zip(values.shape, values.strides, strict=True):
        start, stop = start + min(0, (count - 1) * step), stop + max(0, (count - 1) * step)
    return start, stop + values.itemsize
