"""Softmax and its logarithm: three walks over each line, which stays in the cache.

On a CPU lanes run along the line, or across lines where those are not the last axis; on a GPU a
group of work-items shares a long line, and one work-item takes a short one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from cornu_backend_opencl.codegen.folding import combine, fold_group, fold_lanes, neutral
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.lanes import Lanes, number
from cornu_backend_opencl.codegen.members import get, put
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import merged, unravel


def emit_softmax(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`softmax` and `log_softmax`."""
    if instruction.node.size == 0:
        return []
    writer = _Softmax(frame, instruction)
    writer.write()
    return [frame.unit(writer.function)]


class _Softmax:
    def __init__(self, frame: Frame, instruction: Instruction) -> None:
        (x,), node = instruction.inputs, instruction.node
        axes = node.attrs["axes"]
        self.frame, self.node, self.is_log = frame, node, instruction.op == "log_softmax"
        self.source, self.target = frame.view(x), frame.view(node)
        self.note, self.dtype = frame.label(x), node.dtype
        marks = [i in axes for i in range(node.ndim)]
        out = contiguous_strides(node.shape)
        self.space = merged(node.shape, [self.source.strides, out], marks)
        shape, self.marks = self.space.shape, self.space.marks
        self.along = self.marks[-1]
        self.reduced = [i for i, m in enumerate(self.marks) if m]
        self.kept = [i for i, m in enumerate(self.marks) if not m]
        self.terms = product(shape[i] for i in self.reduced)
        self.function = frame.function(instruction)
        schedule = frame.schedule
        self.lanes = schedule.lanes_of(x.dtype, node.dtype)
        together = schedule.is_gpu and self.along and self.terms >= limits.softmax
        self.group = schedule.group if together else 0

    def write(self) -> None:
        """Write the function."""
        function, schedule, shape = self.function, self.frame.schedule, self.space.shape
        step = self.lanes.count
        outer = self.kept if self.along else self.kept[:-1]
        blocks = 1 if self.along else -(-shape[-1] // step)
        tasks = product(shape[i] for i in outer) * blocks
        if self.group:
            function.local, function.parts = (
                self.group,
                min(tasks, limits.groups) * self.group,
            )
            function.head.append(f"  __local {Lanes(1).type(self.dtype)} s[{self.group}];")
            head = f"for (int task = get_group_id(0); task < {tasks}; task += get_num_groups(0))"
        elif schedule.is_gpu:
            function.parts = schedule.parts(tasks, tasks)
            head = f"for (int task = part; task < {tasks}; task += parts)"
        else:
            function.parts = min(schedule.parts(12 * self.node.size, self.node.size), tasks)
            function.line(f"const int first = share({tasks}, 1, part, parts);")
            function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
            head = "for (int task = first; task < last; task++)"
        with function.block(head):
            line = f"(task / {blocks})" if blocks > 1 else "task"
            at = {
                a: f"({t})"
                for a, t in zip(outer, unravel(line, [shape[a] for a in outer]), strict=True)
            }
            if not self.along:
                function.line(f"const int j = task % {blocks} * {step};")
                at[len(shape) - 1] = "j"
            self._line(at)

    def _line(self, at: dict[int, str]) -> None:
        function, lanes, dtype = self.function, self.lanes, self.dtype
        kind = lanes.type(dtype)
        top = self._fold("top", "max", at, lambda place, count: self._read(place, count))

        def powers(place: Sequence[str], count: str) -> str:
            function.line(f"const {kind} e = exp({self._read(place, count)} - {top});")
            if not self.is_log:
                put(function, lanes, self.target, self.space.strides[1], place, count, "e")
            return "e"

        total = self._fold("total", "sum", at, powers)
        if self.is_log:
            function.line(f"const {kind} logarithm = log({total});")

        def finish(place: Sequence[str], count: str) -> None:
            if self.is_log:
                value = f"({self._read(place, count)} - {top}) - logarithm"
            else:
                made = get(function, lanes, self.target, self.space.strides[1], place, count)
                value = f"{made} / {total}"
            put(function, lanes, self.target, self.space.strides[1], place, count, value)

        self._walk(at, finish)

    def _read(self, place: Sequence[str], count: str) -> str:
        return get(
            self.function, self.lanes, self.source, self.space.strides[0], place, count, self.note
        )

    def _walk(self, at: dict[int, str], body: Callable[[Sequence[str], str], None]) -> None:
        function, shape, step = self.function, self.space.shape, self.lanes.count
        last = len(shape) - 1
        indices, count = dict(at), str(step)
        if shape[-1] % step:
            count = f"{shape[-1]} - j"
        with ExitStack() as stack:
            if not self.reduced:  # lines of one number: names are still local to each walk
                stack.enter_context(function.block(""))
            for axis in self.reduced:
                name, low, more = f"r{axis}", "0", f"r{axis}++"
                if axis == last:
                    name, more = "j", f"j += {step}"
                    if self.group:
                        low, more = "get_local_id(0)", f"j += {self.group}"
                head = f"for (int {name} = {low}; {name} < {shape[axis]}; {more})"
                stack.enter_context(function.block(head))
                indices[axis] = name
            body([indices[i] for i in range(len(shape))], count)

    def _fold(
        self, name: str, op: str, at: dict[int, str], value: Callable[[Sequence[str], str], str]
    ) -> str:
        """Write one walk that takes all values together; return the name of the result."""
        function, lanes, dtype = self.function, self.lanes, self.dtype
        kind, start = lanes.type(dtype), number(neutral(op, dtype), dtype)
        function.line(f"{kind} {name} = {lanes.splat(neutral(op, dtype), dtype)};")

        def body(place: Sequence[str], count: str) -> None:
            text = value(place, count)
            function.line(f"{kind} v = {text};")
            if self.along and lanes.count > 1 and count != str(lanes.count):
                kept = lanes.keep(dtype, "v", start, count)
                function.line(f"if ({count} < {lanes.count}) v = {kept};")
            function.line(f"{name} = {combine(lanes, op, dtype, name, 'v')};")

        self._walk(at, body)
        if self.group:
            fold_group(function, self.group, "s", op, dtype, name)
            function.line(f"{name} = s[0];")
            return name
        if not self.along or lanes.count == 1:
            return name
        return fold_lanes(function, lanes, op, dtype, name)
