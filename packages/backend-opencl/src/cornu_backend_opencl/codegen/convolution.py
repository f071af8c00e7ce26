"""Convolutions and their gradients, as products whose rows are windows of the padded input.

On a CPU the windows are read where they lie: a tile of results is a few positions of an output row,
and their windows are runs of `window * channels` numbers at fixed distances. On a GPU the tiles
of a matrix product stage the windows through local memory. The gradient by the input is a
convolution of the gradient, spread out and padded, with the kernel turned around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cornu_backend_opencl.codegen.elementwise import copy, summary
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.geometry import (
    Geometry,
    Scratch,
    padded,
    pads_of,
    window_position,
)
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.matmul import epilogue, finish
from cornu_backend_opencl.codegen.members import lanes_for
from cornu_backend_opencl.codegen.packing import panels
from cornu_backend_opencl.codegen.products import (
    least_waste,
    most_rows,
    panel_width,
    tile,
)
from cornu_backend_opencl.codegen.tiles import Operand, gpu_tiles
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, position, unravel


def _turned(
    frame: Frame, first: Instruction, kernel: View, groups: int, scratch: Scratch
) -> tuple[View, list[Unit]]:
    """Return the kernel turned around, filters and channels swapped within each group."""
    rank = len(kernel.shape) - 2
    *size, depth, filters = kernel.shape
    each = filters // groups
    flipped = tuple(-s for s in kernel.strides[:rank])
    offset = kernel.offset + sum((n - 1) * s for n, s in zip(size, kernel.strides, strict=False))
    s_depth, s_filter = kernel.strides[-2:]
    # as (window, filter of the group, group, channel of the group)
    source = View(
        kernel.address,
        offset,
        (*flipped, s_filter, s_filter * each, s_depth),
        (*size, each, groups, depth),
        kernel.dtype,
    )
    target = scratch.view(source.shape, kernel.dtype)
    function = frame.function(first, role="turn")
    copy(frame, function, source, target)
    shape = (*size, each, groups * depth)
    return replace(target, shape=shape, strides=contiguous_strides(shape)), [frame.unit(function)]


def emit_convolution(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """`convolution` and what follows on its results."""
    first = members[0]
    node, attrs = first.node, first.node.attrs
    x, kernel = (frame.view(v) for v in first.inputs)
    if node.size == 0:
        return []
    scratch = Scratch(frame)
    low, high = pads_of(attrs)
    data, units = padded(frame, first, x, low, high, (0,) * len(low), scratch)
    geometry = Geometry(
        x.shape[0], x.shape[-1], node.shape[-1], attrs["groups"], kernel.shape[:-2],
        attrs["strides"], attrs["dilation"], node.shape[1:-1], data.shape[1:-1],
    )  # fmt: skip
    return units + _forward(frame, members, data, kernel, geometry, scratch)


def emit_input_gradient(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """`convolution_input_grad` and what follows on its results."""
    first = members[0]
    node, attrs = first.node, first.node.attrs
    g, kernel = (frame.view(v) for v in first.inputs)
    if node.size == 0:
        return []
    groups, size, dilation = attrs["groups"], kernel.shape[:-2], attrs["dilation"]
    low, _ = pads_of(attrs)
    scratch = Scratch(frame)
    reach = [(k - 1) * d for k, d in zip(size, dilation, strict=True)]
    before = [r - a for r, a in zip(reach, low, strict=True)]
    gaps = [s - 1 for s in attrs["strides"]]
    after = [
        n + r - b - (m + max(0, m - 1) * gap)
        for n, r, b, m, gap in zip(
            node.shape[1:-1], reach, before, g.shape[1:-1], gaps, strict=True
        )
    ]
    data, units = padded(frame, first, g, before, after, gaps, scratch)
    turned, more = _turned(frame, first, kernel, groups, scratch)
    geometry = Geometry(
        g.shape[0], g.shape[-1], node.shape[-1], groups, size, (1,) * len(size), dilation,
        node.shape[1:-1], data.shape[1:-1],
    )  # fmt: skip
    return [*units, *more, *_forward(frame, members, data, turned, geometry, scratch)]


def _forward(
    frame: Frame,
    members: Sequence[Instruction],
    x: View,
    kernel: View,
    geometry: Geometry,
    scratch: Scratch,
) -> list[Unit]:
    emit = _forward_gpu if frame.schedule.is_gpu else _forward_cpu
    units: list[Unit] = []
    if kernel.strides != contiguous_strides(kernel.shape):
        target = scratch.view(kernel.shape, kernel.dtype)
        function = frame.function(members[0], role="order")
        copy(frame, function, kernel, target)
        units.append(frame.unit(function))
        kernel = target
    return units + emit(frame, members, x, kernel, geometry, scratch)


def tile_shape(steps: Sequence[int], most: int) -> tuple[int, int]:
    """Return (rows, columns) of positions that make a tile: part of a row, or several short ones.

    Examples
    --------
    >>> tile_shape((24, 24), 14), tile_shape((7, 7), 14), tile_shape((3, 3), 14)
    ((1, 12), (1, 7), (3, 3))
    """
    width = steps[-1]
    height = steps[-2] if len(steps) > 1 else 1
    if width <= most // 2 and height > 1:
        rows = min(height, most // width)
        return min(range(1, rows + 1), key=lambda r: (-(-height // r) * (r * width + 1), -r)), width
    return 1, least_waste(width, most)


def _forward_cpu(
    frame: Frame,
    members: Sequence[Instruction],
    x: View,
    kernel: View,
    geometry: Geometry,
    scratch: Scratch,
) -> list[Unit]:
    first, g = members[0], geometry
    node, schedule = first.node, frame.schedule
    lanes, each = lanes_for(frame, members), g.filters // g.groups
    shape = (g.groups, g.inner, each)
    matrix = View(kernel.address, kernel.offset, (each, g.filters, 1), shape, kernel.dtype)
    uses = g.batch * product(g.steps) // 16
    found, units = panels(
        frame, lambda role: frame.function(first, role=role), matrix, lanes,
        panel_width(schedule, lanes, kernel.dtype, each), uses, "kernel", scratch.used,
    )  # fmt: skip
    vectors = found.width // lanes.count
    high, wide = tile_shape(g.steps, most_rows(schedule, node.dtype, found.width))
    function = frame.function(first)
    function.comment = summary(members)
    strides = g.row_strides()
    down = strides[-2] if len(strides) > 1 else 0
    rows = [i * down + j * strides[-1] for i in range(high) for j in range(wide)]
    height = g.steps[-2] if len(g.steps) > 1 else 1
    width, outer = g.steps[-1], g.steps[:-2]
    tiles_y = -(-height // high)
    lines = g.batch * product(outer) * tiles_y
    work = 2 * node.size * g.inner // lanes.count
    function.parts = parts = schedule.parts(work, lines)
    tasks = lines * g.groups
    function.parts = min(parts, tasks)
    writer = epilogue(frame, function, members, lanes)
    image = product(x.shape[1:])
    function.line(f"const int first = share({tasks}, 1, part, parts);")
    function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
    with function.block("for (int task = first; task < last; task++)"):
        names = unravel("task", (g.groups, g.batch, *outer, tiles_y))
        function.line(f"const int group = {names[0]}, image = {names[1]};")
        at = []
        for axis, name in enumerate(names[2:-1]):
            function.line(f"const int o{axis} = {name};")
            at.append(f"o{axis}")
        top = f"({names[-1]}) * {high}"
        clamp = f"min({top}, {height - high})" if height % high else top
        function.line(f"const int top = {top}, y = {clamp};")
        depth = g.channels // g.groups
        start = position(
            ["image", *at, "y", "x", "group"],
            [image, *strides[:-2], down, strides[-1], depth if g.groups > 1 else 0],
            x.offset,
        )
        with function.block(f"for (int left = 0; left < {width}; left += {wide})"):
            function.line(
                f"const int x = {f'min(left, {width - wide})' if width % wide else 'left'};"
            )
            with function.block(f"for (int panel = 0; panel < {found.count}; panel++)"):
                b_batch = "group" if found.packed else f"group * {each} + {kernel.offset}"
                if found.packed and g.groups == 1:
                    b_batch = "0"
                tile(function, lanes, x, start, rows, g.window_loops(), found,
                     found.start(b_batch, "panel"), frame.label(first.inputs[0]))  # fmt: skip
                with function.block(f"for (int r = 0; r < {len(rows)}; r++)"):
                    function.line(f"const int row = y + r / {wide}, column = x + r % {wide};")
                    if height % high or width % wide:
                        function.line("if (row < top || column < left) continue;")
                    with function.block(f"for (int v = 0; v < {vectors}; v++)"):
                        function.line(f"const int n = panel * {found.width} + v * {lanes.count};")
                        if each % found.width:
                            function.line(f"if (n >= {each}) break;")
                        count = str(lanes.count) if each % lanes.count == 0 else f"{each} - n"
                        filter_ = "n" if g.groups == 1 else f"(group * {each} + n)"
                        spot = [*at, "row", "column"] if len(g.steps) > 1 else ["column"]
                        finish(writer, first, ["image", *spot, filter_], count,
                               f"c[r * {vectors} + v]")  # fmt: skip
    return [*units, frame.unit(function)]


def _forward_gpu(
    frame: Frame,
    members: Sequence[Instruction],
    x: View,
    kernel: View,
    geometry: Geometry,
    scratch: Scratch,
) -> list[Unit]:
    first, g = members[0], geometry
    function = frame.function(first)
    function.comment = summary(members)
    writer = epilogue(frame, function, members, Lanes(1))
    each, depth = g.filters // g.groups, g.channels // g.groups
    rows = g.batch * product(g.steps)

    def window(row: str, column: str) -> str:
        base = window_position(g, row, column, x.offset)
        return f"{base} + z * {depth}" if g.groups > 1 else base

    def weight(row: str, column: str) -> str:
        column = f"{column} + z * {each}" if g.groups > 1 else column
        return f"{row} * {g.filters} + {column} + {kernel.offset}"

    left = Operand(x, window, frame.label(first.inputs[0]))
    right = Operand(kernel, weight, frame.label(first.inputs[1]))

    def leave(row: str, column: str, value: str) -> None:
        steps = [f"({t})" for t in unravel(row, (g.batch, *g.steps))]
        column = f"({column} + z * {each})" if g.groups > 1 else column
        finish(writer, first, [*steps, column], "1", value)

    gpu_tiles(frame, function, g.groups, rows, each, g.inner, left, right, first.node.dtype, leave)
    return [frame.unit(function)]
