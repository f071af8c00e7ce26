"""Softmax and its logarithm: along lines, one after another."""

from __future__ import annotations

from dataclasses import replace

from cornu_backend_native.lower.copies import copy, in_order
from cornu_backend_native.lower.frame import Frame, comment, is_whole
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View

BESIDE = 16  # as in softmax.c
EACH = {"f2": 5.0, "f4": 1.2, "f8": 10.0}  # nanoseconds of an element


def emit_softmax(frame: Frame, instruction: Instruction) -> list[Row]:
    """`softmax` and `log_softmax`."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    axes, note = node.attrs["axes"], comment(instruction)
    source, target = frame.view(x), frame.view(node)
    first = axes[0] if axes else node.ndim
    before: list[Row] = []
    if axes == tuple(range(first, first + len(axes))) and is_whole(target):
        source, before = in_order(frame, x)
        made = target
    else:  # the axes go to the end and back
        order = [*(i for i in range(node.ndim) if i not in axes), *axes]
        first = node.ndim - len(axes)
        space = [_in_line(frame, view, order) for view in (source, target)]
        before = copy(_ordered(source, order), space[0], note)
        source, made, target = *space, _ordered(target, order)
    shape = made.shape
    outer, inner = product(shape[:first]), product(shape[first + len(axes) :])
    n = product(shape[first : first + len(axes)])
    name = dtype_name(node.dtype)
    parts = min(parts_of(node.size * EACH[name]), -(-outer * inner // BESIDE))
    numbers = (outer, n, inner, int(instruction.op == "log_softmax"))
    addresses = (made.address, source.address)
    row = Row(f"k_softmax_{name}", addresses, numbers, parts, note=note)
    return [*before, row, *copy(made, target, note)]


def _ordered(view: View, order: list[int]) -> View:
    """Return a view with its axes in another order."""
    shape, strides = view.shape, view.strides
    return replace(
        view, shape=tuple(shape[i] for i in order), strides=tuple(strides[i] for i in order)
    )


def _in_line(frame: Frame, view: View, order: list[int]) -> View:
    """Return memory for a view whose axes are in another order."""
    shape = tuple(view.shape[i] for i in order)
    address = frame.temporary(product(shape) * view.dtype.itemsize)
    return View(address, 0, contiguous_strides(shape), shape, view.dtype)
