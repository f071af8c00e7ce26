"""Operations along one axis: running sums, the place of the largest.

A line is the work of one share; on a GPU few long ones are cut into chunks.
"""

from __future__ import annotations

from collections.abc import Callable

from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.members import element, put
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product
from cornu_lowering.views import View, position, unravel

ONE = Lanes(1)


def loop_over_lines(frame: Frame, function: Function, view: View, axis: int, work: int) -> str:
    """Write how the lines along an axis are shared; return the head of the loop over them."""
    count = product(view.shape) // max(1, view.shape[axis])
    if frame.schedule.is_gpu:
        function.parts = frame.schedule.parts(0, count)
        return f"for (int line = part; line < {count}; line += parts)"
    function.parts = min(frame.schedule.parts(count * work, count), max(1, count))
    function.line(f"const int first = share({count}, 1, part, parts);")
    function.line(f"const int last = share({count}, 1, part + 1, parts);")
    return "for (int line = first; line < last; line++)"


def start_of(view: View, axis: int) -> str:
    """Return the position of the first element of the line `line`."""
    shape = [n for i, n in enumerate(view.shape) if i != axis]
    strides = [s for i, s in enumerate(view.strides) if i != axis]
    if not shape:
        return str(view.offset)
    parts = [f"({t})" for t in unravel("line", shape)]
    return position(parts, strides, view.offset)


def chunk_of(frame: Frame, size: int, lines: int) -> int:
    """Return how many elements of a line one work-item takes: all, or some where lines are few.

    A line is cut into about as many chunks as each has elements.
    """
    if not frame.schedule.is_gpu or size < limits.line or lines >= frame.schedule.parts(0, 1 << 30):
        return size
    chunk = 1
    while chunk * chunk < size:
        chunk *= 2
    return chunk


def emit_cumsum(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`cumsum`: along each line; first the sums of its chunks where a line is cut."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    axis, is_bool = node.attrs["axis"], x.dtype == bool
    size, source, target = x.shape[axis], frame.view(x), frame.view(node)
    lines = x.size // size
    # Each sum of half precision is rounded, so that none can be left to another work-item.
    chunk = size if x.dtype == "float16" else chunk_of(frame, size, lines)
    chunks = -(-size // chunk)
    kind, plus = ONE.type(node.dtype), "|" if is_bool else "+"
    wide = computed(node.dtype)
    sums = frame.scratch(wide.itemsize * lines * chunks)
    backwards = node.attrs["reverse"]

    def take(function: Function, i: str) -> None:
        data = function.pointer(source.address, x.dtype, frame.label(x))
        value = element(data, f"from + {i} * {source.strides[axis]}", source)
        function.line(f"total {plus}= {value};")

    def write_sums(function: Function) -> None:
        function.line(f"const int low = chunk * {chunk}, high = min(low + {chunk}, {size});")
        function.line(f"{kind} total = 0;")
        with function.block("for (int i = low; i < high; i++)"):
            take(function, "i")
        function.line(f"{function.pointer(sums, wide)}[task] = total;")

    def write_results(function: Function) -> None:
        low, high = "0", str(size)
        function.line(f"const int to = {start_of(target, axis)};")
        function.line(f"{kind} total = 0;")
        if chunks > 1:
            low, high = "low", "high"
            function.line(f"const int low = chunk * {chunk}, high = min(low + {chunk}, {size});")
            others = ("chunk + 1", str(chunks)) if backwards else ("0", "chunk")
            place = f"{function.pointer(sums, wide)}[line * {chunks} + k]"
            function.line(f"for ({_counting('k', *others, backwards)}) total {plus}= {place};")
        with function.block(f"for ({_counting('i', low, high, backwards)})"):
            take(function, "i")
            if x.dtype == "float16":
                function.line("total = round_half(total);")
            put(function, ONE, target, (1, target.strides[axis]), ("to", "i"), "1", "total")

    units = []
    if chunks > 1:
        units.append(_over_chunks(frame, instruction, source, axis, chunks, write_sums, "chunks"))
    return [*units, _over_chunks(frame, instruction, source, axis, chunks, write_results)]


def _counting(index: str, low: str, high: str, backwards: bool) -> str:
    """Return the head of a loop from low to high - 1, or back."""
    if backwards:
        return f"int {index} = {high} - 1; {index} >= {low}; {index}--"
    return f"int {index} = {low}; {index} < {high}; {index}++"


def _over_chunks(
    frame: Frame,
    instruction: Instruction,
    source: View,
    axis: int,
    chunks: int,
    body: Callable[[Function], None],
    role: str = "",
) -> Unit:
    """Write a function that does something for each chunk of each line."""
    function = frame.function(instruction, role=role)
    size = source.shape[axis]
    if chunks == 1:
        head = loop_over_lines(frame, function, source, axis, 4 * size)
    else:
        tasks = product(source.shape) // size * chunks
        function.parts = frame.schedule.parts(0, tasks)
        head = f"for (int task = part; task < {tasks}; task += parts)"
    with function.block(head):
        if chunks > 1:
            function.line(f"const int line = task / {chunks}, chunk = task % {chunks};")
        function.line(f"const int from = {start_of(source, axis)};")
        body(function)
    return frame.unit(function)


def emit_argmax(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`argmax`: the first of the largest; NaN counts as larger than all."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    axis = node.attrs["axis"]
    size, source, target = x.shape[axis], frame.view(x), frame.view(node)
    lines = x.size // size
    chunk = chunk_of(frame, size, lines)
    chunks = -(-size // chunk)
    kind, sign = ONE.type(x.dtype), "-" if x.dtype == bool else ""
    found = frame.scratch(4 * lines * chunks)
    later = "x > best" if x.dtype.kind != "f" else "!(x <= best) && !isnan(best)"

    def value(function: Function, i: str) -> str:
        data = function.pointer(source.address, x.dtype, frame.label(x))
        return f"{sign}({element(data, f'from + {i} * {source.strides[axis]}', source)})"

    def search(function: Function, first: str, loop: str, place: str) -> None:
        function.line(f"int found = {first};")
        function.line(f"{kind} best = {value(function, 'found')};")
        with function.block(f"for ({loop})"):
            if place != "i":
                function.line(f"const int i = {place};")
            function.line(f"const {kind} x = {value(function, 'i')};")
            function.line(f"if ({later}) {{ best = x; found = i; }}")

    def write_found(function: Function) -> None:
        function.line(f"const int low = chunk * {chunk}, high = min(low + {chunk}, {size});")
        search(function, "low", "int i = low + 1; i < high; i++", "i")
        function.line(f"{function.pointer(found, 'int32')}[task] = found;")

    def write_result(function: Function) -> None:
        if chunks == 1:
            search(function, "0", f"int i = 1; i < {size}; i++", "i")
        else:
            pointer = function.pointer(found, "int32")
            place = f"{pointer}[line * {chunks}"
            search(function, f"{place}]", f"int k = 1; k < {chunks}; k++", f"{place} + k]")
        put(function, ONE, target, (1,), ("line",), "1", "found")

    units = []
    if chunks > 1:
        units.append(_over_chunks(frame, instruction, source, axis, chunks, write_found, "chunks"))
    return [*units, _over_chunks(frame, instruction, source, axis, 1, write_result)]
