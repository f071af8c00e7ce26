"""In which pieces a plan is lowered: one instruction, or those that the plan has put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cornu_engine.instructions import Instruction


def in_pieces(instructions: Sequence[Instruction]) -> Iterator[list[Instruction]]:
    """Yield neighbours of one group together, and each instruction that has none alone."""
    numbered = enumerate(instructions)
    for _, piece in groupby(numbered, key=lambda each: _mark(*each)):
        yield [instruction for _, instruction in piece]


def _mark(place: int, instruction: Instruction) -> tuple[bool, int]:
    group = instruction.group
    return (False, place) if group is None else (True, group)
