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

Axis = tuple[int, int, int]  # size, bytes to the next element of the target, of the source

TILE = 16  # as in copy.c
SHORT = 4  # elements, below which an axis is not worth tiles
WIDE = (2, 4, 8, 16)  # bytes of what is moved at once


def copy(source: View, target: View, note: str = "copy") -> list[Row]:
    """Return the row that copies one view to another of its shape, none where it is empty."""
    size = product(target.shape)
    if size == 0:
        return []
    bytes_, axes = _walked(source, target)
    if source.address == target.address and all(to == from_ for _, to, from_ in axes):
        return []  # it is where it is wanted
    kernel = _turned(bytes_, axes)
    parts = parts_of(size * target.dtype.itemsize * (0.1 if kernel == "k_copy" else 0.2))
    within = (len(axes) - 2, len(axes) - 1) if kernel == "k_transpose" else (len(axes) - 1,)
    cut = next((i for i, axis in enumerate(axes) if axis[0] >= parts), None)
    if cut is None or (cut in within and axes[cut][0] < parts * TILE):
        cut = max(range(len(axes)), key=lambda i: axes[i][0] / (TILE if i in within else 1))
    quantum = TILE if cut in within else 1
    parts = min(parts, -(-axes[cut][0] // quantum))
    numbers = (bytes_, cut, quantum, len(axes), *(n for axis in axes for n in axis))
    return [Row(kernel, (target.address, source.address), numbers, parts, note=note)]


def _walked(source: View, target: View) -> tuple[int, list[Axis]]:
    """Return bytes of an element, and at least two axes in the order of the target's memory."""
    bytes_ = target.dtype.itemsize
    steps = (target.strides, source.broadcast(target.shape).strides)
    order = sorted(range(len(target.shape)), key=lambda i: -abs(target.strides[i]))
    shape = [target.shape[i] for i in order]
    space = merged(shape, [[step[i] for i in order] for step in steps])
    axes = [
        (n, t * bytes_, s * bytes_) for n, t, s in zip(space.shape, *space.strides, strict=True)
    ]
    if axes[-1][1:] == (bytes_, bytes_) and axes[-1][0] * bytes_ in WIDE and len(axes) > 1:
        bytes_ = bytes_ * axes.pop()[0]  # a short run is one element
    return bytes_, [(1, 0, 0)] * (2 - len(axes)) + axes


def _turned(bytes_: int, axes: list[Axis]) -> str:
    """Name the kernel. For tiles, the axis that the source follows is put before the last."""
    size, to, from_ = axes[-1]
    if to == bytes_ and from_ != bytes_ and size >= SHORT:
        for i, (n, _, step) in enumerate(axes[:-1]):
            if step == bytes_ and n >= SHORT:
                axes.insert(len(axes) - 2, axes.pop(i))
                return "k_transpose"
    return "k_copy"


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
