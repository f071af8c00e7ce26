"""One order for one computation: groups that compute the same have the same tape.

Members come in the order of the step, in which forward and backward work of several layers mix, and
`a + b` may stand as `b + a`. Here each stands right behind what it reads; what is computed first,
and which operand of a sum or a product comes first, depends on nothing but what the group computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from zlib import crc32

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_lowering.fusion import REDUCTIONS

# Operands in either order give the same bits.
COMMUTING = frozenset({"add", "mul", "eq", "ne", "and_", "or_", "xor"})


def in_one_order(
    members: Sequence[Instruction], is_single: Callable[[Node], bool]
) -> list[Instruction]:
    """Return the members of a group in the order of their tape, reductions last.

    Parameters
    ----------
    members : sequence of Instruction
        Each behind what it reads.
    is_single : callable
        Tells whether a value from outside is one number for all of the space.
    """
    made = {m.node: m for m in members if m.op not in REDUCTIONS}
    outside = {v: is_single(v) for m in made.values() for v in m.inputs if v not in made}
    above = _of_operands(made, {v: int(single) for v, single in outside.items()})
    below = _of_readers(made, above)
    marks = _of_operands(made, {v: _mark(single, below[v]) for v, single in outside.items()})
    ordered: dict[Node, Instruction] = {}

    def place(node: Node) -> None:
        if node not in ordered:
            member = made[node]
            if member.op in COMMUTING:
                inputs = sorted(member.inputs, key=lambda v: (outside.get(v, False), marks[v]))
                member = replace(member, inputs=tuple(inputs))
            for value in member.inputs:
                if value in made:
                    place(value)
            ordered[node] = member

    for last in sorted((n for n in made if not below[n]), key=marks.__getitem__):
        place(last)
    return [*ordered.values(), *(m for m in members if m.op in REDUCTIONS)]


def _of_operands(made: dict[Node, Instruction], marks: dict[Node, int]) -> dict[Node, int]:
    """Return marks of all values by what they are made of, given those from outside."""
    marks = dict(marks)
    for node, member in made.items():  # operands stand before what reads them
        operands = [marks[v] for v in member.inputs]
        if member.op in COMMUTING:
            operands.sort()
        marks[node] = _mark(member.op, node.dtype.str, operands)
    return marks


def _of_readers(made: dict[Node, Instruction], marks: dict[Node, int]) -> dict[Node, list[int]]:
    """Return what names the readers of each value, and what reads those."""
    readers: dict[Node, list[int]] = {v: [] for v in marks}
    for node, member in reversed(made.items()):
        after = sorted(readers[node])
        for place, value in enumerate(member.inputs):
            at = 0 if member.op in COMMUTING else place
            readers[value].append(_mark(marks[node], at, after))
    return {value: sorted(each) for value, each in readers.items()}


def _mark(*said: object) -> int:
    return crc32(repr(said).encode())
