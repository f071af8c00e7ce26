"""Long elementwise chains, a block of rows at a time: what one line leaves in the cache the next one finds there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cornu.engine.graph import Node
from cornu.engine.plan import Instruction
from cornu_backend_numpy.emit.frame import Frame


class BlockFrame(Frame):
    """The turns are blocks of rows `i:j` of the leading axis.

    Parameters
    ----------
    parent : Frame
    instructions : sequence of Instruction
        One group of the plan.
    """

    def __init__(self, parent: Frame, instructions: Sequence[Instruction]) -> None:
        super().__init__(parent.plan, parent.names, parent.constants, parent)
        self.around = parent
        self.memory = parent.memory
        self.i, self.j = self.names.new("i"), self.names.new("j")
        self.turning = {self.i, self.j}
        first = instructions[0]
        self.length, self.rank = first.node.shape[0], first.node.ndim
        self.rows = min(first.rows, self.length)

    def _name(self, node: Node) -> str:
        place = self.plan.places.get(self.plan.layouts.owner(node))
        if place is not None and place.local:
            return super()._name(node)
        whole = self.around.value(node)
        if not self._has_rows(node):
            return whole
        return self.define(self.names.new(f"{whole}_part"), f"{whole}[{self.i}:{self.j}]")

    def _has_rows(self, node: Node) -> bool:
        return node.ndim == self.rank and node.shape[0] == self.length

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape of a full block."""
        return (self.rows, *node.shape[1:]) if self._has_rows(node) else node.shape

    def owner(self, node: Node) -> str:
        """Return the name of a value that lives in this group only."""
        if node.op == "constant":
            return super().owner(node)
        block = self.define(self.names.new(f"{node.op}_block"), self.place(node, self.plan.places[node]))
        return self._cut(block, self.names.of(node))

    def temporary(self, shape: tuple[int, ...], dtype: Any, hint: str = "t") -> str:
        """Return an array that lasts for one instruction of one block."""
        return self.use(self._cut(super().temporary(shape, dtype, f"{hint}_block"), self.names.new(hint)))

    def _cut(self, block: str, name: str) -> str:
        """The last block may be shorter than the others."""
        return block if self.length % self.rows == 0 else self.define(name, f"{block}[: {self.j} - {self.i}]")


def emit_blocks(
    parent: Frame, instructions: Sequence[Instruction], emit: Callable[[Frame, Instruction], None]
) -> None:
    """Write the loop over the blocks of a group."""
    frame = BlockFrame(parent, instructions)
    for instruction in instructions:
        emit(frame, instruction)
    blocks = parent.names.new("blocks")
    setup = [
        f"{blocks} = []",
        f"for {frame.i} in range(0, {frame.length}, {frame.rows}):",
        f"    {frame.j} = min({frame.i} + {frame.rows}, {frame.length})",
        *(f"    {line}" for line in frame.prepare),
        f"    {blocks}.append(({frame.turn}))",
    ]
    parent.settle(blocks, setup)
    parent.line(f"for {frame.turn} in {parent.use(blocks)}:", f"{frame.rows} of {frame.length} rows at a time")
    parent.body.extend(f"    {line}" for line in frame.body)
