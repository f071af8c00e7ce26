"""`scan`: rows that run once per step, on bases that move from step to step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu_backend_native.lower.copies import copy, in_order
from cornu_backend_native.lower.frame import Frame, has_own_memory, whole_view
from cornu_backend_native.lower.rows import Loop, Step
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.primitives import PRIMITIVES
from cornu_lowering.views import Address, View

Emit = Callable[[Frame], list[Step]]


def emit_scan(frame: Frame, instruction: Instruction, emit_all: Emit) -> list[Step]:
    """Return the loop of a scan: state lives where its final value is wanted."""
    node, plan = instruction.node, instruction.body
    assert plan is not None
    body, length = node.attrs["body"], node.attrs["length"]
    count = len(body.consts)
    consts, init = instruction.inputs[:count], instruction.inputs[count : count + len(body.state)]
    xs = instruction.inputs[count + len(body.state) :]
    finals, stacks = instruction.outputs[: len(init)], instruction.outputs[len(init) :]
    steps: list[Step] = []
    parameters: dict[Node, Address] = {}
    lasting: set[Node] = set()
    moving: list[tuple[str, Address, int]] = []

    def row_of(first: Address, each: Node) -> Address:
        """Return where the row of the current step is."""
        name = frame.source.slot()
        moving.append((name, first, each.nbytes))
        return Address(name)

    for parameter, value in zip(body.consts, consts, strict=True):
        view, copies = in_order(frame, value)
        steps += copies
        parameters[parameter] = view.address
        if frame.is_lasting(value) and not copies:
            lasting.add(parameter)
    for parameter, value, final in zip(body.state, init, finals, strict=True):
        target = frame.view(final)
        steps += copy(frame.view(value), target, f"{frame.label(value)} as state")
        parameters[parameter] = target.address
    for parameter, value in zip(body.xs, xs, strict=True):
        view, copies = in_order(frame, value)
        steps += copies
        parameters[parameter] = row_of(view.address, parameter)
    if not length:
        return steps
    steady = frozenset(body.consts)
    inner = Frame(frame.source, plan, frame.top, parameters, steady, frozenset(lasting))
    ys = plan.outputs[len(body.state) :]
    rows = [
        whole_view(row_of(frame.view(stack).address, y), y)
        for y, stack in zip(ys, stacks, strict=True)
    ]
    inner.moved.update(_in_place(inner, body.state, list(zip(ys, rows, strict=True))))
    inside = emit_all(inner)
    inner.forget()
    inside += _advance(inner, body.state, list(zip(ys, rows, strict=True)))
    return [*steps, *inner.before, Loop(length, node.attrs["reverse"], moving, inside)]


def _in_place(
    inner: Frame, state: Sequence[Node], rows: Sequence[tuple[Node, View]]
) -> dict[Node, Address]:
    """Find what is computed where it is wanted: outputs in their rows, state over state."""
    plan = inner.plan
    found: dict[Node, Address] = {}
    for y, row in rows:
        if has_own_memory(plan, y) and y not in found:
            found[y] = row.address
    for old, new in zip(state, plan.outputs[: len(state)], strict=True):
        if has_own_memory(plan, new) and new not in found and _may_overwrite(plan, old, new):
            found[new] = inner.address(old)
    return found


def _may_overwrite(plan: Steps, old: Node, new: Node) -> bool:
    """Tell whether nothing reads the old state once the next one is being written.

    An elementwise member of a group may read it element by element where it writes.
    """
    if any(plan.layouts.owner(v) is old for v in plan.outputs):
        return False
    at = next(i for i, each in enumerate(plan.instructions) if any(v is new for v in each.outputs))
    group = plan.instructions[at].group
    for index, each in enumerate(plan.instructions):
        together = index == at or (group is not None and each.group == group)
        if index < at and not together:
            continue
        for value in each.inputs:
            if plan.layouts.owner(value) is not old:
                continue
            row = PRIMITIVES.get(each.op)
            elementwise = row is not None and row.kind == "elementwise"
            if index > at or not elementwise or value is not old or old.shape != new.shape:
                return False
    return True


def _advance(
    inner: Frame, state: Sequence[Node], rows: Sequence[tuple[Node, View]]
) -> Sequence[Step]:
    """Return the copies that end a step: outputs to their rows, the next state over the old."""
    copies = [row for y, to in rows for row in copy(inner.view(y), to, "row")]
    last: list[Step] = []
    for old, new in zip(state, inner.plan.outputs[: len(state)], strict=True):
        if old is new:
            continue
        source = inner.view(new)
        if any(inner.plan.layouts.owner(new) is q for q in state):  # overwritten in this very step
            between = whole_view(inner.temporary(new.nbytes), new)
            copies += copy(source, between, "next state")
            source = between
        last += copy(source, inner.view(old), "next state")
    return [*copies, *last]
