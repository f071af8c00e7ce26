"""Convolutions with the elementwise work that follows them: each part does both, line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.groups import epilogue, group_rows
from cornu_backend_native.lower.products import room
from cornu_backend_native.lower.rows import Chain, Row, Step
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product

Emit = Callable[[Frame, Instruction], Sequence[Step]]

# At multiples of how many lines they are cut.
QUANTUM: dict[str | int, int] = {"k_convolve_f4": 1, "k_convolve_f8": 1, "k_winograd_f4": 4}


def emit_head(frame: Frame, members: Sequence[Instruction], emit: Emit) -> list[Step]:
    """Return the rows of a convolution, which `emit` lowers, and of what follows it."""
    head, rest = members[0], members[1:]
    if not rest:
        return list(emit(frame, head))
    node = head.node
    if node.size and not frame.is_stored(node):
        frame.moved[node] = room(frame, head, rest)
    rows = emit(frame, head)
    last = rows[-1] if rows else None
    if isinstance(last, Row) and last.kernel in QUANTUM:  # else something still comes between
        after = None
        quantum = QUANTUM[last.kernel]
        if quantum == 1 or node.shape[-3] % quantum == 0:
            after = epilogue(frame, rest, product(node.shape[:-2]), quantum, last.parts)
        if after is not None:
            return [*rows[:-1], Chain([last, after])]
    return [*rows, *group_rows(frame, rest)]
