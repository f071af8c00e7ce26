"""Elementwise groups, and the reductions that end them, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from cornu_backend_native.lower.filling import fill
from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.group_row import group_row
from cornu_backend_native.lower.group_space import group_space, space_of
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.reductions import reduction_rows
from cornu_backend_native.lower.rows import Row
from cornu_backend_native.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS


def group_rows(frame: Frame, members: Sequence[Instruction]) -> list[Row]:
    """Return the rows of a group."""
    space = space_of(members[0])
    if 0 in space:
        return [r for m in members if m.op in REDUCTIONS for r in _of_nothing(frame, m)]
    plan = group_space(frame, members)
    if plan.totals:
        return reduction_rows(frame, plan)
    cut = max(range(len(plan.shape)), key=lambda a: (plan.shape[a] >= limits.parts, -a))
    if plan.shape[cut] < limits.parts:
        cut = max(range(len(plan.shape)), key=lambda a: plan.shape[a])
    quantum = 16 if cut == len(plan.shape) - 1 else 1
    parts = min(parts_of(plan.nanoseconds), -(-plan.shape[cut] // quantum))
    return [group_row(frame, plan, cut, (plan.shape[cut], quantum, 1), parts)]


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
    plan = group_space(frame, members)
    if plan.totals or plan.shape[0] % extent or product(members[0].node.shape) == 0:
        return None
    return group_row(frame, plan, 0, (extent, quantum, plan.shape[0] // extent), parts)


def _of_nothing(frame: Frame, member: Instruction) -> list[Row]:
    return fill(frame.view(member.node), 0 if member.op == "sum" else 1)
