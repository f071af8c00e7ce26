"""The operands of a matrix product brought into the order in which its tiles read them (CPU).

B lies in panels as wide as a tile, row after row. What lies well already is read where it is: then
a tile may read past the end of a row of B, which fills lanes that nobody stores. A is read where it
is, but where its columns lie in order and far apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed, stored
from cornu_backend_opencl.codegen.members import get, put
from cornu_backend_opencl.settings import limits
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View, position, unravel

TALL = 16  # numbers of A side by side: at least the rows of a tile


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


def panels(
    frame: Frame,
    function_of: Callable[[str], Function],
    b: View,
    lanes: Lanes,
    width: int,
    uses: int,
    note: str,
    used: int = 0,
) -> tuple[Panels, list[Unit]]:
    """Return B, (batch, inner, columns), in panels, and the function that packs it if one must.

    Each panel is read `uses` times; `used` bytes of scratch are taken already.
    """
    batch, inner, columns = b.shape
    count = -(-columns // width)
    if _lies_well(b, uses):
        return Panels(b, False, width, count), []
    dtype = computed(b.dtype)
    copies = batch if b.strides[0] else 1
    shape = (copies, count, inner, width)
    address = frame.scratch(product(shape) * dtype.itemsize, used)
    view = View(address, 0, (count * inner * width, inner * width, width, 1), shape, dtype)
    function = function_of("pack")
    turned = b.strides[1] == 1 != b.strides[2] and dtype == b.dtype
    (_pack_turned if turned else _pack)(frame, function, lanes, b, view, note)
    return Panels(view, True, width, count), [frame.unit(function)]


def _lies_well(b: View, uses: int) -> bool:
    """Tell whether B is read where it is."""
    if b.strides[2] != 1 or computed(b.dtype) != b.dtype:
        return False
    return uses < limits.reused or b.shape[1] * b.shape[2] * b.dtype.itemsize < limits.far


def _pack(frame: Frame, function: Function, lanes: Lanes, b: View, target: View, note: str) -> None:
    """Write the copy of B into panels, row by row."""
    columns, dtype = b.shape[-1], target.dtype
    copies, count, inner, width = target.shape
    rows = copies * count * inner
    function.parts = frame.schedule.parts(rows * width * 2, rows)
    function.line(f"const int first = share({rows}, 1, part, parts);")
    function.line(f"const int last = share({rows}, 1, part + 1, parts);")
    with function.block("for (int r = first; r < last; r++)"):
        at, panel, k = unravel("r", (copies, count, inner))
        function.line(f"const int at = {at}, panel = {panel}, k = {k};")
        with function.block(f"for (int j = 0; j < {width}; j += {lanes.count})"):
            left = f"{columns} - panel * {width} - j"
            kind = lanes.type(dtype)
            function.line(f"{kind} v = 0;")
            indices = ("at", "k", f"(panel * {width} + j)")
            text = get(function, lanes, b, b.strides, indices, left, note)
            function.line(f"if ({left} > 0) v = {text};")
            put(function, lanes, target, (width, 1), ("r", "j"), str(lanes.count), "v")


def _pack_turned(
    frame: Frame, function: Function, lanes: Lanes, b: View, target: View, note: str
) -> None:
    """Write the copy of a B whose columns lie in order: blocks of lanes x lanes are turned."""
    n = lanes.count
    columns, dtype = b.shape[-1], b.dtype
    copies, count, inner, width = target.shape
    groups = -(-inner // n)
    shape = (copies, count, width // n, groups)
    tasks = product(shape)
    function.parts = frame.schedule.parts(tasks * 64, tasks)
    source = function.pointer(b.address, dtype, note)
    to = function.pointer(target.address, dtype)
    function.line(f"const int first = share({tasks}, 1, part, parts);")
    function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
    with function.block("for (int task = first; task < last; task++)"):
        at, panel, v, group = unravel("task", shape)
        function.line(f"const int at = {at}, panel = {panel}, v = {v}, k = ({group}) * {n};")
        function.line(f"const int n = panel * {width} + v * {n};")
        function.line(f"if (n >= {columns}) continue;")
        function.line(f"{lanes.type(dtype)} t[{n}];")
        column = f"min(n + i, {columns - 1})" if columns % n else "(n + i)"
        place = position(["at", "k", column], b.strides, b.offset)
        loaded = lanes.read(dtype, f"{source} + {place}")
        function.line(f"for (int i = 0; i < {n}; i++) t[i] = {loaded};")
        if n > 1:
            function.line(f"turn{n}_{dtype}(t);")
        start = f"((at * {count} + panel) * {inner} + k) * {width} + v * {n}"
        function.line(f"__global {stored(dtype)} *to = {to} + {start};")
        high = str(n) if inner % n == 0 else f"min({n}, {inner} - k)"
        left = lanes.write(dtype, "t[i]", f"to + i * {width}")
        function.line(f"for (int i = 0; i < {high}; i++) {left}")


def packs_columns(a: View, panels: int) -> bool:
    """Tell whether the columns of A had better be brought together before they are used.

    Where they lie in order, a tile reads a few numbers of each, far apart in memory; a copy pays
    where several panels use it. Rows that lie in order are read well where they are.
    """
    if computed(a.dtype) != a.dtype or a.shape[-2] < limits.tall or panels < limits.reused:
        return False
    down, along = a.strides[-2:]
    return down == 1 != along and along * a.dtype.itemsize >= limits.apart


def packed_columns(
    frame: Frame,
    function: Function,
    lanes: Lanes,
    a: View,
    at: Sequence[str],
    batches: int,
    rows: int,
    used: int,
) -> View:
    """Write the copy of A, (batch, tiles, inner, TALL): the numbers of a tile side by side.

    `at` are the indices of batch z; `used` bytes of scratch are taken already.
    """
    (m, inner), dtype = a.shape[-2:], a.dtype
    tiles = -(-m // rows)
    shape = (batches, tiles, inner, TALL)
    address = frame.scratch(product(shape) * dtype.itemsize, used)
    source, target = function.pointer(a.address, dtype), function.pointer(address, dtype)
    lines = batches * inner
    function.parts = frame.schedule.parts(3 * lines * tiles, lines)
    function.line(f"const int first = share({lines}, 1, part, parts);")
    function.line(f"const int last = share({lines}, 1, part + 1, parts);")
    with function.block("for (int line = first; line < last; line++)"):
        z, k = unravel("line", (batches, inner))
        function.line(f"const int z = {z}, k = {k};")
        start = position([*at, "k"], (*a.strides[:-2], a.strides[-1]), a.offset)
        function.line(f"__global const {stored(dtype)} *from = {source} + {start};")
        place = f"{target} + (z * {tiles * inner} + k) * {TALL}"
        function.line(f"__global {stored(dtype)} *to = {place};")
        with function.block(f"for (int t = 0; t < {tiles}; t++, to += {inner * TALL})"):
            row = f"from + {first_row('t', m, rows)}"
            for part in range(0, TALL, lanes.count):
                value = lanes.read(dtype, f"{row} + {part}")
                function.line(lanes.write(dtype, value, f"to + {part}"))
    return View(address, 0, contiguous_strides(shape), shape, dtype)


def first_row(tile: str, count: int, rows: int) -> str:
    """Return the first row of a tile: the last one begins early enough to be whole.

    Examples
    --------
    >>> first_row("t", 100, 10), first_row("t", 101, 10)
    ('t * 10', 'min(t * 10, 91)')
    """
    return f"{tile} * {rows}" if count % rows == 0 else f"min({tile} * {rows}, {count - rows})"
