"""The space that a group goes over: its axes, merged as far as all its values allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.ordering import in_one_order
from cornu_backend_native.lower.widening import in_floats
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.rewrite import scalar_of
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import merged

MOST_AXES = 16  # as in group.h
# Nanoseconds per element of what takes longer than the rest.
SLOW = {"exp": 0.4, "log": 0.5, "tanh": 0.8, "erf": 1.0, "expm1": 0.6, "log1p": 0.9, "div": 0.2,
        "sqrt": 0.3, "pow": 15.0, "sin": 8.0, "cos": 8.0, "mod": 8.0}  # fmt: skip


@dataclass(eq=False)
class GroupSpace:
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

    def is_single(self, value: Node) -> bool:
        """Tell whether a value from outside is one number for all of the space."""
        strides = self.operands.get(value)
        return scalar_of(value) is not None if strides is None else self.is_still(strides)

    def is_still(self, strides: tuple[int, ...]) -> bool:
        """Tell whether all of the space reads, or writes, the same element."""
        return not any(strides) and self.size > 1

    @property
    def nanoseconds(self) -> float:
        """How long the work may take, about."""
        each = sum(SLOW.get(m.op, 0.08) for m in self.members)
        memory = sum(v.dtype.itemsize * 0.03 for v in (*self.operands, *self.results))
        return self.size * (each + memory)


def group_space(frame: Frame, members: Sequence[Instruction]) -> GroupSpace:
    """Merge the axes of a group as far as all its values allow."""
    shape = space_of(members[0])
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
    has = frame.source.library.has
    plan = GroupSpace(
        [e for m in members for e in ([m] if m.op in REDUCTIONS else in_floats(m, has))],
        space.shape,
        space.marks,
        dict(zip(operands, strides, strict=False)),
        dict(zip(results, strides, strict=False)),
        dict(zip(totals, strides, strict=False)),
    )
    plan.members = in_one_order(plan.members, plan.is_single)
    return plan


def space_of(first: Instruction) -> tuple[int, ...]:
    """Return the shape of what a member computes, or reduces."""
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
