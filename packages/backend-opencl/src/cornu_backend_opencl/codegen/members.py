"""The statements of a group: loads, one line per instruction, stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cornu_backend_opencl.codegen.expressions import expression, is_scalar, rounded
from cornu_backend_opencl.codegen.frame import Frame, comment
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, stored
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.rewrite import scalar_of
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import View, position

# Of numbers that memory can hold they make such numbers.
EXACT = frozenset({"abs", "ceil", "copy", "floor", "maximum", "minimum", "neg", "reshape", "round",
                   "sign", "store", "where"})  # fmt: skip


def operands_of(members: Sequence[Instruction]) -> list[Node]:
    """Return the values that a group reads from memory, each once."""
    made = {m.node for m in members}
    found: dict[Node, None] = {}
    for member in members:
        for value in member.inputs:
            if value not in made and scalar_of(value) is None:
                found[value] = None
    return list(found)


def results_of(frame: Frame, members: Sequence[Instruction]) -> list[Node]:
    """Return the values that a group leaves in memory."""
    return [m.node for m in members if m.op not in REDUCTIONS and frame.is_stored(m.node)]


def lanes_of(frame: Frame, members: Sequence[Instruction]) -> Lanes:
    """Return the lanes a group can be computed on."""
    if any(is_scalar(m.node) for m in members if m.op not in REDUCTIONS):
        return Lanes(1)
    return lanes_for(frame, members)


def lanes_for(frame: Frame, members: Sequence[Instruction]) -> Lanes:
    """Return the lanes of vectors that hold any value of a group."""
    return frame.schedule.lanes_of(*(v.dtype for m in members for v in (*m.inputs, *m.outputs)))


class Members:
    """Writes the statements of a group at one position of its space.

    Parameters
    ----------
    frame : Frame
    function : Function
    members : sequence of Instruction
    lanes : Lanes
    strides : mapping of Node to tuple of int
        Of what is read and written, over the axes of the space.
    """

    def __init__(
        self,
        frame: Frame,
        function: Function,
        members: Sequence[Instruction],
        lanes: Lanes,
        strides: Mapping[Node, Sequence[int]],
    ) -> None:
        self.frame, self.function, self.members = frame, function, members
        self.lanes, self.strides = lanes, strides
        self.results = set(results_of(frame, members))

    def write(
        self,
        indices: Sequence[str],
        count: str,
        given: Mapping[Node, str] | None = None,
        reduce: Callable[[Instruction, str], None] | None = None,
    ) -> None:
        """Write all statements; `given` are values that registers hold already."""
        known: dict[Node, str] = {}
        for value, text in (given or {}).items():
            known[value] = self._stored(value, text)

        def operand(value: Node) -> str:
            number = scalar_of(value)
            if value not in known and number is not None:
                return self.lanes.splat(number, value.dtype)
            if value not in known:
                known[value] = self._load(value, indices, count)
            return known[value]

        for member in self.members:
            if member.op in REDUCTIONS:
                assert reduce is not None
                reduce(member, operand(member.inputs[0]))
                continue
            if member.node not in known:
                texts = [operand(value) for value in member.inputs]
                name = known[member.node] = self.function.new()
                text = self._computed(member, texts)
                if member.op not in EXACT:
                    text = rounded(self.lanes, text, member.node.dtype)
                kind = self.lanes.type(member.node.dtype)
                self.function.line(f"const {kind} {name} = {text};", comment(member))
            if member.node in self.results:
                view, steps = self.frame.view(member.node), self.strides[member.node]
                if self.lanes.count == 1 and not any(steps):
                    # Of one number: its indices are 0. Intel's compiler stores to a place that is
                    # written as a constant even where the condition around it does not hold.
                    steps = (1,) * len(steps)
                put(self.function, self.lanes, view, steps, indices, count, known[member.node])

    def _stored(self, value: Node, name: str) -> str:
        """Return the name of a value in a register as memory would hold it."""
        if value.dtype != np.float16:
            return name
        new = self.function.new()
        text = rounded(self.lanes, name, value.dtype)
        self.function.line(f"const {self.lanes.type(value.dtype)} {new} = {text};")
        return new

    def _computed(self, member: Instruction, operands: Sequence[str]) -> str:
        """Return the expression of a result; some operations are computed lane by lane."""
        node, lanes, one = member.node, self.lanes, Lanes(1)
        if lanes.count == 1 or not is_scalar(node, member.op):
            return expression(lanes, node, operands, member.op)
        function, count = self.function, lanes.count
        names = []
        for value, text in zip(member.inputs, operands, strict=True):
            names.append(function.new("a"))
            function.line(f"{one.type(value.dtype)} {names[-1]}[{count}];")
            function.line(f"vstore{count}({text}, 0, {names[-1]});")
        result = function.new("a")
        text = expression(one, node, [f"{name}[lane]" for name in names], member.op)
        function.line(f"{one.type(node.dtype)} {result}[{count}];")
        function.line(f"for (int lane = 0; lane < {count}; lane++) {result}[lane] = {text};")
        return f"vload{count}(0, {result})"

    def _load(self, value: Node, indices: Sequence[str], count: str) -> str:
        name = self.function.new()
        view, steps = self.frame.view(value), self.strides[value]
        text = get(self.function, self.lanes, view, steps, indices, count, self.frame.label(value))
        self.function.line(f"const {self.lanes.type(value.dtype)} {name} = {text};")
        return name


def get(
    function: Function,
    lanes: Lanes,
    view: View,
    strides: Sequence[int],
    indices: Sequence[str],
    count: str,
    note: str = "",
) -> str:
    """Return the expression that loads from a view; lanes run along the last axis."""
    pointer = function.pointer(view.address, view.dtype, note)
    place = position(indices, strides, view.offset)
    if lanes.count == 1:
        return element(pointer, place, view)
    dtype = view.dtype
    if strides[-1] == 1:
        return lanes.load(dtype, f"{pointer} + {place}", count)
    if strides[-1] == 0:
        return f"({lanes.type(dtype)})({element(pointer, place, view)})"
    return f"gather{lanes.count}_{dtype}({pointer} + {place}, {strides[-1]}, {count})"


def element(pointer: str, place: str, view: View) -> str:
    """Return the expression that loads one element."""
    if view.dtype == "float16":
        return f"vload_half({place}, {pointer})"
    return f"-(int){pointer}[{place}]" if view.dtype == bool else f"{pointer}[{place}]"


def put(
    function: Function,
    lanes: Lanes,
    view: View,
    strides: Sequence[int],
    indices: Sequence[str],
    count: str,
    value: str,
    note: str = "",
) -> None:
    """Write the statement that stores to a view."""
    pointer = function.pointer(view.address, view.dtype, note)
    place = position(indices, strides, view.offset)
    if lanes.count > 1 and strides[-1] == 1:
        text = lanes.store(view.dtype, value, f"{pointer} + {place}", count)
    elif lanes.count > 1:
        step = strides[-1]
        text = f"scatter{lanes.count}_{view.dtype}({value}, {pointer} + {place}, {step}, {count});"
    elif view.dtype == "float16":
        text = f"vstore_half_rte({value}, {place}, {pointer});"
    elif view.dtype == bool:
        text = f"{pointer}[{place}] = ({stored(bool)})-({value});"
    else:
        text = f"{pointer}[{place}] = {value};"
    function.line(text)
