"""Elementwise groups, and the reductions that end them, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cornu_backend_native.lower.frame import Frame, aligned, comment
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Number, Row
from cornu_backend_native.lower.tape import CONSTANT, LOAD, STORE, Access, Tape
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.rewrite import scalar_of
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import Address, View, merged

MOST_AXES = 16  # as in group.h
# Nanoseconds per element of what takes longer than the rest.
SLOW = {"exp": 0.4, "log": 0.5, "tanh": 0.8, "erf": 1.0, "expm1": 0.6, "log1p": 0.9, "div": 0.2,
        "sqrt": 0.3, "pow": 15.0, "sin": 8.0, "cos": 8.0, "mod": 8.0}  # fmt: skip


@dataclass(eq=False)
class Plan:
    """A group over its merged space.

    Attributes
    ----------
    shape : tuple of int
        Of the merged axes.
    reduced : tuple of bool
        Which of them the reductions run over.
    operands, results, totals : dict of Node to tuple of int
        Strides, over the merged axes, of what is read, of what is written, and of reductions.
    """

    members: Sequence[Instruction]
    shape: tuple[int, ...]
    reduced: tuple[bool, ...]
    operands: dict[Node, tuple[int, ...]]
    results: dict[Node, tuple[int, ...]]
    totals: dict[Node, tuple[int, ...]]

    @property
    def size(self) -> int:
        """How many elements the space has."""
        return product(self.shape)

    @property
    def block(self) -> int:
        """Elements of a block: more of them where whole rows are added to one another."""
        return limits.block * (4 if self.totals and not self.reduced[-1] else 1)

    @property
    def nanoseconds(self) -> float:
        """How long the work may take, about."""
        each = sum(SLOW.get(m.op, 0.08) for m in self.members)
        memory = sum(v.dtype.itemsize * 0.03 for v in (*self.operands, *self.results))
        return self.size * (each + memory)


def group_rows(frame: Frame, members: Sequence[Instruction]) -> list[Row]:
    """Return the rows of a group."""
    space = _space(members[0])
    if 0 in space:
        return [r for m in members if m.op in REDUCTIONS for r in _of_nothing(frame, m)]
    plan = plan_group(frame, members)
    if plan.totals:
        return _reduction(frame, plan)
    cut = max(range(len(plan.shape)), key=lambda a: (plan.shape[a] >= limits.parts, -a))
    if plan.shape[cut] < limits.parts:
        cut = max(range(len(plan.shape)), key=lambda a: plan.shape[a])
    quantum = 16 if cut == len(plan.shape) - 1 else 1
    parts = min(parts_of(plan.nanoseconds), -(-plan.shape[cut] // quantum))
    return [_row(frame, plan, cut, (plan.shape[cut], quantum, 1), parts)]


def epilogue(
    frame: Frame, members: Sequence[Instruction], extent: int, quantum: int, parts: int
) -> Row | None:
    """Return the row of elementwise work on a product's result, cut as the product is.

    Parameters
    ----------
    extent : int
        Rows that the result is seen as.
    quantum : int
        At multiples of which they are cut.
    parts : int

    Returns
    -------
    Row or None
        None where the values cannot be walked along those rows.
    """
    plan = plan_group(frame, members)
    if plan.totals or plan.shape[0] % extent or product(members[0].node.shape) == 0:
        return None
    return _row(frame, plan, 0, (extent, quantum, plan.shape[0] // extent), parts)


def plan_group(frame: Frame, members: Sequence[Instruction]) -> Plan:
    """Merge the axes of a group as far as all its values allow."""
    shape = _space(members[0])
    made = {m.node for m in members}
    operands = {
        v: frame.view(v).broadcast(shape).strides
        for m in members
        for v in m.inputs
        if v not in made and scalar_of(v) is None
    }
    finals = [m for m in members if m.op in REDUCTIONS]
    results = {
        m.node: frame.view(m.node).strides
        for m in members
        if m.op not in REDUCTIONS and (len(members) == 1 or frame.is_stored(m.node))
    }
    totals = {m.node: _kept_strides(frame, m) for m in finals}
    axes = finals[0].node.attrs["axes"] if finals else ()
    marks = [i in axes for i in range(len(shape))]
    space = merged(shape, [*operands.values(), *results.values(), *totals.values()], marks)
    assert len(space.shape) <= MOST_AXES
    strides = iter(space.strides)
    return Plan(
        members,
        space.shape,
        space.marks,
        dict(zip(operands, strides, strict=False)),
        dict(zip(results, strides, strict=False)),
        dict(zip(totals, strides, strict=False)),
    )


def fill(view: View, value: float | bool, note: str = "fill") -> list[Row]:
    """Return the row that writes one number all over a view."""
    if 0 in view.shape:
        return []
    tape = Tape((), {}, {}, set(), bool)
    function = f"e_fill_{dtype_name(view.dtype)}_s"
    tape.entries = [(function, 0, CONSTANT, 0, 0), (STORE, 0, 0, 0, 0)]
    tape.constants = [_constant(value, view)]
    return _by_hand(tape, [view], note)


def convert(source: View, target: View, note: str = "convert") -> list[Row]:
    """Return the row that copies a view to another of its shape, in the dtype of that one."""
    if 0 in target.shape:
        return []
    tape = Tape((), {}, {}, set(), bool)
    names = dtype_name(source.dtype), dtype_name(target.dtype)
    function = "e_cast_{}_{}_v".format(*names)
    tape.entries = [(LOAD, 0, 1, 0, 0), (function, 4, 0, 0, 0), (STORE, 0, 4, 0, 0)]
    return _by_hand(tape, [target, source], note)


def _by_hand(tape: Tape, views: Sequence[View], note: str) -> list[Row]:
    """Return the row of a tape that is not written from members."""
    tape.registers = len(views)
    space = merged(views[0].shape, [v.strides for v in views])
    plan = Plan((), space.shape, space.marks, {}, {}, {})
    strided = [(v.dtype.itemsize, s) for v, s in zip(views, space.strides, strict=True)]
    cut = max(range(len(space.shape)), key=lambda a: space.shape[a])
    parts = min(parts_of(plan.size * 0.2), space.shape[cut])
    slot = aligned(limits.block * 8)
    extent = (space.shape[cut], 1, 1)
    numbers = _numbers(plan, tape, strided, cut, extent, limits.block, slot)
    addresses = [v.address for v in views]
    return [Row("k_group", addresses, numbers, parts, slot * tape.registers, note)]


def _constant(value: float | bool, view: View) -> int:
    raw = np.array(value, view.dtype).tobytes().ljust(8, b"\0")
    return int.from_bytes(raw, "little", signed=True)


def _of_nothing(frame: Frame, member: Instruction) -> list[Row]:
    return fill(frame.view(member.node), 0 if member.op == "sum" else 1)


def _space(first: Instruction) -> tuple[int, ...]:
    return tuple(first.inputs[0].shape if first.op in REDUCTIONS else first.node.shape)


def _kept_strides(frame: Frame, member: Instruction) -> tuple[int, ...]:
    """Strides of a reduction's result over the axes of what it reduces."""
    node, axes = member.node, member.node.attrs["axes"]
    ndim = member.inputs[0].ndim
    strides = iter(frame.view(node).strides)
    if node.attrs["keepdims"]:
        every = list(strides)
        return tuple(0 if i in axes else every[i] for i in range(ndim))
    return tuple(0 if i in axes else next(strides) for i in range(ndim))


