"""One order for one computation: groups that compute the same have the same tape.

Members come in the order of the step, in which forward and backward work of several layers mix.
Here each stands right behind what it reads, and what is computed first depends on nothing but what
the group computes.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.rewrite import scalar_of
from cornu_lowering.fusion import REDUCTIONS


def in_one_order(members: Sequence[Instruction]) -> list[Instruction]:
    """Return the members of a group in the order of their tape, reductions last."""
    made = {m.node: m for m in members if m.op not in REDUCTIONS}
    marks: dict[Node, int] = {}
    for node, member in made.items():  # operands stand before what reads them
        operands = [marks.get(v) or (1 if scalar_of(v) is None else 2) for v in member.inputs]
        marks[node] = crc32(repr((member.op, node.dtype.str, operands)).encode())
    read = {v for m in made.values() for v in m.inputs}
    ordered: dict[Node, Instruction] = {}

    def place(node: Node) -> None:
        if node not in ordered:
            for value in made[node].inputs:
                if value in made:
                    place(value)
            ordered[node] = made[node]

    for last in sorted((n for n in made if n not in read), key=marks.__getitem__):
        place(last)
    return [*ordered.values(), *(m for m in members if m.op in REDUCTIONS)]
