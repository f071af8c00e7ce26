"""`sort` and `argsort`: stable, NaN last.

On a CPU a share of the lines is merged from runs of growing length. On a GPU each work-item finds
the place of one element: in its block by counting what comes before it, then, while runs are
merged two by two, by bisection of the run beside its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_opencl.codegen.frame import Frame, Unit, aligned
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.lines import loop_over_lines, start_of
from cornu_backend_opencl.codegen.members import element, put
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_lowering.views import Address

ONE = Lanes(1)

Load = Callable[[Function, str], str]
Leave = Callable[[Function, str, str, str], None]


def emit_sort(frame: Frame, instruction: Instruction) -> list[Unit]:
    """Write the sorting of the lines along one axis."""
    if instruction.node.size == 0:
        return []
    return (_sort_on_gpu if frame.schedule.is_gpu else _sort_on_cpu)(frame, instruction)


def _before(dtype: np.dtype, strict: bool) -> str:
    """Return the test whether a comes before b, or, if not strict, may stand before it."""
    less = "a < b" if strict else "a <= b"
    if dtype.kind != "f":
        return f"({less})"
    return f"({less} || (isnan(b) && {'!isnan(a)' if strict else '1'}))"


# ---- GPU -----------------------------------------------------------------------------------------


class ParallelSort:
    """The functions that sort lines of equal length, an element per work-item.

    Parameters
    ----------
    frame : Frame
    instruction : Instruction
        For which it is done.
    lines, size : int
        How many lines there are, and how long they are.
    dtype : numpy.dtype
        Of the keys; booleans are 0 and 1.
    ordered : bool
        Whether the order is wanted too: where each element has been.

    Attributes
    ----------
    used : int
        Bytes of scratch memory, from its beginning.
    """

    def __init__(
        self,
        frame: Frame,
        instruction: Instruction,
        lines: int,
        size: int,
        dtype: np.dtype,
        ordered: bool,
    ) -> None:
        self.frame, self.instruction = frame, instruction
        self.total, self.size, self.dtype, self.ordered = lines * size, size, dtype, ordered
        self.used = 0
        self.block = limits.sorted_block
        wide = computed(dtype).itemsize
        self._keys = [self._array(wide) for _ in range(2)]
        self._order = [self._array(4) for _ in range(2)] if ordered else []

    def _array(self, itemsize: int) -> Address:
        address = self.frame.scratch(self.total * itemsize, self.used)
        self.used += aligned(self.total * itemsize)
        return address

    def emit(self, load: Load, leave: Leave) -> list[Unit]:
        """Return the functions, in order.

        Parameters
        ----------
        load : callable
            Returns the expression of element i of the line `line`: `load(function, i)`.
        leave : callable
            Writes a result: `leave(function, place, key, order)`.
        """
        run, turn, units = self.block, 0, []
        while True:
            last = run >= self.size
            role = "" if last else f"runs of {min(run, self.size)}"
            function = self.frame.function(self.instruction, role=role)
            function.parts = self.frame.schedule.parts(0, self.total)
            head = f"for (int e = part; e < {self.total}; e += parts)"
            with function.block(head):
                function.line(f"const int line = e / {self.size}, i = e % {self.size};")
                if run == self.block:
                    order = self._count(function, load)
                else:
                    order = self._merge(function, run // 2, turn)
                if last:
                    leave(function, "place", "b", order)
                else:
                    self._keep(function, 1 - turn, order)
            units.append(self.frame.unit(function))
            if last:
                return units
            run, turn = 2 * run, 1 - turn

    def _count(self, function: Function, load: Load) -> str:
        """Write how many elements of the block come before element i."""
        kind = ONE.type(self.dtype)
        function.line(f"const {kind} b = {load(function, 'i')};")
        low, high = "0", str(self.size)
        if self.size > self.block:
            function.line(f"const int low = i / {self.block} * {self.block};")
            low, high = "low", f"min(low + {self.block}, {self.size})"
        function.line(f"int place = {low};")
        with function.block(f"for (int j = {low}; j < {high}; j++)"):
            function.line(f"const {kind} a = {load(function, 'j')};")
            earlier, tie = _before(self.dtype, True), _before(self.dtype, False)
            function.line(f"place += {earlier} || (j < i && {tie});")
        return "i"

    def _merge(self, function: Function, run: int, turn: int) -> str:
        """Write where element i of a run comes to stand when its run is merged with the next."""
        kind = ONE.type(self.dtype)
        keys = function.pointer(self._keys[turn], computed(self.dtype))
        function.line(f"const int first = i / {2 * run} * {2 * run};")
        function.line(f"const int middle = min(first + {run}, {self.size});")
        function.line("const bool left = i < middle;")
        function.line(f"int low = left ? middle : first, high = left ? min(first + {2 * run}, "
                      f"{self.size}) : middle;")  # fmt: skip
        function.line(f"__global const {kind} *keys = {keys} + line * {self.size};")
        function.line(f"const {kind} b = keys[i];")
        with function.block("while (low < high)"):
            function.line("const int half_ = (low + high) / 2;")
            function.line(f"const {kind} a = keys[half_];")
            earlier, tie = _before(self.dtype, True), _before(self.dtype, False)
            function.line(f"if (left ? {earlier} : {tie}) low = half_ + 1;")
            function.line("else high = half_;")
        function.line("const int place = i - middle + low;")
        if not self.ordered:
            return "i"
        return f"{function.pointer(self._order[turn], 'int32')}[e]"

    def _keep(self, function: Function, turn: int, order: str) -> None:
        """Write one element to the runs that the next function merges."""
        function.line(f"const int to = line * {self.size} + place;")
        function.line(f"{function.pointer(self._keys[turn], computed(self.dtype))}[to] = b;")
        if self.ordered:
            function.line(f"{function.pointer(self._order[turn], 'int32')}[to] = {order};")


def _sort_on_gpu(frame: Frame, instruction: Instruction) -> list[Unit]:
    (x,), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    size, is_order = x.shape[axis], node.op == "argsort"
    source, target = frame.view(x), frame.view(node)
    sign = "-" if x.dtype == bool else ""

    def load(function: Function, i: str) -> str:
        data = function.pointer(source.address, x.dtype, frame.label(x))
        place = f"{start_of(source, axis)} + {i} * {source.strides[axis]}"
        return f"{sign}({element(data, place, source)})"

    def leave(function: Function, place: str, key: str, order: str) -> None:
        function.line(f"const int to = {start_of(target, axis)};")
        value = order if is_order else f"{sign}{key}"
        put(function, ONE, target, (1, target.strides[axis]), ("to", place), "1", value)

    lines = x.size // size
    return ParallelSort(frame, instruction, lines, size, x.dtype, is_order).emit(load, leave)


# ---- CPU -----------------------------------------------------------------------------------------


def _sort_on_cpu(frame: Frame, instruction: Instruction) -> list[Unit]:
    (x,), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    size, function = x.shape[axis], frame.function(instruction)
    source, target = frame.view(x), frame.view(node)
    head = loop_over_lines(frame, function, source, axis, 20 * size)
    data = function.pointer(source.address, x.dtype, frame.label(x))
    kind, step = ONE.type(x.dtype), source.strides[axis]
    sign = "-" if x.dtype == bool else ""
    arrays = {"key": kind, "key2": kind, "at": "int", "at2": "int"}  # each of 8 bytes an element
    scratch = function.pointer(frame.scratch(8 * len(arrays) * size * function.parts), "int64")
    for number, (name, type_) in enumerate(arrays.items()):
        place = f"(part * {len(arrays)}L + {number}) * {size}"
        function.line(f"__global {type_} *{name} = (__global {type_} *)({scratch} + {place});")
    with function.block(head):
        function.line(f"const int from = {start_of(source, axis)}, to = {start_of(target, axis)};")
        with function.block(f"for (int i = 0; i < {size}; i++)"):
            value = element(data, f"from + i * {step}", source)
            function.line(f"key[i] = {sign}({value}); at[i] = i;")
        with function.block(f"for (int run = 1; run < {size}; run *= 2)"):
            with function.block(f"for (int low = 0; low < {size}; low += 2 * run)"):
                function.line(
                    f"const int mid = min(low + run, {size}), high = min(low + 2 * run, {size});"
                )
                function.line("int l = low, r = mid;")
                with function.block("for (int i = low; i < high; i++)"):
                    function.line("bool left = r >= high;")
                    with function.block("if (!left && l < mid)"):
                        function.line(f"const {kind} a = key[l], b = key[r];")
                        function.line(f"left = {_before(x.dtype, False)};")
                    function.line("const int take = left ? l++ : r++;")
                    function.line("key2[i] = key[take]; at2[i] = at[take];")
            function.line(f"__global {kind} *k = key; key = key2; key2 = k;")
            function.line("__global int *a = at; at = at2; at2 = a;")
        with function.block(f"for (int i = 0; i < {size}; i++)"):
            value = "at[i]" if node.op == "argsort" else f"{sign}key[i]"
            put(function, ONE, target, (1, target.strides[axis]), ("to", "i"), "1", value)
    return [frame.unit(function)]
