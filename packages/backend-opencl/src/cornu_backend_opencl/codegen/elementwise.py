"""Groups of elementwise instructions: one pass over memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import (
    Members,
    get,
    lanes_of,
    operands_of,
    put,
    results_of,
)
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import View, merged, unravel

# What an operation on one element costs, in additions.
COST = {"exp": 4, "log": 6, "tanh": 10, "erf": 10, "pow": 20, "sin": 10, "cos": 10, "erfinv": 40,
        "expm1": 8, "log1p": 8, "div": 2, "sqrt": 2, "mod": 30, "floordiv": 30}  # fmt: skip


def cost(members: Sequence[Instruction]) -> int:
    """Return the operations of a group on one element, loads and stores included."""
    return 3 + sum(COST.get(m.op, 1) for m in members)


def emit_group(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """Write elementwise instructions over one shape as one function."""
    last = members[-1]
    shape = last.node.shape
    if product(shape) == 0:
        return []
    function = frame.function(last)
    function.comment = summary(members)
    nodes = [*operands_of(members), *results_of(frame, members)]
    views = {node: frame.view(node).broadcast(shape) for node in nodes}
    space = merged(shape, [v.strides for v in views.values()])
    strides = dict(zip(views, space.strides, strict=True))
    lanes = lanes_of(frame, members)
    writer = Members(frame, function, members, lanes, strides)
    walk(frame, function, space.shape, lanes, cost(members), writer.write)
    return [frame.unit(function)]


def summary(members: Sequence[Instruction]) -> str:
    """Say what a group computes: its operations, and the layers they come from."""
    scopes = dict.fromkeys(m.node.scope for m in members if m.node.scope)
    names = [m.op for m in members]
    text = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    first = members[0]
    shape = first.inputs[0].shape if first.op in REDUCTIONS else first.node.shape
    return f"{', '.join(scopes)}{': ' if scopes else ''}{text} {shape}"


def walk(
    frame: Frame,
    function: Function,
    shape: Sequence[int],
    lanes: Lanes,
    work: int,
    write: Callable[[Sequence[str], str], None],
) -> None:
    """Write the loops over a space around `write(indices, count)`."""
    total, inner = product(shape), shape[-1]
    function.parts = parts = frame.schedule.parts(total * work, total)
    if frame.schedule.is_gpu:
        with function.block(f"for (int i = part; i < {total}; i += parts)"):
            indices = []
            for axis, text in enumerate(unravel("i", shape)):
                if len(shape) == 1:
                    indices.append("i")
                    continue
                function.line(f"const int i{axis} = {text};")
                indices.append(f"i{axis}")
            write(indices, "1")
        return
    outer, step = shape[:-1], lanes.count
    rows = product(outer)
    by_rows = rows >= parts and rows > 1
    unit = 1 if step == 1 else step
    if not by_rows:
        function.line(f"const int first = share({inner}, {unit}, part, parts);")
        function.line(f"const int last = share({inner}, {unit}, part + 1, parts);")
    else:
        function.line(f"const int first = share({rows}, 1, part, parts);")
        function.line(f"const int last = share({rows}, 1, part + 1, parts);")
    low, high = ("0", str(inner)) if by_rows else ("first", "last")
    count = str(step) if inner % step == 0 else f"{high} - j"

    def columns(indices: list[str]) -> None:
        if by_rows and inner <= step:
            write([*indices, "0"], str(inner))
            return
        with function.block(f"for (int j = {low}; j < {high}; j += {step})"):
            write([*indices, "j"], count)

    if rows == 1:
        columns(["0"] * len(outer))
        return
    start, stop = ("first", "last") if by_rows else ("0", str(rows))
    with function.block(f"for (int r = {start}; r < {stop}; r++)"):
        indices = []
        for axis, text in enumerate(unravel("r", outer)):
            if len(outer) == 1:
                indices.append("r")
                continue
            function.line(f"const int i{axis} = {text};")
            indices.append(f"i{axis}")
        columns(indices)


def copy(frame: Frame, function: Function, source: View, target: View) -> None:
    """Write a copy from a view to a view of the same shape."""
    space = merged(target.shape, [source.broadcast(target.shape).strides, target.strides])
    lanes = frame.schedule.lanes_of(source.dtype)

    def write(indices: Sequence[str], count: str) -> None:
        name = function.new()
        text = get(function, lanes, source, space.strides[0], indices, count)
        function.line(f"const {lanes.type(source.dtype)} {name} = {text};")
        put(function, lanes, target, space.strides[1], indices, count, name)

    before = function.parts
    with function.block(""):
        walk(frame, function, space.shape, lanes, 3, write)
    function.parts = max(before, function.parts)
