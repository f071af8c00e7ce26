"""`scan`: a loop on the device. Short steps loop inside one kernel, long ones are queued."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cornu_backend_opencl.codegen.elementwise import copy
from cornu_backend_opencl.codegen.frame import Frame, Loop, Unit, aligned
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_lowering.views import Address, View

Emit = Callable[[Frame], list["Unit | Loop"]]


def emit_scan(frame: Frame, instruction: Instruction, write: Emit) -> list[Unit | Loop]:
    """Write the loop of a scan: state lives where its final value is wanted."""
    node, plan = instruction.node, instruction.body
    body, length = node.attrs["body"], node.attrs["length"]
    assert plan is not None
    count = len(body.consts)
    consts, init = instruction.inputs[:count], instruction.inputs[count : count + len(body.state)]
    xs = instruction.inputs[count + len(body.state) :]
    finals, stacks = instruction.outputs[: len(init)], instruction.outputs[len(init) :]
    step = f"t{frame.depth}"
    units: list[Unit | Loop] = []
    parameters: dict[Node, Address] = {}
    top = frame.base + aligned(frame.plan.memory)

    def in_order(value: Node) -> View:
        """A value whose numbers lie in order, copied where they do not."""
        nonlocal top
        view = frame.view(value)
        if frame.is_whole(value):
            return view
        target = View(
            Address("M", top), 0, contiguous_strides(value.shape), value.shape, value.dtype
        )
        top += aligned(value.nbytes)
        moved(view, target)
        return target

    def moved(source: View, target: View) -> None:
        if target.shape and 0 in target.shape:
            return
        function = frame.function(instruction, role="copy")
        copy(frame, function, source, target)
        units.append(frame.unit(function))

    for parameter, value in zip(body.consts, consts, strict=True):
        parameters[parameter] = _shifted(in_order(value))
    for parameter, value, final in zip(body.state, init, finals, strict=True):
        target = frame.view(final)
        moved(frame.view(value), target)
        parameters[parameter] = _shifted(target)
    for parameter, value in zip(body.xs, xs, strict=True):
        rows = _shifted(in_order(value))
        parameters[parameter] = _row(rows, parameter.nbytes, step)
    if not length:
        frame.source.memory = max(frame.source.memory, top)
        return units
    inner = Frame(frame.source, plan, top, parameters, frame.depth + 1)
    steps = list(write(inner))
    steps += _advance(frame, inner, instruction, stacks, step, top + aligned(plan.memory))
    loop = Loop(length, node.attrs["reverse"], tuple(steps))
    frame.source.memory = max(frame.source.memory, top)
    return [*units, loop]


def _shifted(view: View) -> Address:
    """Return the address of a view's first element."""
    address = view.address
    return replace(address, offset=address.offset + view.offset * view.dtype.itemsize)


def _row(rows: Address, size: int, step: str) -> Address:
    more = f"{step} * {size}L"
    return replace(rows, step=f"{rows.step} + {more}" if rows.step else more)


def _advance(
    frame: Frame,
    inner: Frame,
    instruction: Instruction,
    stacks: Sequence[Node],
    step: str,
    spare: int,
) -> list[Unit | Loop]:
    """Write the copies that end a step: outputs to their rows, the next state over the old."""
    body = instruction.node.attrs["body"]
    copies: list[tuple[View, View]] = []
    count = len(body.state)
    ys, next_state = inner.plan.outputs[count:], inner.plan.outputs[:count]
    for y, stack in zip(ys, stacks, strict=True):
        rows = _row(_shifted(frame.view(stack)), y.nbytes, step)
        copies.append((inner.view(y), View(rows, 0, contiguous_strides(y.shape), y.shape, y.dtype)))
    last: list[tuple[View, View]] = []
    for old, new in zip(body.state, next_state, strict=True):
        if old is new:
            continue
        source, target = inner.view(new), inner.view(old)
        owner = inner.plan.layouts.owner(new)
        if any(owner is q for q in body.state):  # it is overwritten in this very step
            between = View(
                Address("M", spare), 0, contiguous_strides(new.shape), new.shape, new.dtype
            )
            spare += aligned(new.nbytes)
            copies.append((source, between))
            source = between
        last.append((source, target))
    frame.source.memory = max(frame.source.memory, spare)
    found: list[Unit | Loop] = []
    for role, group in (("rows", copies), ("state", last)):
        group = [(s, t) for s, t in group if not (t.shape and 0 in t.shape)]
        if not group:
            continue
        function = frame.function(instruction, role=role)
        for source, target in group:
            copy(inner, function, source, target)
        found.append(frame.unit(function))
    return found
