"""The row of a group, as `c/group.h` and `c/reduce.c` read it."""

from __future__ import annotations

from collections.abc import Sequence

from cornu_backend_native.lower.frame import Frame, aligned, comment
from cornu_backend_native.lower.group_space import GroupSpace
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.rows import Number, Row
from cornu_backend_native.lower.tape import Access, Tape
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_lowering.views import Address

Totals = tuple[Sequence[Instruction], Sequence[Address], bool, int, dict[int, int]]


def group_row(
    frame: Frame,
    plan: GroupSpace,
    cut: int,
    extent: tuple[int, int, int],
    parts: int,
    totals: Totals | None = None,
) -> Row:
    """Return the row of a group that is cut along one axis.

    Parameters
    ----------
    plan : GroupSpace
    cut : int
        The axis.
    extent : tuple of int
        Rows that this axis is seen as, at multiples of how many they are cut, steps of a row.
    parts : int
    totals : tuple, optional
        Of a reduction: its members, where their totals lie, whether these are partial, how many
        there are, and along each kept axis how many to the next.
    """
    values = [*plan.operands, *plan.results, *plan.totals]
    views = [frame.view(v) for v in values]
    numbers = {v: i for i, v in enumerate(values)}
    accesses = {v: Access(numbers[v], _kind(plan, s)) for v, s in plan.operands.items()}
    results = {v: Access(numbers[v], _kind(plan, s)) for v, s in plan.results.items()}
    in_place = {v for v, a in results.items() if a.kind == "direct" and _is_free(frame, plan, v)}
    has = frame.source.library.has if limits.prebuilt else _nothing
    overwritten = {
        v
        for v in plan.operands
        for r in plan.results
        if overlap(frame, frame.view(r).address, r.nbytes, v)
    }
    tape = Tape(plan.members, accesses, results, in_place, has, overwritten)
    reduced = tape.write()
    script = tape.script.text if tape.script else ""
    every = {**plan.operands, **plan.results, **plan.totals}
    strided = [(v.dtype.itemsize, every[value]) for v, value in zip(views, values, strict=True)]
    addresses = [v.address for v in views]
    widest = max((m.node.dtype.itemsize for m in plan.members), default=8)
    widest = max([widest, *(v.dtype.itemsize for v in values)])
    slot = aligned(plan.block * widest)
    words: list[Number] = []
    kernel = "k_group"
    if totals is not None:
        kernel = "k_reduce"
        finals, memory, partial, count, places = totals
        words = [len(finals), int(partial), count]
        for member, address in zip(finals, memory, strict=True):
            stem = f"r_{member.op}_{dtype_name(member.node.dtype)}"
            words += [f"{stem}_{role}" for role in ("start", "add", "fold", "finish")]
            words += [reduced[member], len(addresses), numbers[member.node]]
            words += [places.get(a, 0) for a in range(len(plan.shape))]
            addresses.append(address)
            strided.append((8, (0,) * len(plan.shape)))
    # with nothing in registers a block need not fit into the nearest cache
    is_all_in_memory = len(plan.shape) == 1 and not tape.registers and totals is None
    block = plan.block * (16 if is_all_in_memory else 1)
    head = numbers_of(plan, tape, strided, cut, extent, block, slot)
    note = f"{comment(*plan.members)}, {tape.how}"
    return Row(kernel, addresses, (*head, *words), parts, slot * tape.registers, note, script)


def _nothing(name: str) -> bool:
    return False


def numbers_of(
    plan: GroupSpace,
    tape: Tape,
    views: Sequence[tuple[int, tuple[int, ...]]],
    cut: int,
    extent: tuple[int, int, int],
    block: int,
    slot: int,
) -> list[Number]:
    """Return the numbers that each group begins with."""
    return [
        *extent,
        *(cut, len(plan.shape), len(views), len(tape.entries), len(tape.constants), block, slot),
        *plan.shape,
        *(n for size, strides in views for n in (size, *(s * size for s in strides))),
        *(word for entry in tape.entries for word in entry),
        *tape.constants,
    ]


def _kind(plan: GroupSpace, strides: tuple[int, ...]) -> str:
    shape = plan.shape
    if plan.is_still(strides):
        return "still"
    alone = len(shape) == 1 or shape[-1] > plan.block
    if strides[-1] in (1, 0 if shape[-1] == 1 else 1) and (alone or strides[-2] == shape[-1]):
        return "direct"
    if len(shape) > 1 and not any(strides[:-1]) and not alone:
        return "steady"
    return "other"


def _is_free(frame: Frame, plan: GroupSpace, result: Node) -> bool:
    """Tell whether nothing is read later where a result is written, so that it may be at once."""
    start = frame.view(result).address
    after = False
    for member in plan.members:
        if after:
            for value in member.inputs:
                if value in plan.operands and overlap(frame, start, result.nbytes, value):
                    return False
        after = after or member.node is result
    return True


def overlap(frame: Frame, start: Address, size: int, value: Node) -> bool:
    """Tell whether a value lies, in part, in some memory."""
    owner = frame.plan.layouts.owner(value)
    there = frame.view(owner).address
    return there.base == start.base and (
        there.offset < start.offset + size and start.offset < there.offset + owner.nbytes
    )
