"""`scatter_add`: rows added up by number, in an order that is the same each time.

On a CPU each share of the results looks through all numbers. On a GPU each result does, where they
are few; many are sorted first, and each result adds up the stretch of them that names its row. The
sums of whole chunks of the sorted numbers are ready then for the rows that have the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cornu_backend_opencl.codegen.folding import combine
from cornu_backend_opencl.codegen.frame import Frame, Unit, aligned
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.members import element, get, put
from cornu_backend_opencl.codegen.sorting import ParallelSort
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.layout import Strides
from cornu_engine.shapes import Shape, product
from cornu_lowering.views import Address, View, merged, position, unravel

ONE = Lanes(1)


def emit_scatter_add(frame: Frame, instruction: Instruction) -> list[Unit]:
    """Write the sum, for each row, of the updates that name it."""
    if instruction.node.size == 0:
        return []
    scatter = _Scatter(frame, instruction)
    if not frame.schedule.is_gpu:
        return scatter.by_shares()
    return (
        scatter.by_results() if scatter.count <= limits.looked_through else scatter.by_stretches()
    )


def _place(index: str, shape: Shape, strides: Strides, offset: int = 0) -> str:
    """Return the position, in strides, of a row-major number."""
    if not shape:
        return str(offset)
    space = merged(shape, [strides])
    parts = [f"({t})" if " " in t else t for t in unravel(index, space.shape)]
    return position(parts, space.strides[0], offset)


@dataclass(frozen=True)
class _Sorted:
    """Numbers in order on the device, cut into chunks of equal length.

    Attributes
    ----------
    chunk, chunks : int
        The length of a chunk, and how many whole ones there are.
    rows, order, sums : Address
        The row that each number names, which number it is, and the sums of the chunks.
    """

    chunk: int
    chunks: int
    rows: Address
    order: Address
    sums: Address

    def pointers(self, function: Function, dtype: np.dtype) -> Sequence[str]:
        """Return the names of pointers to rows, order and sums."""
        dtypes = (np.dtype(np.int32), np.dtype(np.int32), computed(dtype))
        addresses = (self.rows, self.order, self.sums)
        return [function.pointer(a, d) for a, d in zip(addresses, dtypes, strict=True)]

    def leave(self, function: Function, place: str, key: str, order: str) -> None:
        """Write one number where it belongs."""
        function.line(f"{function.pointer(self.rows, 'int32')}[{place}] = {key};")
        function.line(f"{function.pointer(self.order, 'int32')}[{place}] = {order};")


class _Scatter:
    """Results of shape (outer, rows, tail), and `count` updates of shape (outer, tail)."""

    def __init__(self, frame: Frame, instruction: Instruction) -> None:
        (self.indices, self.updates), self.node = instruction.inputs, instruction.node
        self.frame, self.instruction = frame, instruction
        axis, rank, shape = self.node.attrs["axis"], self.indices.ndim, self.node.shape
        self.outer, self.rows = product(shape[:axis]), shape[axis]
        self.tail, self.count = product(shape[axis + 1 :]), self.indices.size
        self.numbers, self.source = frame.view(self.indices), frame.view(self.updates)
        self.target = frame.view(self.node)
        steps = self.source.strides
        self.outer_axes = shape[:axis], steps[:axis]
        self.count_axes = self.indices.shape, steps[axis : axis + rank]
        self.tail_axes = shape[axis + 1 :], steps[axis + rank :]

    def _number(self, function: Function, u: str) -> str:
        pointer = function.pointer(
            self.numbers.address, self.indices.dtype, self.frame.label(self.indices)
        )
        numbers = self.numbers
        return f"{pointer}[{_place(u, numbers.shape, numbers.strides, numbers.offset)}]"

    def _update(self, function: Function, o: str, u: str, c: str) -> str:
        """Return the expression of one number of an update."""
        data = function.pointer(
            self.source.address, self.updates.dtype, self.frame.label(self.updates)
        )
        terms = [
            _place(index, *axes)
            for index, axes in ((o, self.outer_axes), (u, self.count_axes), (c, self.tail_axes))
        ]
        terms = [t for t in terms if t != "0"] + [str(self.source.offset)]
        return element(data, " + ".join(terms), self.source)

    def _added(self, a: str, b: str, lanes: Lanes = ONE) -> str:
        return combine(lanes, "sum", self.node.dtype, a, b)

    # ---- GPU -------------------------------------------------------------------------------------

    def _loop_over_results(self, function: Function) -> str:
        function.parts = self.frame.schedule.parts(0, self.node.size)
        return f"for (int i = part; i < {self.node.size}; i += parts)"

    def _indices(self, function: Function) -> None:
        rows, tail = self.rows, self.tail
        function.line(f"const int o = i / {rows * tail}, row = i / {tail} % {rows}, "
                      f"c = i % {tail};")  # fmt: skip
        function.line(f"{ONE.type(self.node.dtype)} total = 0;")

    def _leave(self, function: Function) -> None:
        put(function, ONE, self.target, (1,), ("i",), "1", "total")

    def by_results(self) -> list[Unit]:
        """Write the look of each result through all numbers."""
        function = self.frame.function(self.instruction)
        with function.block(self._loop_over_results(function)):
            self._indices(function)
            with function.block(f"for (int u = 0; u < {self.count}; u++)"):
                function.line(f"long n = {self._number(function, 'u')};")
                function.line(f"if (n < 0) n += {self.rows};")
                value = self._update(function, "o", "u", "c")
                function.line(f"if (n == row) total = {self._added('total', value)};")
            self._leave(function)
        return [self.frame.unit(function)]

    def by_stretches(self) -> list[Unit]:
        """Write the sorting of the numbers, the sums of chunks, and those of stretches."""
        sorting = ParallelSort(
            self.frame, self.instruction, 1, self.count, np.dtype(np.int32), ordered=True
        )
        used, addresses = sorting.used, []
        chunk = limits.stretch
        while chunk * chunk < self.count:
            chunk *= 2
        chunks = self.count // chunk
        kind = computed(self.node.dtype)
        sizes = (4 * self.count, 4 * self.count, kind.itemsize * self.outer * chunks * self.tail)
        for size in sizes:
            addresses.append(self.frame.scratch(size, used))
            used += aligned(size)
        sorted_ = _Sorted(chunk, chunks, *addresses)
        units = sorting.emit(self._row, sorted_.leave)
        return [*units, self._chunks(sorted_), self._stretches(sorted_)]

    def _row(self, function: Function, i: str) -> str:
        """Return the key by which a number is sorted: its row, or -1 if there is none."""
        row = function.new("n")
        function.line(f"long {row} = {self._number(function, i)};")
        function.line(f"{row} = {row} < 0 ? {row} + {self.rows} : {row};")
        return f"{row} >= 0 && {row} < {self.rows} ? (int){row} : -1"

    def _chunks(self, sorted_: _Sorted) -> Unit:
        """Write the sum of each chunk whose numbers all name one row."""
        function, tail = self.frame.function(self.instruction, role="chunks"), self.tail
        rows, order, sums = sorted_.pointers(function, self.node.dtype)
        chunk, size = sorted_.chunk, self.outer * sorted_.chunks * tail
        function.parts = self.frame.schedule.parts(0, size)
        with function.block(f"for (int i = part; i < {size}; i += parts)"):
            function.line(f"const int o = i / {sorted_.chunks * tail}, c = i % {tail};")
            function.line(f"const int first = i / {tail} % {sorted_.chunks} * {chunk};")
            function.line(f"if ({rows}[first] != {rows}[first + {chunk - 1}]) continue;")
            function.line(f"{ONE.type(self.node.dtype)} total = 0;")
            with function.block(f"for (int j = first; j < first + {chunk}; j++)"):
                value = self._update(function, "o", f"{order}[j]", "c")
                function.line(f"total = {self._added('total', value)};")
            function.line(f"{sums}[i] = total;")
        return self.frame.unit(function)

    def _stretches(self, sorted_: _Sorted) -> Unit:
        """Write the sum of the stretch of each row, whole chunks at once."""
        function, count = self.frame.function(self.instruction), self.count
        rows, order, sums = sorted_.pointers(function, self.node.dtype)
        chunk = sorted_.chunk
        with function.block(self._loop_over_results(function)):
            self._indices(function)
            function.line(f"int low = 0, high = {count};")
            with function.block("while (low < high)"):
                function.line("const int half_ = (low + high) / 2;")
                function.line(f"if ({rows}[half_] < row) low = half_ + 1;")
                function.line("else high = half_;")
            with function.block(f"for (int j = low; j < {count} && {rows}[j] == row;)"):
                whole = f"j % {chunk} == 0 && j + {chunk} <= {count}"
                with function.block(f"if ({whole} && {rows}[j + {chunk - 1}] == row)"):
                    place = f"(o * {sorted_.chunks} + j / {chunk}) * {self.tail} + c"
                    function.line(f"total = {self._added('total', f'{sums}[{place}]')};")
                    function.line(f"j += {chunk};")
                    function.line("continue;")
                value = self._update(function, "o", f"{order}[j]", "c")
                function.line(f"total = {self._added('total', value)};")
                function.line("j++;")
            self._leave(function)
        return self.frame.unit(function)

    # ---- CPU -------------------------------------------------------------------------------------

    def by_shares(self) -> list[Unit]:
        """Write the look of each share of the rows through all numbers."""
        function, schedule = self.frame.function(self.instruction), self.frame.schedule
        node, rows, tail = self.node, self.rows, self.tail
        work = 2 * node.size + 4 * self.updates.size
        function.parts = min(schedule.parts(work, rows), rows)
        function.line(f"const int first = share({rows}, 1, part, parts);")
        function.line(f"const int last = share({rows}, 1, part + 1, parts);")
        shape, steps = self.tail_axes
        in_order = not shape or merged(shape, [steps]).strides[0] == (1,)
        lanes = schedule.lanes_of(node.dtype) if in_order and tail > 1 else ONE
        kind, width = lanes.type(node.dtype), lanes.count
        left = str(width) if tail % width == 0 else f"{tail} - j"
        line = View(self.target.address, 0, (1,), (node.size,), node.dtype)
        data = View(self.source.address, 0, (1,), (), node.dtype)
        columns = f"for (int j = 0; j < {tail}; j += {width})"
        with function.block(f"for (int o = 0; o < {self.outer}; o++)"):
            with (
                function.block("for (int row = first; row < last; row++)"),
                function.block(columns),
            ):
                place = f"(o * {rows} + row) * {tail}"
                zero = lanes.splat(0, node.dtype)
                put(function, lanes, line, (1, 1), (place, "j"), left, zero)
            with function.block(f"for (int u = 0; u < {self.count}; u++)"):
                function.line(f"long n = {self._number(function, 'u')};")
                function.line(f"if (n < 0) n += {rows};")
                function.line("if (n < first || n >= last) continue;")
                function.line(f"const int to = (o * {rows} + (int)n) * {tail};")
                with function.block(columns):
                    if width > 1:
                        base = [_place("o", *self.outer_axes), _place("u", *self.count_axes)]
                        base.append(str(self.source.offset))
                        value = get(function, lanes, data, (1, 1), (" + ".join(base), "j"), left)
                    else:
                        value = self._update(function, "o", "u", "j")
                    old = get(function, lanes, line, (1, 1), ("to", "j"), left)
                    function.line(f"const {kind} sum = {self._added(old, value, lanes)};")
                    put(function, lanes, line, (1, 1), ("to", "j"), left, "sum")
        return [self.frame.unit(function)]
