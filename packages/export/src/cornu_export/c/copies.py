"""Values moved as they are: from one place to another, and into order."""

from __future__ import annotations

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.layout import contiguous_strides
from cornu_export.c.frame import Frame, Operand
from cornu_lowering.views import merged


def copy(frame: Frame, source: Operand, target: Operand) -> None:
    """Write loops that copy a value to another place of its shape."""
    if 0 in source.shape:
        return
    space = merged(source.shape, [source.strides, target.strides])
    with frame.loops(space.shape) as names:
        value = source.at(names, space.strides[0])
        frame.line(f"{target.at(names, space.strides[1])} = {value};")


def fill(frame: Frame, target: Operand, number: str) -> None:
    """Write a loop that fills a value that lies in order."""
    size = int(np.prod(target.shape))
    if size:
        with frame.loop("i", size):
            frame.line(f"{target.at(['i'], [1])} = {number};")


def in_order(frame: Frame, node: Node) -> Operand:
    """Return a value whose elements lie in order, copied for one instruction if they do not."""
    found = frame.operand(node)
    if found.is_whole:
        return found
    target = frame.scratch(node.shape, node.dtype)
    copy(frame, found, target)
    return target


def kept(frame: Frame, node: Node) -> Operand:
    """Return a value in order, in memory that other instructions leave alone."""
    found = frame.operand(node)
    if found.is_whole:
        return found
    name = f"kept{frame.source.number()}"
    array = frame.source.array(name, node.dtype, node.size, "A value that a loop reads.")
    target = Operand(array, 0, contiguous_strides(node.shape), node.shape, node.dtype)
    copy(frame, found, target)
    return target
