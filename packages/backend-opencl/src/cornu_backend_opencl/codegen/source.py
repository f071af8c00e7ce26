"""The source of a whole program: its functions, and the kernels that call them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.elementwise import copy
from cornu_backend_opencl.codegen.frame import Frame, Loop, Source, Unit, aligned
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.operations import emit_all
from cornu_backend_opencl.codegen.prelude import helpers_for
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_engine.graph import Node
from cornu_engine.layout import contiguous_strides
from cornu_engine.listing import human
from cornu_engine.plan import Plan
from cornu_engine.sourcetext import comment
from cornu_engine.variable import Variable
from cornu_lowering.views import Address, View

_COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_FUNCTIONS = re.compile(r"\b(u\d+)_\w+")


@dataclass(frozen=True, eq=False)
class Result:
    """Where a result lies on the device when the program has run."""

    base: str
    offset: int
    node: Node


@dataclass(frozen=True)
class Launch:
    """Consecutive functions that one kernel call runs.

    Attributes
    ----------
    first, last : int
        Functions first … last - 1 (more than one only where each is one share).
    size : int
        Shares (CPU) or work-items (GPU).
    local : int or None
    """

    first: int
    last: int
    size: int
    local: int | None = None


@dataclass(frozen=True)
class Queued:
    """Launches that the host queues once per step of a loop."""

    length: int
    reverse: bool
    depth: int
    steps: tuple[Launch | Queued, ...]


@dataclass(frozen=True, eq=False)
class Written:
    """Source text and what it needs.

    Attributes
    ----------
    text : str
    steps : tuple of Launch or Queued
    kernels : tuple of str
        The kernel of each function (GPU), or the one for all (CPU).
    """

    text: str
    steps: tuple[Launch | Queued, ...]
    kernels: tuple[str, ...]
    state: tuple[Variable, ...]
    constants: tuple[tuple[int, np.ndarray], ...]
    constant_bytes: int
    memory: int
    input_bytes: int
    inputs: tuple[int, ...]
    results: tuple[Result, ...]
    depth: int


def write_source(plan: Plan, schedule: Schedule, strict: bool = False) -> Written:
    """Return the source of a plan."""
    source = Source(schedule, strict)
    frame = Frame(source, plan)
    units = emit_all(frame)
    results, more = _results(frame)
    units += more
    steps = tuple(_steps(source, units, 0))
    kernels = tuple(f.name if schedule.is_gpu else "run" for f in source.functions)
    start = aligned(source.memory)
    return Written(
        _text(plan, source, start, units),
        steps,
        kernels,
        tuple(source.state),
        tuple(source.constants.values()),
        source.constant_bytes,
        start + source.scratch,
        frame.input_bytes,
        tuple(frame._inputs[n] for n in plan.inputs),
        results,
        source.depth,
    )


def without_names(text: str) -> str:
    """Return a source without what it says of layers: that of models alike but for their names.

    Examples
    --------
    >>> without_names("u7_sequential_3_dense_matmul(CALL);  // sequential_3/dense: matmul (8, 4)")
    'u7(CALL);  '
    """
    text = _COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return _FUNCTIONS.sub(r"\1", text)


def _results(frame: Frame) -> tuple[tuple[Result, ...], list[Unit | Loop]]:
    """Return where the results lie, and the copies that bring them in order."""
    found, units = [], []
    top = aligned(frame.source.memory)
    for node in frame.plan.outputs:
        view = frame.view(node)
        if not frame.is_whole(node):
            target = View(
                Address("M", top), 0, contiguous_strides(node.shape), node.shape, node.dtype
            )
            top += aligned(max(node.nbytes, 1))
            if node.size:
                function = Function(
                    f"u{len(frame.source.functions)}_result", f"result {node.shape}"
                )
                frame.source.functions.append(function)
                copy(frame, function, view, target)
                units.append(frame.unit(function))
            view = target
        offset = view.address.offset + view.offset * node.dtype.itemsize
        found.append(Result(view.address.base, offset, node))
    frame.source.memory = max(frame.source.memory, top)
    return tuple(found), list(units)


def _steps(source: Source, units: list[Any], depth: int) -> list[Launch | Queued]:
    """Return the launches of units; on a CPU neighbours of one share each are one launch."""
    found: list[Launch | Queued] = []
    for unit in units:
        if isinstance(unit, Loop):
            if not source.schedule.is_gpu and _is_serial(unit):
                number = _serial_loop(source, unit, depth)
                found.append(Launch(number, number + 1, 1))
            else:
                inner = _steps(source, list(unit.steps), depth + 1)
                found.append(Queued(unit.length, unit.reverse, depth, tuple(inner)))
            continue
        function = source.functions[unit.number]
        last = found[-1] if found else None
        if (
            not source.schedule.is_gpu
            and isinstance(last, Launch)
            and function.parts == 1 == last.size
            and last.last == unit.number
        ):
            found[-1] = Launch(last.first, unit.number + 1, 1)
        else:
            found.append(Launch(unit.number, unit.number + 1, function.parts, function.local))
    return found


def _is_serial(loop: Loop) -> bool:
    """Tell whether each step of a loop is too short to share."""
    return all(
        _is_serial(step) if isinstance(step, Loop) else step.function.parts == 1
        for step in loop.steps
    )


def _serial_loop(source: Source, loop: Loop, depth: int) -> int:
    """Write a function that runs all steps of a loop; return its number."""
    index = len(source.functions)
    function = Function(f"u{index}_loop", f"{loop.length} steps")

    def write(loop: Loop, depth: int) -> None:
        t, n = f"t{depth}", loop.length
        up, down = f"int {t} = 0; {t} < {n}; {t}++", f"int {t} = {n - 1}; {t} >= 0; {t}--"
        with function.block(f"for ({down if loop.reverse else up})"):
            for step in loop.steps:
                if isinstance(step, Loop):
                    write(step, depth + 1)
                else:
                    function.line(f"{step.function.name}(CALL);")

    write(loop, depth)
    source.functions.append(function)
    return index


def _text(plan: Plan, source: Source, scratch: int, units: list[Any]) -> str:
    schedule = source.schedule
    body = []
    for function in source.functions:
        qualifier = "__kernel void" if schedule.is_gpu else "static RARE void"
        body.append(function.text(qualifier))
    functions = "\n".join(body)
    steps = "".join(f", const int t{d}" for d in range(source.depth))
    calls = "".join(f", t{d}" for d in range(source.depth))
    pointers = (
        "__global uchar *M, __global uchar *X, __global uchar *K, __global uchar *H, "
        "__global const long *T"
    )
    head = [
        f"/* {comment(plan.name)}: {len(plan.instructions)} instructions, {human(plan.flops)}FLOP, "
        f"{human(plan.memory)}B of temporaries",
        "   M temporaries, X inputs, K constants, H state, T where each variable begins in it:",
        *(f"   T[{i}] {comment(v.path)} {v.shape} {v.dtype}" for i, v in enumerate(source.state)),
        "*/",
    ]
    if "double" in functions:
        head.append("#pragma OPENCL EXTENSION cl_khr_fp64 : enable")
    if source.strict:
        head.append("#pragma OPENCL FP_CONTRACT OFF")
    head.append(f"#define SCRATCH {scratch}L")
    if schedule.is_gpu:
        head.append(f"#define ARGS {pointers}{steps}")
        for name, of in (("part", "id"), ("parts", "size")):
            head.append(f"#define {name} ((int)get_global_{of}(0))")
    else:
        head.append("#define RARE __attribute__((noinline))")
        head.append(f"#define ARGS const int part, const int parts, {pointers}{steps}")
        head.append(f"#define CALL part, parts, M, X, K, H, T{calls}")
    text = "\n".join(head) + "\n" + helpers_for(functions) + "\n" + functions
    if not schedule.is_gpu:
        text += _dispatch(source, pointers, steps)
    return text


def _dispatch(source: Source, pointers: str, steps: str) -> str:
    """Return the one kernel of a CPU program: building one is much faster than building many."""
    cases = "\n".join(
        f"      case {i}: {f.name}(CALL); break;" for i, f in enumerate(source.functions)
    )
    hint = source.schedule.lanes_of(np.float32).type(np.float32)
    return f"""
/* Each work-item runs its share of functions first ... last - 1. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint({hint})))
void run({pointers}{steps}, const int first, const int last) {{
  const int part = get_global_id(0), parts = get_global_size(0);
  for (int number = first; number < last; number++)
    switch (number) {{
{cases}
    }}
}}
"""
