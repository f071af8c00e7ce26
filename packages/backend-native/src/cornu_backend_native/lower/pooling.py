"""Pooling and its gradients as rows; values lie in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_backend_native.lower.copies import copy, in_order
from cornu_backend_native.lower.frame import Frame, comment, is_whole, whole_view
from cornu_backend_native.lower.kinds import check_rank, dtype_name
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Number, Row
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product

MOST_AXES = 3


def emit_max_pool(frame: Frame, instruction: Instruction) -> list[Row]:
    """`max_pool` and `max_pool_winners`: the largest value of each window, and where it is."""
    (x,), node = instruction.inputs, instruction.node
    name = "u1" if x.dtype.kind == "b" else dtype_name(x.dtype)
    return _row(frame, instruction, name, x, node, node, node.dtype.itemsize)


def emit_avg_pool(frame: Frame, instruction: Instruction) -> list[Row]:
    """`avg_pool`: the mean of each window over the values in it."""
    (x,), node = instruction.inputs, instruction.node
    return _row(frame, instruction, dtype_name(x.dtype), x, node, node, 1)


def emit_unpool(frame: Frame, instruction: Instruction) -> list[Row]:
    """`max_unpool` and `avg_pool_grad`: every value goes back to the elements it came from."""
    node, first = instruction.node, instruction.inputs[0]
    return _row(frame, instruction, dtype_name(node.dtype), node, first, node, first.dtype.itemsize)


def _row(
    frame: Frame,
    instruction: Instruction,
    dtype: str,
    whole: Node,
    pooled: Node,
    made: Node,
    winner: int,
) -> list[Row]:
    node, attrs = instruction.node, instruction.node.attrs
    if node.size == 0:
        return []
    rows: list[Row] = []
    addresses = []
    for value in instruction.inputs:
        view, copies = in_order(frame, value)
        rows += copies
        addresses.append(view.address)
    check_rank(instruction, MOST_AXES)
    rank = whole.ndim - 2
    axes: list[Sequence[int]] = [(1, 1, 1, 1, 0)] * (MOST_AXES - rank)
    for i, (size, stride, (low, _)) in enumerate(
        zip(attrs["size"], attrs["strides"], attrs["padding"], strict=True)
    ):
        axes.append((whole.shape[i + 1], pooled.shape[i + 1], size, stride, low))
    numbers: list[Number] = [whole.shape[0], whole.shape[-1], *(n for axis in axes for n in axis)]
    numbers += [winner, float(_lowest(whole.dtype))]
    wanted = frame.view(node)
    target = wanted if is_whole(wanted) else whole_view(frame.temporary(node.nbytes), node)
    lines = product(made.shape[:-1]) // made.shape[-2]
    parts = max(1, min(parts_of(0.3 * made.size * product(attrs["size"])), lines))
    note = comment(instruction)
    kernel = f"k_{instruction.op}_{dtype}"
    scratch = 16 * product(attrs["size"])
    rows.append(Row(kernel, (target.address, *addresses), numbers, parts, scratch, note))
    return [*rows, *copy(target, wanted, note)]


def _lowest(dtype: np.dtype) -> float:
    if dtype.kind == "f":
        return -np.inf
    return 0.0 if dtype.kind == "b" else float(np.iinfo(dtype).min)
