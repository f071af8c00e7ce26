"""A region as source: a function that runs some rows at a time, and what prepares its views.

Each thread has a part: memory for one block of the values that live in the region only, totals of
its own for what is summed over rows, and a list of blocks with all views made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.emit.stages import make_call, stretch
from cornu_backend_numpy.emit.sums import SUMS
from cornu_backend_numpy.rows.regions import Region
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Place

Emit = Callable[[Frame, Instruction], None]


class PartFrame(Frame):
    """What each thread makes once: its totals and temporaries."""

    def __init__(self, parent: Frame) -> None:
        super().__init__(parent.plan, parent.names, parent.constants, parent)
        self.turning = {"part", "local", "scratch"}


class BlockFrame(Frame):
    """The turns are blocks of rows `i:j`.

    Parameters
    ----------
    around : Frame
        Of the lines around the region.
    region : Region
    """

    def __init__(self, around: Frame, region: Region) -> None:
        self.part = PartFrame(around)
        super().__init__(around.plan, around.names, around.constants, self.part)
        self.around, self.region = around, region
        self.i, self.j = self.names.new("i"), self.names.new("j")
        self.turning = {self.i, self.j}
        self.totals: list[str] = []
        self.once = region.once
        self.first = min((self.plan.places[n].offset for n in self._locals()), default=0)
        self.last = max((self._end(n) for n in self._locals()), default=0)

    # ---- memory of a block

    def _locals(self) -> list[Node]:
        return [n for n in self.region.made if self.plan.places[n].local]

    def _end(self, node: Node) -> int:
        return self.plan.places[node].offset + int(np.prod(self.shape(node))) * node.dtype.itemsize

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape of a full block."""
        axis = self.region.axis(node, self.plan.layouts)
        if axis is None:
            return node.shape
        rows = node.shape[axis] // self.region.length * self.region.rows
        return (*node.shape[:axis], rows, *node.shape[axis + 1 :])

    def place(self, node: Node, place: Place) -> str:
        """Return the expression for the memory of a block."""
        return f'at(local, {place.offset - self.first}, {self.shape(node)}, "{node.dtype}")'

    # ---- values

    def _name(self, node: Node) -> str:
        layouts = self.plan.layouts
        owner = layouts.owner(node)
        place = self.plan.places.get(owner)
        if place is not None and place.local:
            return super()._name(node)
        if node in self.region.summed:
            return self._total(node)
        whole = self.around.value(node)
        axis = self.region.axis(node, layouts)
        if axis is None:
            return whole
        cut = self._rows(node.shape[axis] // self.region.length)
        return self.define(self.names.new(f"{whole}_rows"), f"{whole}[{':, ' * axis}{cut}]")

    def _rows(self, multiple: int) -> str:
        if multiple == 1:
            return f"{self.i}:{self.j}"
        return f"{self.i} * {multiple} : {self.j} * {multiple}"

    def owner(self, node: Node) -> str:
        """Return the name of a value that lives in this region only."""
        if node.op in ("constant", "iota"):
            return super().owner(node)
        block = self.define(
            self.names.new(f"{node.op}_block"), self.place(node, self.plan.places[node])
        )
        return self._cut(block, node.shape[0] // self.region.length, self.names.of(node))

    def _total(self, node: Node) -> str:
        """The first thread adds up where the result belongs, the others each on their own."""
        whole = self.around.value(node)
        own = f'{whole} if part == 0 else np.empty({node.shape}, "{node.dtype}")'
        name = self.define(self.names.new(f"{whole}_total"), own)
        self.totals.append(name)
        return name

    def temporary_like(self, node: Node, dtype: Any, hint: str = "t") -> str:
        """Return an array with the rows of a value, that lasts for one instruction."""
        block = super().temporary(self.shape(node), dtype, f"{hint}_block")
        return self.use(self._cut(block, node.shape[0] // self.region.length, self.names.new(hint)))

    def array_like(self, node: Node, hint: str) -> str:
        """Return an array with the rows of a value, that nothing else of this thread uses."""
        axis = self.region.axis(node, self.plan.layouts)
        if axis is None:
            return super().array_like(node, hint)
        block = super().array_like(node, f"{hint}_block")
        return self.use(self._cut(block, node.shape[0] // self.region.length, self.names.new(hint)))

    def tile(self, node: Node, times: int) -> str:
        """Return a value repeated `times` times in one row: once, before the region."""
        return self.use(self.around.tile(node, times))

    def rows_apart(self, node: Node) -> int:
        """Return the elements of one row: the last block may have any number of rows."""
        return node.size // self.region.length

    def first_row(self, node: Node) -> str:
        """Return where the rows of this block start, and how many there are in all."""
        multiple = node.shape[0] // self.region.length
        first = self.define(self.names.new("first"), f"{self.i} * {multiple}")
        return f", {self.use(first)}, {node.shape[0]}"

    def first_word(self, node: Node) -> str:
        """Return which part of a stream of random words belongs to this block."""
        return f", {self.i} * {node.size // self.region.length}"

    def _cut(self, block: str, multiple: int, name: str) -> str:
        """The last block may be shorter than the others."""
        if self.region.length % self.region.rows == 0:
            return block
        rows = f"({self.j} - {self.i}) * {multiple}" if multiple > 1 else f"{self.j} - {self.i}"
        return self.define(name, f"{block}[: {rows}]")

    def use(self, name: str) -> str:
        """Note that the work mentions a name."""
        if name in self.turning or name in self.part.turning:
            self.used[name] = None
            return name
        return super().use(name)


def emit_region(parent: Frame, region: Region, emit: Emit) -> None:
    """Write a region."""
    frame = BlockFrame(parent, region)
    for instruction in region.members:
        if region.roles[instruction].sums:
            SUMS[instruction.op](frame, instruction)
        else:
            emit(frame, instruction)
    names = frame.names
    prepare, shares, run = (
        names.new("prepare"),
        names.new("shares"),
        names.new(stretch([i.node.scope for i in region.members], "rows")),
    )
    totals = ", ".join(frame.totals) + ("," if len(frame.totals) == 1 else "")
    parts = ", ".join(_part(frame, part) for part in range(region.parts))
    if region.parts > 1:
        parent.own = max(parent.own or 0, frame.last - frame.first)
    turn = frame.turn
    cuts = f"{region.length}, {region.rows}, part, {region.parts}"
    parent.settle(
        shares,
        [
            f"def {prepare}(part, local, scratch):",
            *(f"    {line}" for line in frame.part.prepare),
            "    blocks = []",
            f"    for {frame.i}, {frame.j} in share({cuts}):",
            *(f"        {line}" for line in frame.prepare),
            f"        blocks.append(({turn}))",
            f"    return ({totals}), blocks",
            f"{shares} = [{parts}]".replace("PREPARE", prepare),
        ],
    )
    work = [
        f"def {run}(part):",
        f"    totals, blocks = {shares}[part]",
        *(
            ["    for total in totals:", "        total.fill(0)"]
            if frame.totals and not frame.once
            else []
        ),
        f"    for {turn} in blocks:",
        *(f"        {line}" for line in frame.body),
    ]
    note = f"{region.length} rows, {region.rows} at a time"
    parent.body.append(make_call(run, note, work, region.parts > 1))
    if frame.totals and region.parts > 1:
        parent.line(f"add_up({shares})")


def _part(frame: BlockFrame, part: int) -> str:
    if part == 0:
        return f"PREPARE(0, memory[{frame.first}:{frame.last}], scratch)"
    return f"PREPARE({part}, own[{part}], scratches[{part}])"
