"""Operations along one axis, on values that lie in order: rows by number, sorting, running sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_backend_native.lower.copies import copy, in_order
from cornu_backend_native.lower.frame import Frame, comment, is_whole, whole_view
from cornu_backend_native.lower.groups import fill
from cornu_backend_native.lower.kinds import dtype_name, integer_kind
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Number, Row
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product
from cornu_lowering.views import Address

# The kinds of numbers that sort.c knows, in its order.
ORDERED = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8".split()


def emit_gather(frame: Frame, instruction: Instruction) -> list[Row]:
    """`gather`: rows by number; a number out of range is taken to the nearest row."""
    (x, indices), node = instruction.inputs, instruction.node
    if x.size == 0:  # there is no nearest row
        return fill(frame.view(node), 0)
    axis = node.attrs["axis"]
    outer, inner = product(x.shape[:axis]), product(x.shape[axis + 1 :])
    size = inner * x.dtype.itemsize
    numbers = (outer, x.shape[axis], indices.size, size, integer_kind(indices.dtype))
    cut, scratch = outer * indices.size, 8 * indices.size if outer > 1 else 0
    each = 3 + size * 0.1
    return _row(frame, instruction, "k_gather", (x, indices), numbers, cut, each, scratch)


def emit_scatter_add(frame: Frame, instruction: Instruction) -> list[Row]:
    """`scatter_add`: rows added up by number; a number out of range is left out."""
    (indices, updates), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    outer, inner = product(node.shape[:axis]), product(node.shape[axis + 1 :])
    kernel = f"k_scatter_add_{added_name(node.dtype)}"
    rows, count = node.shape[axis], indices.size
    along = outer >= limits.parts
    numbers = (outer, rows, count, inner, integer_kind(indices.dtype), int(along))
    size = inner * node.dtype.itemsize
    every = outer * (rows * size * 0.03 + count * (3 + size * 0.1))
    cut = outer if along else min(rows, 2 + inner // 4)  # each part looks at all numbers
    return _row(frame, instruction, kernel, (indices, updates), numbers, cut, every / max(1, cut))


def emit_sort(frame: Frame, instruction: Instruction) -> list[Row]:
    """`sort` and `argsort`."""
    (x,), node = instruction.inputs, instruction.node
    outer, n, inner = _lines(x, node.attrs["axis"])
    numbers = (outer, n, inner, ORDERED.index(_ordered_name(x.dtype)))
    each, cut = n * 5.0 * x.dtype.itemsize, outer * inner
    return _row(frame, instruction, f"k_{instruction.op}", (x,), numbers, cut, each, 32 * n)


def emit_argmax(frame: Frame, instruction: Instruction) -> list[Row]:
    """`argmax`: the first of the largest numbers."""
    (x,), node = instruction.inputs, instruction.node
    if x.size == 0:
        return fill(frame.view(node), 0)
    outer, n, inner = _lines(x, node.attrs["axis"])
    kernel = f"k_argmax_{_ordered_name(x.dtype)}"
    return _row(frame, instruction, kernel, (x,), (outer, n, inner), outer * inner, n * 1.0)


def emit_cumsum(frame: Frame, instruction: Instruction) -> list[Row]:
    """`cumsum`: running sums, from either end."""
    (x,), node = instruction.inputs, instruction.node
    outer, n, inner = _lines(x, node.attrs["axis"])
    kernel = f"k_cumsum_{added_name(x.dtype)}"
    across = inner > outer
    numbers = (outer, n, inner, int(node.attrs["reverse"]), int(across))
    cut = inner if across else outer
    return _row(frame, instruction, kernel, (x,), numbers, cut, x.size * 0.5 / max(1, cut))


def emit_random_bits(frame: Frame, instruction: Instruction) -> list[Row]:
    """`random_bits`: the words of NumPy's Philox."""
    key, counter = instruction.inputs
    node = instruction.node
    kinds = integer_kind(key.dtype), integer_kind(counter.dtype)
    numbers = (node.size, *kinds, 1)
    blocks = -(-node.size // 8)
    return _row(frame, instruction, "k_random_bits", (key, counter), numbers, blocks, 15.0)


def emit_fold(frame: Frame, instruction: Instruction) -> list[Row]:
    """`fold`, the adjoint of sliding windows."""
    (g,), node = instruction.inputs, instruction.node
    attrs, size = node.attrs, node.dtype.itemsize
    source, target = frame.view(g), frame.view(node)
    axes, ndim = attrs["axes"], node.ndim
    numbers: list[Number] = [ndim, len(axes)]
    for i in range(ndim):
        step = 0 if i in axes else source.strides[i]
        numbers += [node.shape[i], target.strides[i] * size, step * size]
    windows = zip(axes, attrs["size"], attrs["strides"], attrs["dilation"], strict=True)
    for d, (axis, window, stride, gap) in enumerate(windows):
        inside, across = source.strides[ndim + d] * size, source.strides[axis] * size
        numbers += [axis, window, stride, gap, g.shape[axis], inside, across]
    if node.size == 0:
        return []
    parts = min(parts_of(2.0 * (g.size + node.size)), node.size)
    kernel = f"k_fold_windows_{added_name(node.dtype)}"
    return [Row(kernel, (target.address, source.address), numbers, parts, 0, comment(instruction))]


def added_name(dtype: np.dtype) -> str:
    """Return the name of a dtype where sums alone matter: integers wrap, with or without a sign."""
    return f"w{dtype.itemsize}" if dtype.kind in "iu" else dtype_name(dtype)


def _ordered_name(dtype: np.dtype) -> str:
    return "u1" if dtype.kind == "b" else dtype_name(dtype)


def _lines(x: Node, axis: int) -> tuple[int, int, int]:
    return product(x.shape[:axis]), x.shape[axis], product(x.shape[axis + 1 :])


def _row(
    frame: Frame,
    instruction: Instruction,
    kernel: str,
    operands: Sequence[Node],
    numbers: Sequence[Number],
    cut: int,
    each: float,
    scratch: int = 0,
) -> list[Row]:
    """Return the rows of a kernel that wants all values in order.

    Parameters
    ----------
    cut : int
        How many pieces it can be cut into.
    each : float
        Nanoseconds of a piece.
    """
    node, note = instruction.node, comment(instruction)
    if node.size == 0:
        return []
    rows: list[Row] = []
    addresses: list[Address] = []
    for value in operands:
        view, copies = in_order(frame, value)
        rows += copies
        addresses.append(view.address)
    wanted = frame.view(node)
    target = wanted if is_whole(wanted) else whole_view(frame.temporary(node.nbytes), node)
    parts = max(1, min(parts_of(cut * each), cut))
    rows.append(Row(kernel, (target.address, *addresses), numbers, parts, scratch, note))
    return [*rows, *copy(target, wanted, note)]
