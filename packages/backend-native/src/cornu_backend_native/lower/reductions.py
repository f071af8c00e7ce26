"""Groups that end in reductions: cut along what is kept, or else into partial totals."""

from __future__ import annotations

from dataclasses import replace

from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.group_row import group_row
from cornu_backend_native.lower.group_space import GroupSpace
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS


def reduction_rows(frame: Frame, plan: GroupSpace) -> list[Row]:
    """Return the row of a group that reduces, and where it leaves partial totals, of their sum."""
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
    row = group_row(frame, plan, cut, extent, parts, (finals, memory, partial, count, places))
    if not partial:
        return [row]
    fold = replace(row, kernel="k_fold", numbers=(*row.numbers, parts), parts=1)
    return [row, replace(fold, scratch=0, note=f"{row.note}, totals of {parts} parts")]
