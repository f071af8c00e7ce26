"""The tile of a matrix product in registers, as CPU devices like it: vectors and no barriers.

A tile is `rows` x `lanes * vectors` results. For each step of the inner axis the tile takes one row
of B, as vectors, and one number of A per row, whose places are constants of the source: rows of a
matrix, or the windows of a convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed, stored
from cornu_backend_opencl.codegen.members import element
from cornu_backend_opencl.codegen.packing import Panels
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.settings import limits
from cornu_lowering.views import View


def tile_rows(count: int, schedule: Schedule, dtype: np.dtype, columns: int) -> int:
    """Return the rows of a tile of so many columns that waste the fewest of `count`.

    Examples
    --------
    >>> tile_rows(128, Schedule(), np.dtype("float32"), 32)
    13
    """
    most = most_rows(schedule, dtype, columns)
    return count if 0 < count <= most else least_waste(max(count, 1), most)


def most_rows(schedule: Schedule, dtype: np.dtype, columns: int) -> int:
    """Return how many rows of so many columns the registers hold."""
    rows, across = schedule.tile
    room = rows * max(1, across // columns) // (1 if computed(dtype).itemsize <= 4 else 2)
    return max(2, min(room, limits.tile_rows))


def least_waste(count: int, most: int) -> int:
    """Return the size of tiles, at most so large, that cover `count` with little left over.

    Examples
    --------
    >>> least_waste(24, 14), least_waste(26, 14)
    (12, 13)
    """
    if count <= most:
        return count
    return min(range(max(1, most // 2), most + 1), key=lambda r: (-(-count // r) * (r + 1), -r))


def panel_width(
    schedule: Schedule, lanes: Lanes, dtype: np.dtype, columns: int, rows: int = 64
) -> int:
    """Return the columns of a panel: those of a tile, fewer, or more where there are few rows.

    Examples
    --------
    >>> dtype = np.dtype("float32")
    >>> [panel_width(Schedule(), Lanes(16), dtype, 1000, rows) for rows in (1, 4, 40)]
    [128, 64, 32]
    """
    if columns <= lanes.count or computed(dtype).itemsize > 4:
        return lanes.count
    width = max(schedule.tile[1], lanes.count)
    most = lanes.count * limits.wide_rows
    if schedule.lanes < 16:  # in registers of that size
        most = min(most, schedule.tile[0] * schedule.tile[1])
    while width < 8 * lanes.count and 2 * width <= columns and 2 * width * rows <= most:
        width *= 2
    return width


@dataclass(frozen=True)
class Carried:
    """Where a tile keeps its sums between pieces of the inner axis.

    Attributes
    ----------
    place : str
        Pointer to the sums of the tile.
    begun, unfinished : str
        Conditions: there are sums from before, and there are steps to come.
    """

    place: str
    begun: str
    unfinished: str


def tile(
    function: Function,
    lanes: Lanes,
    a: View,
    start: str,
    rows: Sequence[int],
    inner: Sequence[tuple[int | str, int]],
    b: Panels,
    b_start: str,
    note: str,
    carried: Carried | None = None,
) -> None:
    """Write the product of one tile, left in the array `c`.

    Parameters
    ----------
    start : str
        Position in A of the tile's first element.
    rows : sequence of int
        From there to each row of the tile, in elements.
    inner : sequence of (int, int)
        Nested loops over the inner axis: (count, step in A).
    b_start : str
        Position of the panel.
    carried : Carried, optional
        Where the inner axis comes in pieces; those that do not end it go on to the next tile.
    """
    vectors = b.width // lanes.count
    kind, one = lanes.type(a.dtype), Lanes(1).type(a.dtype)
    left = function.pointer(a.address, a.dtype, note)
    right = function.pointer(b.view.address, b.view.dtype, "" if b.packed else "B")
    names = [[f"c{r}_{v}" for v in range(vectors)] for r in range(len(rows))]
    flat = [n for line in names for n in line]
    for line in names:
        function.line(f"{kind} {', '.join(f'{n} = 0' for n in line)};")
    dtype = computed(a.dtype)
    if carried is not None:
        function.line(f"__global {one} *sums = {carried.place};")
        with function.block(f"if ({carried.begun})"):
            for i, name in enumerate(flat):
                function.line(f"{name} = {lanes.read(dtype, f'sums + {lanes.count * i}')};")
    function.line(f"__global const {stored(b.view.dtype)} *b = {right} + {b_start};")
    loops, place = [], start
    for depth, (count, step) in enumerate(inner[:-1]):
        loops.append(function.block(f"for (int k{depth} = 0; k{depth} < {count}; k{depth}++)"))
        loops[-1].__enter__()
        place += f" + k{depth} * {step}"
    count, step = inner[-1]
    function.line(f"__global const {stored(a.dtype)} *a = {left} + {place};")
    head = f"for (int k = 0; k < {count}; k++, b += {b.stride}, a += {step})"
    loops.append(function.block(head))
    loops[-1].__enter__()
    for v in range(vectors):
        place = f"b + {lanes.count * v}"
        function.line(f"const {kind} b{v} = {lanes.read(b.view.dtype, place)};")
    for r, distance in enumerate(rows):
        number = element("a", str(distance), a)
        function.line(f"const {one} a{r} = {number};")
        terms = [f"{n} = a{r} * b{v} + {n};" for v, n in enumerate(names[r])]
        function.line(" ".join(terms))
    for loop in reversed(loops):
        loop.__exit__(None, None, None)
    if carried is not None:
        with function.block(f"if ({carried.unfinished})"):
            for i, name in enumerate(flat):
                function.line(lanes.write(dtype, name, f"sums + {lanes.count * i}"))
            function.line("continue;")
    function.line(f"const {kind} c[] = {{{', '.join(flat)}}};")
