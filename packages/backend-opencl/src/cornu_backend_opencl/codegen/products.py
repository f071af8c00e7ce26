"""The tile of a matrix product in registers, as CPU devices like it: vectors and no barriers.

A tile is `rows` x `16 * vectors` results. For each step of the inner axis the tile takes one row of
B, as vectors, and one number of A per row, whose places are constants of the source: rows of a
matrix, or the windows of a convolution. B lies in panels as wide as the tile, in order, zeros at
the end; where it does not lie so already, a first function packs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed, stored
from cornu_backend_opencl.codegen.members import element, get, put
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.codegen.values import View, unravel

VECTOR = Lanes(16)
CACHED = 400_000  # bytes of A that one core works on while the panels pass


@dataclass(frozen=True)
class Panels:
    """B as the tiles read it.

    Attributes
    ----------
    view : View
        Of (batch, panels, inner, width), or of a matrix that needs no packing.
    packed : bool
    width, count : int
        Columns of a panel, and how many panels there are.
    """

    view: View
    packed: bool
    width: int
    count: int

    def start(self, batch: str, panel: str) -> str:
        """Return the position of the first element of a panel."""
        if self.packed:
            return f"({batch} * {self.count} + {panel}) * {self.view.shape[-2] * self.width}"
        return f"{batch} + {panel} * {self.width}"

    @property
    def stride(self) -> int:
        """Elements from a row to the next."""
        return self.width if self.packed else self.view.strides[-2]


def tile_rows(count: int, schedule: Schedule, dtype: np.dtype, vectors: int) -> int:
    """Return the rows of a tile of so many vectors that waste the fewest of `count`.

    Examples
    --------
    >>> tile_rows(128, Schedule(), np.dtype("float32"), 2)
    13
    """
    most = most_rows(schedule, dtype, vectors)
    return count if 0 < count <= most else least_waste(max(count, 1), most)


def most_rows(schedule: Schedule, dtype: np.dtype, vectors: int) -> int:
    """Return how many rows of so many vectors the registers hold."""
    rows, columns = schedule.tile
    room = rows * max(1, columns // (16 * vectors))
    return max(2, min(room, 24) // (1 if computed(dtype).itemsize <= 4 else 2))


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


def panel_width(schedule: Schedule, dtype: np.dtype, columns: int) -> int:
    """Return the columns of a panel: those of a tile, or fewer."""
    narrow = columns <= 16 or computed(dtype).itemsize > 4
    return 16 if narrow else schedule.tile[1]


def panels(
    frame: Frame, function_of: Callable[[str], Function], b: View, note: str, used: int = 0
) -> tuple[Panels, list[Unit]]:
    """Return B, (batch, inner, columns), in panels, and the function that packs it if one must.

    `used` bytes of scratch are taken already.
    """
    batch, inner, columns = b.shape
    width = panel_width(frame.schedule, b.dtype, columns)
    count = -(-columns // width)
    plain = b.strides[2] == 1 and columns % width == 0 and computed(b.dtype) == b.dtype
    if plain and (inner * columns * b.dtype.itemsize < 1_000_000):
        return Panels(b, False, width, count), []
    dtype = computed(b.dtype)
    copies = batch if b.strides[0] else 1
    size = copies * count * inner * width * dtype.itemsize
    address = frame.scratch(size, used)
    shape = (copies, count, inner, width)
    view = View(address, 0, (count * inner * width, inner * width, width, 1), shape, dtype)
    function = function_of("pack")
    rows = copies * count * inner
    function.parts = frame.schedule.parts(rows * width * 2, rows)
    function.line(f"const int first = share({rows}, 1, part, parts);")
    function.line(f"const int last = share({rows}, 1, part + 1, parts);")
    with function.block("for (int r = first; r < last; r++)"):
        at, panel, k = unravel("r", (copies, count, inner))
        function.line(f"const int at = {at}, panel = {panel}, k = {k};")
        with function.block(f"for (int j = 0; j < {width}; j += 16)"):
            left = f"{columns} - panel * {width} - j"
            column = f"panel * {width} + j"
            kind = VECTOR.type(dtype)
            function.line(f"{kind} v = 0;")
            indices = ("at", "k", f"({column})")
            text = get(function, VECTOR, b, b.strides, indices, left, note)
            function.line(f"if ({left} > 0) v = {text};")
            if columns % 16:
                function.line(f"if ({left} < 16) v = keep_{dtype}(v, 0, {left});")
            put(function, VECTOR, view, (width, 1), ("r", "j"), "16", "v")
    return Panels(view, True, width, count), [frame.unit(function)]


def tile(
    function: Function,
    a: View,
    start: str,
    rows: Sequence[int],
    inner: Sequence[tuple[int | str, int]],
    b: Panels,
    b_start: str,
    note: str,
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
    """
    vectors = b.width // 16
    kind, one = VECTOR.type(a.dtype), Lanes(1).type(a.dtype)
    left = function.pointer(a.address, a.dtype, note)
    right = function.pointer(b.view.address, b.view.dtype, "" if b.packed else "B")
    names = [[f"c{r}_{v}" for v in range(vectors)] for r in range(len(rows))]
    for line in names:
        function.line(f"{kind} {', '.join(f'{n} = 0' for n in line)};")
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
        function.line(f"const {kind} b{v} = read_{b.view.dtype}(b + {16 * v});")
    for r, distance in enumerate(rows):
        number = element("a", str(distance), a)
        function.line(f"const {one} a{r} = {number};")
        terms = [f"{n} = a{r} * b{v} + {n};" for v, n in enumerate(names[r])]
        function.line(" ".join(terms))
    for loop in reversed(loops):
        loop.__exit__(None, None, None)
    function.line(f"const {kind} c[] = {{{', '.join(n for line in names for n in line)}}};")