def _reduction(frame: Frame, plan: Plan) -> list[Row]:
    shape, last = plan.shape, len(plan.shape) - 1
    kept = [a for a in range(len(shape)) if not plan.reduced[a]]
    count = product(shape[a] for a in kept)
    wanted = parts_of(plan.nanoseconds)
    cut, quantum = next(((a, 1) for a in kept if a != last and shape[a] >= wanted), (-1, 1))
    if cut < 0:
        reduced = [a for a in range(len(shape)) if plan.reduced[a]]
        cut = max(reduced or kept, key=lambda a: shape[a])
        quantum = 16 if cut == last else 1
    parts = min(wanted, -(-shape[cut] // quantum))
    partial = parts > 1 and plan.reduced[cut]
    places = dict(zip(kept, contiguous_strides(tuple(shape[a] for a in kept)), strict=True))
    finals = [m for m in plan.members if m.op in REDUCTIONS]
    memory = [frame.temporary(8 * count * (parts if partial else 1)) for _ in finals]
    extent = (shape[cut], quantum, 1)
    row = _row(frame, plan, cut, extent, parts, (finals, memory, partial, count, places))
    if not partial:
        return [row]
    fold = replace(row, kernel="k_fold", numbers=(*row.numbers, parts), parts=1)
    return [row, replace(fold, scratch=0, note=f"{row.note}, totals of {parts} parts")]


Totals = tuple[Sequence[Instruction], Sequence[Address], bool, int, dict[int, int]]


def _row(
    frame: Frame,
    plan: Plan,
    cut: int,
    extent: tuple[int, int, int],
    parts: int,
    totals: Totals | None = None,
) -> Row:
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
    if tape.script:
        frame.source.tapes.add(tape.script.text)
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
    head = _numbers(plan, tape, strided, cut, extent, plan.block, slot)
    note = "; ".join(comment(m) for m in plan.members)
    note += ", prebuilt" if tape.is_prebuilt else ", interpreted"
    return Row(kernel, addresses, (*head, *words), parts, slot * tape.registers, note)


def _nothing(name: str) -> bool:
    return False


def _numbers(
    plan: Plan,
    tape: Tape,
    views: Sequence[tuple[int, tuple[int, ...]]],
    cut: int,
    extent: tuple[int, int, int],
    block: int,
    slot: int,
) -> list[Number]:
    return [
        *extent,
        *(cut, len(plan.shape), len(views), len(tape.entries), len(tape.constants), block, slot),
        *plan.shape,
        *(n for size, strides in views for n in (size, *(s * size for s in strides))),
        *(word for entry in tape.entries for word in entry),
        *tape.constants,
    ]


def _kind(plan: Plan, strides: tuple[int, ...]) -> str:
    shape = plan.shape
    if not any(strides) and plan.size > 1:
        return "still"
    alone = len(shape) == 1 or shape[-1] > plan.block
    if strides[-1] in (1, 0 if shape[-1] == 1 else 1) and (alone or strides[-2] == shape[-1]):
        return "direct"
    if len(shape) > 1 and not any(strides[:-1]) and not alone:
        return "steady"
    return "other"


def _is_free(frame: Frame, plan: Plan, result: Node) -> bool:
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
