"""Operations along one axis: sorting, running sums, the place of the largest."""

from __future__ import annotations

from cornu.engine.plan import Instruction
from cornu.engine.shapes import product
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed
from cornu_backend_opencl.codegen.members import element, put
from cornu_backend_opencl.codegen.values import View, position, unravel

ONE = Lanes(1)


def _lines(frame: Frame, function: Function, view: View, axis: int, work: int) -> tuple[str, int]:
    """Write the loop over the lines along an axis; return its head and their number."""
    count = product(view.shape) // max(1, view.shape[axis])
    function.parts = min(frame.schedule.parts(count * work, count), max(1, count))
    if frame.schedule.is_gpu:
        function.parts = frame.schedule.parts(0, count)
        return f"for (int line = part; line < {count}; line += parts)", count
    function.line(f"const int first = share({count}, 1, part, parts);")
    function.line(f"const int last = share({count}, 1, part + 1, parts);")
    return "for (int line = first; line < last; line++)", count


def _start(view: View, axis: int) -> str:
    """Return the position of the first element of a line."""
    shape = [n for i, n in enumerate(view.shape) if i != axis]
    strides = [s for i, s in enumerate(view.strides) if i != axis]
    if not shape:
        return str(view.offset)
    parts = [f"({t})" for t in unravel("line", shape)]
    return position(parts, strides, view.offset)


def emit_cumsum(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`cumsum`: a line after the other."""
    (x,), node = instruction.inputs, instruction.node
    axis, size = node.attrs["axis"], node.shape[node.attrs["axis"]]
    if node.size == 0:
        return []
    function = frame.function(instruction)
    source, target = frame.view(x), frame.view(node)
    head, _ = _lines(frame, function, target, axis, 4 * size)
    data = function.pointer(source.address, x.dtype, frame.label(x))
    order = (
        f"int i = {size - 1}; i >= 0; i--"
        if node.attrs["reverse"]
        else f"int i = 0; i < {size}; i++"
    )
    kind = "float64" if node.dtype == "float64" else node.dtype
    with function.block(head):
        function.line(f"const int from = {_start(source, axis)}, to = {_start(target, axis)};")
        function.line(f"{ONE.type(kind)} total = 0;")
        with function.block(f"for ({order})"):
            value = element(data, f"from + i * {source.strides[axis]}", source)
            function.line(f"total {'|' if x.dtype == bool else '+'}= {value};")
            if frame.strict and x.dtype == "float16":
                function.line("total = round_half(total);")
            put(function, ONE, target, (1, target.strides[axis]), ("to", "i"), "1", "total")
    return [frame.unit(function)]


def emit_argmax(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`argmax`: the first of the largest; NaN counts as larger than all."""
    (x,), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    if node.size == 0:
        return []
    size, function = x.shape[axis], frame.function(instruction)
    source, target = frame.view(x), frame.view(node)
    head, _ = _lines(frame, function, source, axis, 3 * size)
    data = function.pointer(source.address, x.dtype, frame.label(x))
    kind = ONE.type(x.dtype)
    sign = "-" if x.dtype == bool else ""
    with function.block(head):
        function.line(f"const int from = {_start(source, axis)};")
        function.line(f"{kind} best = {sign}({element(data, 'from', source)});")
        function.line("int found = 0;")
        with function.block(f"for (int i = 1; i < {size}; i++)"):
            value = element(data, f"from + i * {source.strides[axis]}", source)
            function.line(f"const {kind} x = {sign}({value});")
            test = "x > best" if x.dtype.kind != "f" else "!(x <= best) && !isnan(best)"
            function.line(f"if ({test}) {{ best = x; found = i; }}")
        put(function, ONE, target, (1,), ("line",), "1", "found")
    return [frame.unit(function)]


def emit_sort(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`sort` and `argsort`: stable, NaN last.

    On a CPU each line is merged from runs of growing length; on a GPU each work-item counts how
    many elements come before one, and puts it there.
    """
    node = instruction.node
    axis = node.attrs["axis"]
    if node.size == 0:
        return []
    return (_rank_sort if frame.schedule.is_gpu else _merge_sort)(frame, instruction, axis)


def _before(x_dtype: object, strict: bool) -> str:
    """Return the test whether a comes before b."""
    less = "a < b" if strict else "a <= b"
    if getattr(x_dtype, "kind", "") != "f":
        return f"({less})"
    return f"({less} || (isnan(b) && {'!isnan(a)' if strict else '1'}))"


def _rank_sort(frame: Frame, instruction: Instruction, axis: int) -> list[Unit]:
    (x,), node = instruction.inputs, instruction.node
    size, function = x.shape[axis], frame.function(instruction)
    source, target = frame.view(x), frame.view(node)
    data = function.pointer(source.address, x.dtype, frame.label(x))
    function.parts = frame.schedule.parts(0, x.size)
    kind, step = ONE.type(x.dtype), source.strides[axis]
    sign = "-" if x.dtype == bool else ""
    with function.block(f"for (int e = part; e < {x.size}; e += parts)"):
        function.line(f"const int line = e / {size}, i = e % {size};")
        function.line(f"const int from = {_start(source, axis)}, to = {_start(target, axis)};")
        function.line(f"const {kind} b = {sign}({element(data, f'from + i * {step}', source)});")
        function.line("int place = 0;")
        with function.block(f"for (int j = 0; j < {size}; j++)"):
            function.line(
                f"const {kind} a = {sign}({element(data, f'from + j * {step}', source)});"
            )
            earlier, tie = _before(x.dtype, True), _before(x.dtype, False)
            function.line(f"place += {earlier} || (j < i && {tie});")
        value = "i" if node.op == "argsort" else f"{sign}b"
        put(function, ONE, target, (1, target.strides[axis]), ("to", "place"), "1", value)
    return [frame.unit(function)]


def _merge_sort(frame: Frame, instruction: Instruction, axis: int) -> list[Unit]:
    (x,), node = instruction.inputs, instruction.node
    size, function = x.shape[axis], frame.function(instruction)
    source, target = frame.view(x), frame.view(node)
    head, _ = _lines(frame, function, source, axis, 20 * size)
    data = function.pointer(source.address, x.dtype, frame.label(x))
    keys = frame.scratch(4 * size * 8 * max(function.parts, 1))
    kind, step = ONE.type(x.dtype), source.strides[axis]
    sign = "-" if x.dtype == bool else ""
    wide = computed(x.dtype)
    base = function.pointer(keys, "int64")
    function.line(f"__global {kind} *key = (__global {kind} *)({base} + part * {4 * size});")
    function.line(
        f"__global {kind} *key2 = (__global {kind} *)({base} + part * {4 * size} + {size});"
    )
    function.line(f"__global int *at = (__global int *)({base} + part * {4 * size} + {2 * size});")
    function.line(f"__global int *at2 = (__global int *)({base} + part * {4 * size} + {3 * size});")
    assert wide.itemsize <= 8
    with function.block(head):
        function.line(f"const int from = {_start(source, axis)}, to = {_start(target, axis)};")
        with function.block(f"for (int i = 0; i < {size}; i++)"):
            function.line(
                f"key[i] = {sign}({element(data, f'from + i * {step}', source)}); at[i] = i;"
            )
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
