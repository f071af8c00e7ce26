"""Matrix products, with the elementwise work that follows on their results."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import numpy as np

from cornu_backend_opencl.codegen.blocks import Blocks, blocks_of
from cornu_backend_opencl.codegen.elementwise import copy, summary
from cornu_backend_opencl.codegen.frame import Frame, Unit, aligned
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.members import Members, lanes_for, operands_of, put, results_of
from cornu_backend_opencl.codegen.packing import (
    TALL,
    Panels,
    first_row,
    packed_columns,
    packs_columns,
    panels,
)
from cornu_backend_opencl.codegen.products import Carried, panel_width, tile, tile_rows
from cornu_backend_opencl.codegen.tiles import Operand, gpu_tiles
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, merged, position, unravel


def emit_matmul(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """Write a product and its epilogue."""
    first = members[0]
    node = first.node
    if node.size == 0:
        return []
    (a, b), batch = first.inputs, node.shape[:-2]
    left = frame.view(a).broadcast((*batch, *a.shape[-2:]))
    right = frame.view(b).broadcast((*batch, *b.shape[-2:]))
    emit = _gpu if frame.schedule.is_gpu else _cpu
    return emit(frame, members, left, right)


def epilogue(
    frame: Frame, function: Function, members: Sequence[Instruction], lanes: Lanes
) -> Members:
    """Return the writer of what follows on the results of a product, over its shape."""
    rest = members[1:]
    nodes = [*operands_of(members[1:]), *results_of(frame, members)]
    shape = members[0].node.shape
    strides = {n: frame.view(n).broadcast(shape).strides for n in nodes}
    return Members(frame, function, rest, lanes, strides)


def finish(
    writer: Members, first: Instruction, indices: Sequence[str], count: str, value: str
) -> None:
    """Write the results of one vector of a product, and what follows on them."""
    frame, node = writer.frame, first.node
    if frame.is_stored(node):
        view = frame.view(node)
        put(writer.function, writer.lanes, view, view.strides, indices, count, value)
    writer.write(indices, count, {node: value})


def _cpu(
    frame: Frame, members: Sequence[Instruction], a: View, b: View, used: int = 0
) -> list[Unit]:
    """Write tiles in registers; `used` bytes of scratch are taken already."""
    first = members[0]
    node, schedule = first.node, frame.schedule
    batch, (m, k), n = a.shape[:-2], a.shape[-2:], b.shape[-1]
    batches = product(batch)
    flat = _numbered(b, batches)
    if flat is None:  # batches that strides cannot number: brought in order first
        return _ordered(frame, members, a, b)
    lanes = lanes_for(frame, members)
    width = panel_width(schedule, lanes, b.dtype, n, m)
    vectors = width // lanes.count
    rows = tile_rows(m, schedule, node.dtype, width)
    tiles, note = -(-m // rows), frame.label(first.inputs[1])
    found, units = panels(
        frame, lambda role: frame.function(first, role=role), flat, lanes, width, tiles, note, used
    )
    used += aligned(product(found.view.shape) * found.view.dtype.itemsize) if found.packed else 0
    at = [f"({t})" for t in unravel("z", batch)] if batch else []
    sm, step = a.strides[-2:]
    left, start = a, position([*at, "m"], a.strides[:-1], a.offset)
    distances = [r * sm for r in range(rows)]
    work = 2 * batches * m * n * k // lanes.count
    if packs_columns(a, found.count) and work > limits.share:
        line = frame.function(first, role="columns")
        left = packed_columns(frame, line, lanes, a, at, batches, rows, used)
        used += aligned(product(left.shape) * a.dtype.itemsize)
        start, step, distances = f"(z * {tiles} + t) * {k * TALL}", TALL, list(range(rows))
        units.append(frame.unit(line))
    parts = schedule.parts(work, batches * tiles * found.count)
    cut = blocks_of(tiles, found.count, k, rows * a.dtype.itemsize, batches, 2 * parts)  # fmt: skip
    shape = (batches, -(-tiles // cut.tiles), -(-found.count // cut.panels))
    tasks = product(shape)
    function = frame.function(first)
    function.comment = summary(members)
    function.parts = min(parts, tasks)
    writer = epilogue(frame, function, members, lanes)
    function.line(f"const int first = share({tasks}, 1, part, parts);")
    function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
    with ExitStack() as stack:

        def loop(name: str, low: str, high: str, step: int = 1) -> None:
            head = f"for (int {name} = {low}; {name} < {high}; {name} += {step})"
            stack.enter_context(function.block(head))

        loop("task", "first", "last")
        z, block, group = unravel("task", shape)
        function.line(f"const int z = {z}, block = {block}, group = {group};")
        carried, steps, b_from = None, str(k), _batch_of(found, flat)
        if cut.piece < k:
            loop("low", "0", str(k), cut.piece)
            steps = f"min({cut.piece}, {k} - low)"
            start, b_from = f"{start} + low * {step}", f"{b_from} + low * {found.stride}"
            carried = _carried(frame, function, cut, rows * width, node.dtype, k, used)
        loop("panel", *_range("group", cut.panels, found.count))
        loop("t", *_range("block", cut.tiles, tiles))
        function.line(f"const int m = {first_row('t', m, rows)};")
        tile(function, lanes, left, start, distances, [(steps, step)], found, b_from,
             frame.label(first.inputs[0]), carried)  # fmt: skip
        head = f"for (int r = {'0' if m % rows == 0 else f't * {rows} - m'}; r < {rows}; r++)"
        with function.block(head), function.block(f"for (int v = 0; v < {vectors}; v++)"):
            function.line(f"const int n = panel * {width} + v * {lanes.count};")
            if n % width:
                function.line(f"if (n >= {n}) break;")
            count = str(lanes.count) if n % lanes.count == 0 else f"{n} - n"
            finish(writer, first, [*at, "(m + r)", "n"], count, f"c[r * {vectors} + v]")
    return [*units, frame.unit(function)]


def _range(name: str, each: int, count: int) -> tuple[str, str]:
    """Return the bounds of the numbers in group `name` of `each`, of `count` together."""
    low = f"{name} * {each}" if each > 1 else name
    return low, f"{low} + {each}" if count % each == 0 else f"min({low} + {each}, {count})"


def _batch_of(b: Panels, flat: View) -> str:
    """Return the position of a panel of batch z."""
    if b.packed:
        return b.start("z" if flat.strides[0] else "0", "panel")
    return b.start(position(["z"], flat.strides[:1], flat.offset), "panel")


def _carried(
    frame: Frame, function: Function, cut: Blocks, size: int, dtype: np.dtype, inner: int, used: int
) -> Carried:
    """Return where the tiles of a block, `size` results each, keep their sums."""
    dtype = computed(dtype)
    each = cut.tiles * cut.panels * size
    address = frame.scratch(function.parts * each * dtype.itemsize, used)
    number = f"panel % {cut.panels} * {cut.tiles} + t % {cut.tiles}"
    place = f"{function.pointer(address, dtype)} + part * {each} + ({number}) * {size}"
    return Carried(place, "low", f"low + {cut.piece} < {inner}")


def _numbered(b: View, batches: int) -> View | None:
    """Return B as (batch, inner, columns); None where one stride cannot number the batches."""
    strides: tuple[int, ...] = (0,)
    if _moves(b):
        strides = merged(b.shape[:-2], [b.strides[:-2]]).strides[0]
    if len(strides) > 1:
        return None
    return replace(b, shape=(batches, *b.shape[-2:]), strides=(*strides, *b.strides[-2:]))


def _moves(b: View) -> bool:
    """Tell whether B differs between batches."""
    return any(s for s, n in zip(b.strides[:-2], b.shape[:-2], strict=True) if n > 1)


def _ordered(frame: Frame, members: Sequence[Instruction], a: View, b: View) -> list[Unit]:
    """Copy B into order, then multiply."""
    size = product(b.shape) * b.dtype.itemsize
    target = View(frame.scratch(size), 0, contiguous_strides(b.shape), b.shape, b.dtype)
    function = frame.function(members[0], role="order")
    copy(frame, function, b, target)
    return [frame.unit(function), *_cpu(frame, members, a, target, aligned(size))]


def _gpu(frame: Frame, members: Sequence[Instruction], a: View, b: View) -> list[Unit]:
    first = members[0]
    batch, (m, k), n = a.shape[:-2], a.shape[-2:], b.shape[-1]
    function = frame.function(first)
    function.comment = summary(members)
    writer = epilogue(frame, function, members, Lanes(1))
    at = [f"({t})" for t in unravel("z", batch)] if batch else []
    left = Operand(a, lambda row, col: position([*at, row, col], a.strides, a.offset),
                   frame.label(first.inputs[0]), a.strides[-1] == 1)  # fmt: skip
    right = Operand(b, lambda row, col: position([*at, row, col], b.strides, b.offset),
                    frame.label(first.inputs[1]), b.strides[-1] == 1)  # fmt: skip

    def leave(row: str, column: str, value: str) -> None:
        finish(writer, first, [*at, row, column], "1", value)

    gpu_tiles(frame, function, product(batch), m, n, k, left, right, first.node.dtype, leave)
    return [frame.unit(function)]
