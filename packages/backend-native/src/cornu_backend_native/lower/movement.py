"""Operations that move numbers: concatenation and padding."""

from __future__ import annotations

from cornu_backend_native.lower.copies import copy
from cornu_backend_native.lower.frame import Frame, comment
from cornu_backend_native.lower.padding import pad
from cornu_backend_native.lower.rows import Row
from cornu_engine.instructions import Instruction


def emit_concat(frame: Frame, instruction: Instruction) -> list[Row]:
    """`concat`: the parts that are not computed in their place."""
    node, axis = instruction.node, instruction.node.attrs["axis"]
    whole = frame.view(node)
    offset, rows = 0, []
    for part in instruction.inputs:
        target = whole.part(offset * whole.strides[axis], part.shape, whole.strides)
        offset += part.shape[axis]
        rows += copy(frame.view(part), target, comment(instruction))
    return rows


def emit_pad(frame: Frame, instruction: Instruction) -> list[Row]:
    """`pad`."""
    (x,), node = instruction.inputs, instruction.node
    attrs, source, note = node.attrs, frame.view(x), comment(instruction)
    steps = [i + 1 for i in attrs["interior"]]
    return pad(source, frame.view(node), attrs["low"], steps, note, attrs["value"])
