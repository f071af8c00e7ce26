"""Operations that move numbers: concatenation and padding."""

from __future__ import annotations

from dataclasses import replace

from cornu_backend_native.lower.copies import copy
from cornu_backend_native.lower.filling import fill
from cornu_backend_native.lower.frame import Frame, comment
from cornu_backend_native.lower.rows import Row
from cornu_engine.instructions import Instruction
from cornu_lowering.views import Address, View


def emit_concat(frame: Frame, instruction: Instruction) -> list[Row]:
    """`concat`: the parts that are not computed in their place."""
    node, axis = instruction.node, instruction.node.attrs["axis"]
    whole = frame.view(node)
    offset, rows = 0, []
    for part in instruction.inputs:
        target = _inside(whole, offset * whole.strides[axis], part.shape, whole.strides)
        offset += part.shape[axis]
        rows += copy(frame.view(part), target, comment(instruction))
    return rows


def emit_pad(frame: Frame, instruction: Instruction) -> list[Row]:
    """`pad`: fill, then copy to where the operand is in it."""
    (x,), node = instruction.inputs, instruction.node
    target, attrs = frame.view(node), node.attrs
    start = sum(a * s for a, s in zip(attrs["low"], target.strides, strict=True))
    steps = tuple(s * (i + 1) for s, i in zip(target.strides, attrs["interior"], strict=True))
    inner = _inside(target, start, x.shape, steps)
    note = comment(instruction)
    rows = [] if node.size == x.size else fill(target, attrs["value"])
    return [replace_note(r, note) for r in (*rows, *copy(frame.view(x), inner, note))]


def replace_note(row: Row, note: str) -> Row:
    """Return a row with another note."""
    return replace(row, note=note)


def _inside(view: View, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> View:
    """Return part of a view, that begins some elements further on."""
    address = view.address
    moved = Address(address.base, address.offset + start * view.dtype.itemsize)
    return View(moved, 0, strides, shape, view.dtype)