def packs_rows(a: View, panels: int) -> bool:
    """Tell whether rows of A had better be brought together before they are used.

    Rows far apart in memory meet in few places of the cache; it pays where many panels use them.
    """
    distance, step = a.strides[-2] * a.dtype.itemsize, a.strides[-1]
    return step == 1 and panels >= 4 and distance >= 1024 and computed(a.dtype) == a.dtype


def packed_rows(
    frame: Frame,
    function: Function,
    a: View,
    start: Callable[[str, str], str],
    batches: int,
    tiles: int,
    rows: int,
    used: int,
) -> View:
    """Write the copy of A, tile after tile, 16 steps of the inner axis of each row side by side.

    `start(z, m)` is the position of row m of batch z. Returns (batch, tiles, groups, rows, 16).
    """
    inner, m = a.shape[-1], a.shape[-2]
    groups = -(-inner // 16)
    shape = (batches, tiles, groups, rows, 16)
    size = batches * tiles * groups * rows * 16
    view = View(frame.scratch(size * a.dtype.itemsize, used), 0, (), shape, a.dtype)
    source, target = function.pointer(a.address, a.dtype), function.pointer(view.address, a.dtype)
    lines = batches * tiles * rows
    function.parts = frame.schedule.parts(3 * size, lines)
    function.line(f"const int first = share({lines}, 1, part, parts);")
    function.line(f"const int last = share({lines}, 1, part + 1, parts);")
    with function.block("for (int line = first; line < last; line++)"):
        names = unravel("line", (batches, tiles, rows))
        function.line(f"const int z = {names[0]}, t = {names[1]}, r = {names[2]};")
        row = f"t * {rows}" if m % rows == 0 else f"min(t * {rows}, {m - rows})"
        function.line(f"const int m = {row} + r;")
        place = f"{target} + ((z * {tiles} + t) * {groups} * {rows} + r) * 16"
        function.line(f"__global {stored(a.dtype)} *to = {place};")
        function.line(f"__global const {stored(a.dtype)} *from = {source} + {start('z', 'm')};")
        with function.block(f"for (int k = 0; k < {groups}; k++, to += {rows * 16}, from += 16)"):
            if inner % 16 == 0:
                function.line(f"write_{a.dtype}(read_{a.dtype}(from), to);")
            else:
                function.line(f"write_{a.dtype}(load_{a.dtype}(from, {inner} - k * 16), to);")
    return view


def blocks_of(tiles: int, rows: int, inner: int, itemsize: int, tasks: int, wanted: int) -> int:
    """Return how many tiles follow one another on one panel, so that A stays in the cache.

    Examples
    --------
    >>> blocks_of(79, 13, 1024, 4, 32, 8)
    7
    """
    cached = max(1, CACHED // max(1, rows * inner * itemsize))
    shared = max(1, tiles * tasks // wanted)
    return max(1, min(cached, shared, tiles))
