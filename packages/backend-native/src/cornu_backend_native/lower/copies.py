"""Copies of values, and values in order where a kernel asks for them so."""

from __future__ import annotations

from cornu_backend_native.lower.frame import Frame, comment, is_whole, whole_view
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, merged


def copy(source: View, target: View, note: str = "copy") -> list[Row]:
    """Return the row that copies one view to another of its shape, none where it is empty."""
    size = product(target.shape)
    if size == 0 or (source.address == target.address and source.strides == target.strides):
        return []
    space = merged(target.shape, [target.strides, source.broadcast(target.shape).strides])
    axes = [n for axis in zip(space.shape, *space.strides, strict=True) for n in axis]
    itemsize = target.dtype.itemsize
    parts = min(parts_of(size * itemsize * 0.2), space.shape[0])
    numbers = (itemsize, len(space.shape), *axes)
    return [Row("k_copy", (target.address, source.address), numbers, parts, note=note)]


def in_order(frame: Frame, value: Node) -> tuple[View, list[Row]]:
    """Return a value as a view in order, and the rows that make it so."""
    view = frame.view(value)
    if is_whole(view):
        return view, []
    target = whole_view(frame.temporary(value.nbytes), value)
    return target, copy(view, target, f"{frame.label(value)} in order")


def emit_copy(frame: Frame, instruction: Instruction) -> list[Row]:
    """A value into memory of its own: `copy`, and `reshape` where strides cannot say it."""
    (x,) = instruction.inputs
    to = frame.view(instruction.node)
    target = View(to.address, 0, contiguous_strides(x.shape), x.shape, x.dtype)
    return copy(frame.view(x), target, comment(instruction))


def emit_store(frame: Frame, instruction: Instruction) -> list[Row]:
    """A value into the storage of a variable."""
    (x,) = instruction.inputs
    assert instruction.variable is not None
    target = whole_view(frame.state_address(instruction.variable), x)
    return copy(frame.view(x), target, comment(instruction))
