"""What the windows of a convolution are read from: its sizes, and its input with zeros around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.frame import Frame, Unit, aligned
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import get, put
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, position, unravel


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution over any number of spatial axes.

    Attributes
    ----------
    batch, channels, filters, groups : int
        Channels and filters of all groups together.
    size, strides, dilation, steps, padded : tuple of int
        Window, its strides and gaps, positions of the result, sizes of the padded input.
    """

    batch: int
    channels: int
    filters: int
    groups: int
    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    steps: tuple[int, ...]
    padded: tuple[int, ...]

    @property
    def inner(self) -> int:
        """Terms of one result."""
        return product(self.size) * self.channels // self.groups

    def row_strides(self) -> tuple[int, ...]:
        """Elements of the padded input from a position to the next, along each axis."""
        lines = contiguous_strides((*self.padded, self.channels))[:-1]
        return tuple(s * n for s, n in zip(self.strides, lines, strict=True))

    def window_loops(self) -> list[tuple[int, int]]:
        """Nested loops over a window: (count, elements of the padded input)."""
        lines = contiguous_strides((*self.padded, self.channels))[:-1]
        depth = self.channels // self.groups
        loops = [(n, d * s) for n, d, s in zip(self.size, self.dilation, lines, strict=True)]
        loops.append((depth, 1))
        if self.groups == 1 and self.dilation[-1] == 1:  # columns and channels are one run
            loops[-2:] = [(self.size[-1] * depth, 1)]
        return [loop for loop in loops if loop[0] > 1] or [(1, 1)]


def window_position(g: Geometry, row: str, column: str, offset: int) -> str:
    """Return the position in the padded input of a result's term, both counted through."""
    steps = [f"({t})" for t in unravel(row, (g.batch, *g.steps))]
    depth = g.channels // g.groups
    terms = [f"({t})" for t in unravel(column, (*g.size, depth))]
    lines = contiguous_strides((*g.padded, g.channels))[:-1]
    dilated = [d * s for d, s in zip(g.dilation, lines, strict=True)]
    image = product(g.padded) * g.channels
    return position([*steps, *terms], [image, *g.row_strides(), *dilated, 1], offset)


def pads_of(node_attrs: dict[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the zeros before and after each spatial axis."""
    padding = node_attrs["padding"]
    return tuple(a for a, _ in padding), tuple(b for _, b in padding)


class Scratch:
    """Hands out scratch memory of one unit, piece after piece."""

    def __init__(self, frame: Frame, used: int = 0) -> None:
        self.frame, self.used = frame, used

    def view(self, shape: Sequence[int], dtype: Any) -> View:
        """Return an array in order."""
        size = product(shape) * np.dtype(dtype).itemsize
        address = self.frame.scratch(size, self.used)
        self.used += aligned(size)
        return View(address, 0, contiguous_strides(tuple(shape)), tuple(shape), np.dtype(dtype))


def padded(
    frame: Frame,
    first: Instruction,
    x: View,
    low: Sequence[int],
    high: Sequence[int],
    gaps: Sequence[int],
    scratch: Scratch,
) -> tuple[View, list[Unit]]:
    """Return channels-last values with zeros around and between them, written once into scratch.

    Negative padding crops.
    """
    whole = x.strides == contiguous_strides(x.shape)
    if whole and not any(low) and not any(high) and not any(gaps):
        return x, []
    spatial = x.shape[1:-1]
    sizes = tuple(
        n + max(0, n - 1) * g + a + b for n, g, a, b in zip(spatial, gaps, low, high, strict=True)
    )
    batch, channels = x.shape[0], x.shape[-1]
    target = scratch.view((batch, *sizes, channels), x.dtype)
    function = frame.function(first, role="pad")
    schedule = frame.schedule
    rows = batch * product(sizes)
    lanes = Lanes(1) if channels < limits.thin else schedule.lanes_of(x.dtype)
    function.parts = schedule.parts(
        rows * channels * 2, rows * channels if schedule.is_gpu else rows
    )
    if schedule.is_gpu:
        head = f"for (int e = part; e < {rows * channels}; e += parts)"
    else:
        function.line(f"const int first = share({rows}, 1, part, parts);")
        function.line(f"const int last = share({rows}, 1, part + 1, parts);")
        head = "for (int r = first; r < last; r++)"
    with function.block(head):
        if schedule.is_gpu:
            function.line(f"const int r = e / {channels}, j = e % {channels};")
        names = unravel("r", (batch, *sizes))
        conditions, places = [], [f"({names[0]})"]
        for axis, (name, n, g, a) in enumerate(zip(names[1:], spatial, gaps, low, strict=True)):
            function.line(f"const int x{axis} = {name} - {a};")
            inside = f"x{axis} >= 0 && x{axis} < {max(0, (n - 1) * (g + 1) + 1) if n else 0}"
            if g:
                inside += f" && x{axis} % {g + 1} == 0"
            conditions.append(inside)
            places.append(f"x{axis} / {g + 1}" if g else f"x{axis}")
        function.line(f"const bool inside = {' && '.join(conditions)};")
        loop = f"for (int j = 0; j < {channels}; j += {lanes.count})"
        count = str(lanes.count) if channels % lanes.count == 0 else f"{channels} - j"
        body = function.block(loop) if not schedule.is_gpu else function.block("")
        with body:
            function.line(f"{lanes.type(x.dtype)} v = 0;")
            text = get(function, lanes, x, x.strides, [*places, "j"], count, "")
            function.line(f"if (inside) v = {text};")
            put(function, lanes, target, (channels, 1), ("r", "j"), count, "v")
    return target, [frame.unit(function)]
