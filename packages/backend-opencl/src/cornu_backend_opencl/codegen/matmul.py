"""Matrix products, with the elementwise work that follows on their results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cornu.engine.plan import Instruction
from cornu.engine.shapes import product
from cornu_backend_opencl.codegen.elementwise import summary
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import Members, operands_of, put, results_of
from cornu_backend_opencl.codegen.products import (
    VECTOR,
    blocks_of,
    packed_rows,
    packs_rows,
    panels,
    tile,
    tile_rows,
)
from cornu_backend_opencl.codegen.schedule import SHARE
from cornu_backend_opencl.codegen.tiles import Operand, gpu_tiles
from cornu_backend_opencl.codegen.values import View, merged, position, unravel


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


def _cpu(frame: Frame, members: Sequence[Instruction], a: View, b: View) -> list[Unit]:
    first = members[0]
    node, schedule = first.node, frame.schedule
    batch, (m, k), n = a.shape[:-2], a.shape[-2:], b.shape[-1]
    note = frame.label(first.inputs[1])
    batches = product(batch)
    outer = merged(batch, [b.strides[:-2]]) if batch else None
    flat = replace(b, shape=(batches, k, n), strides=(1 if _moves(b) else 0, *b.strides[-2:]))
    if outer is not None and len(outer.shape) == 1:
        flat = replace(flat, strides=(outer.strides[0][0], *b.strides[-2:]))
        units_ = panels(frame, lambda role: frame.function(first, role=role), flat, note)
    elif not _moves(b):
        units_ = panels(frame, lambda role: frame.function(first, role=role), flat, note)
    else:  # batches that strides cannot number: brought in order first
        return _ordered(frame, members, a, b)
    found, units = units_
    rows = tile_rows(m, schedule, node.dtype, found.width // 16)
    tiles = -(-m // rows)
    work = 2 * batches * m * n * k // 16
    parts = schedule.parts(work, batches * tiles * found.count)
    many = blocks_of(tiles, rows, k, a.dtype.itemsize, batches * found.count, 2 * parts)
    blocks = -(-tiles // many)
    tasks = batches * blocks * found.count
    at = [f"({t})" for t in unravel("z", batch)] if batch else []
    sm, sk = a.strides[-2:]
    packed = None
    if packs_rows(a, found.count) and work > SHARE:
        line = frame.function(first, role="rows")
        used = product(found.view.shape) * found.view.dtype.itemsize if found.packed else 0
        packed = packed_rows(
            frame, line, a,
            lambda z, row: position([*at, row], a.strides[:-1], a.offset),
            batches, tiles, rows, used,
        )  # fmt: skip
        units.append(frame.unit(line))
    function = frame.function(first)
    function.comment = summary(members)
    function.parts = min(parts, tasks)
    writer = epilogue(frame, function, members, VECTOR)
    function.line(f"const int first = share({tasks}, 1, part, parts);")
    function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
    with function.block("for (int task = first; task < last; task++)"):
        names = unravel("task", (batches, blocks, found.count))
        function.line(f"const int z = {names[0]}, block = {names[1]}, panel = {names[2]};")
        end = f"min(block * {many} + {many}, {tiles})"
        with function.block(f"for (int t = block * {many}; t < {end}; t++)"):
            whole = m % rows == 0
            function.line(
                f"const int m = {f't * {rows}' if whole else f'min(t * {rows}, {m - rows})'};"
            )
            start = position([*at, "m"], a.strides[:-1], a.offset)
            b_batch = "z" if found.packed and flat.strides[0] else "0"
            if not found.packed:
                b_batch = position(["z"], flat.strides[:1], flat.offset)
            distances: list[int] = [r * sm for r in range(rows)]
            inner: list[tuple[int | str, int]] = [(k, sk)]
            left = a
            if packed is not None:
                groups = -(-k // 16)
                left, start = packed, f"(z * {tiles} + t) * {groups * rows * 16}"
                distances = [r * 16 for r in range(rows)]
                inner = [(groups, rows * 16), (16 if k % 16 == 0 else f"min(16, {k} - k0 * 16)", 1)]
            tile(function, left, start, distances, inner, found,
                 found.start(b_batch, "panel"), frame.label(first.inputs[0]))  # fmt: skip
            low = "0" if whole else f"t * {rows} - m"
            vectors = found.width // 16
            head = f"for (int r = {low}; r < {rows}; r++)"
            with function.block(head), function.block(f"for (int v = 0; v < {vectors}; v++)"):
                function.line(f"const int n = panel * {found.width} + v * 16;")
                if n % found.width:
                    function.line(f"if (n >= {n}) break;")
                count = "16" if n % 16 == 0 else f"{n} - n"
                finish(writer, first, [*at, "(m + r)", "n"], count, f"c[r * {vectors} + v]")
    return [*units, frame.unit(function)]


def _moves(b: View) -> bool:
    """Tell whether B differs between batches."""
    return any(s for s, n in zip(b.strides[:-2], b.shape[:-2], strict=True) if n > 1)


def _ordered(frame: Frame, members: Sequence[Instruction], a: View, b: View) -> list[Unit]:
    """Copy B into order, then multiply."""
    from cornu.engine.layout import contiguous_strides
    from cornu_backend_opencl.codegen.elementwise import copy

    size = product(b.shape) * b.dtype.itemsize
    used = product(b.shape[:-2]) * -(-b.shape[-1] // 32) * 32 * b.shape[-2] * 8
    target = View(frame.scratch(size, used), 0, contiguous_strides(b.shape), b.shape, b.dtype)
    function = frame.function(members[0], role="order")
    copy(frame, function, b, target)
    return [frame.unit(function), *_cpu(frame, members, a, target)]


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
