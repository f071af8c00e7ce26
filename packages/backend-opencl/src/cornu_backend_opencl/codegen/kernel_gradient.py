"""The gradient of a convolution by its kernel.

It is a product whose inner axis are all positions of all images. On a CPU each share adds up the
products of its own rows of positions, block by block, and a second function adds the shares; on a
GPU it is one product in tiles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_backend_opencl.codegen.elementwise import copy
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.geometry import (
    Geometry,
    Scratch,
    padded,
    pads_of,
    window_position,
)
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.members import put
from cornu_backend_opencl.codegen.products import least_waste, most_rows, panel_width
from cornu_backend_opencl.codegen.tiles import Operand, gpu_tiles
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, position, unravel


def emit_kernel_gradient(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """`convolution_kernel_grad`: a product whose inner axis are all positions of all images."""
    first = members[0]
    node, attrs = first.node, first.node.attrs
    x, slope = (frame.view(v) for v in first.inputs)
    if node.size == 0:
        return []
    scratch = Scratch(frame)
    low, high = pads_of(attrs)
    data, units = padded(frame, first, x, low, high, (0,) * len(low), scratch)
    if slope.strides != contiguous_strides(slope.shape):
        target = scratch.view(slope.shape, slope.dtype)
        function = frame.function(first, role="order")
        copy(frame, function, slope, target)
        units.append(frame.unit(function))
        slope = target
    geometry = Geometry(
        x.shape[0], x.shape[-1], slope.shape[-1], attrs["groups"], attrs["size"],
        attrs["strides"], attrs["dilation"], slope.shape[1:-1], data.shape[1:-1],
    )  # fmt: skip
    emit = _kernel_gpu if frame.schedule.is_gpu else _kernel_cpu
    return units + emit(frame, first, data, slope, geometry, scratch)


def _kernel_gpu(
    frame: Frame, first: Instruction, x: View, slope: View, g: Geometry, scratch: Scratch
) -> list[Unit]:
    function = frame.function(first)
    each, depth = g.filters // g.groups, g.channels // g.groups
    rows = g.batch * product(g.steps)
    target = frame.view(first.node)

    def window(row: str, column: str) -> str:
        base = window_position(g, column, row, x.offset)
        return f"{base} + z * {depth}" if g.groups > 1 else base

    def arrived(row: str, column: str) -> str:
        column = f"{column} + z * {each}" if g.groups > 1 else column
        return f"{row} * {g.filters} + {column} + {slope.offset}"

    left = Operand(x, window, frame.label(first.inputs[0]), by_columns=False)
    right = Operand(slope, arrived, frame.label(first.inputs[1]))

    def leave(row: str, column: str, value: str) -> None:
        column = f"({column} + z * {each})" if g.groups > 1 else column
        put(function, Lanes(1), target, (g.filters, 1), (row, column), "1", value)

    gpu_tiles(frame, function, g.groups, g.inner, each, rows, left, right, first.node.dtype, leave)
    return [frame.unit(function)]


def _kernel_cpu(
    frame: Frame, first: Instruction, x: View, slope: View, g: Geometry, scratch: Scratch
) -> list[Unit]:
    """Each share adds up the products of its own rows; a second function adds the shares."""
    schedule, node = frame.schedule, first.node
    each, depth = g.filters // g.groups, g.channels // g.groups
    dtype, lanes = computed(node.dtype), schedule.lanes_of(x.dtype, slope.dtype, node.dtype)
    n = lanes.count
    lines = g.batch * product(g.steps[:-1])
    width = g.steps[-1]
    work = 2 * lines * width * g.inner * g.filters // n
    size = g.inner * g.filters
    most = max(1, limits.partial // (size * dtype.itemsize))
    shares = max(1, min(schedule.parts(work, lines), 2 * schedule.units, lines, most))
    partial = scratch.view((shares, size), dtype)
    loops = g.window_loops()
    run, (count, unit) = loops[:-1], loops[-1]
    if unit != 1:  # windows of one number per channel
        run, count = loops, 1
    columns = panel_width(schedule, lanes, dtype, each)
    vectors = columns // n
    rows = least_waste(count, most_rows(schedule, dtype, columns))
    function = frame.function(first)
    function.parts = shares
    kind, one = lanes.type(dtype), Lanes(1).type(dtype)
    a = function.pointer(x.address, x.dtype, frame.label(first.inputs[0]))
    b = function.pointer(slope.address, slope.dtype, frame.label(first.inputs[1]))
    c = function.pointer(partial.address, dtype)
    row_bytes = (
        product(x.shape[2:]) * g.strides[0] if len(g.steps) > 1 else product(x.shape[1:])
    ) * x.dtype.itemsize
    line_bytes = max(1, row_bytes + width * g.filters * slope.dtype.itemsize)
    block = min(max(1, limits.gradient // line_bytes), max(1, lines))
    strides = g.row_strides()
    image = product(x.shape[1:])
    function.line(f"const int first = share({lines}, 1, part, {shares});")
    function.line(f"const int last = share({lines}, 1, part + 1, {shares});")
    with function.block(f"for (int i = 0; i < {size}; i++)"):
        function.line(f"{c}[part * {size} + i] = 0;")
    outer = [n for n, _ in run]
    blocks_n = -(-each // columns)
    tiles = -(-count // rows)
    with function.block(f"for (int low = first; low < last; low += {block})"):
        function.line(f"const int high = min(low + {block}, last);")
        total = g.groups * product(outer) * tiles * blocks_n
        with function.block(f"for (int task = 0; task < {total}; task++)"):
            names = unravel("task", (g.groups, *outer, tiles, blocks_n))
            function.line(f"const int group = {names[0]}, n = {names[-1]} * {columns};")
            whole = count % rows == 0
            tile_ = f"({names[-2]}) * {rows}"
            function.line(f"const int m = {tile_ if whole else f'min({tile_}, {count - rows})'};")
            at = [f"({t})" for t in names[1:-2]]
            function.line(f"const int window = {position(at, [s for _, s in run], x.offset)}"
                          f"{f' + group * {depth}' if g.groups > 1 else ''};")  # fmt: skip
            product_strides = contiguous_strides((*outer, count))[:-1]
            function.line(f"const int to = {position(at, product_strides)};")
            accumulators = [[f"c{r}_{v}" for v in range(vectors)] for r in range(rows)]
            for names_ in accumulators:
                function.line(f"{kind} {', '.join(f'{n} = 0' for n in names_)};")
            with function.block("for (int line = low; line < high; line++)"):
                steps = [f"({t})" for t in unravel("line", (g.batch, *g.steps[:-1]))]
                base = position(steps, [image, *strides[:-1]])
                function.line(f"int from = {base} + window + m;")
                group_part = f" + group * {each}" if g.groups > 1 else ""
                function.line(
                    f"int g = line * {width * g.filters} + n{group_part} + {slope.offset};"
                )
                loop = f"for (int x = 0; x < {width}; x++, from += {strides[-1]}, g += {g.filters})"
                with function.block(loop):
                    for v in range(vectors):
                        function.line(
                            f"const {kind} b{v} = {_slope_load(lanes, b, slope, v, each, columns)};"
                        )
                    for r, names_ in enumerate(accumulators):
                        value = (
                            f"{a}[from + {r}]"
                            if x.dtype != np.float16
                            else f"vload_half(from + {r}, {a})"
                        )
                        terms = " ".join(f"{n} = a{r} * b{v} + {n};" for v, n in enumerate(names_))
                        function.line(f"const {one} a{r} = {value}; {terms}")
            flat = [n for names_ in accumulators for n in names_]
            function.line(f"const {kind} c[] = {{{', '.join(flat)}}};")
            low = "0" if whole else f"{tile_} - m"
            head = f"for (int r = {low}; r < {rows}; r++)"
            with function.block(head), function.block(f"for (int v = 0; v < {vectors}; v++)"):
                function.line(f"const int column = n + v * {n};")
                if each % columns:
                    function.line(f"if (column >= {each}) break;")
                place = f"part * {size} + (to + m + r) * {g.filters} + column{group_part}"
                left = str(n) if each % n == 0 else f"{each} - column"
                function.line(f"__global {Lanes(1).type(dtype)} *sum = {c} + {place};")
                more = f"{lanes.load(dtype, 'sum', left)} + c[r * {vectors} + v]"
                function.line(lanes.store(dtype, more, "sum", left))
    units = [frame.unit(function)]
    fold = frame.function(first, role="fold")
    fold.parts = schedule.parts(size * shares, size)
    target = frame.view(node)
    c = fold.pointer(partial.address, dtype)
    fold.line(f"const int first = share({size}, {n}, part, parts);")
    fold.line(f"const int last = share({size}, {n}, part + 1, parts);")
    with fold.block(f"for (int j = first; j < last; j += {n})"):
        left = str(n) if size % n == 0 else "last - j"
        load = lanes.load(dtype, f"{c} + i * {size} + j", left)
        fold.line(f"{kind} total = 0;")
        fold.line(f"for (int i = 0; i < {shares}; i++) total += {load};")
        put(fold, lanes, target, (1,), ("j",), left, "total")
    return [*units, frame.unit(fold)]


def _slope_load(lanes: Lanes, b: str, slope: View, v: int, each: int, columns: int) -> str:
    """Return the expression of a vector of slopes; beyond the filters anything may stand."""
    start = v * lanes.count
    place = f"{b} + g + {start}"
    if each % columns == 0:
        return lanes.load(slope.dtype, place, str(lanes.count))
    return f"n + {start} < {each} ? {lanes.load(slope.dtype, place, f'{each} - n - {start}')} : 0"
