"""`scan` as a loop: a step reads its row of each input and leaves its row of each result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_export.c.copies import copy, kept
from cornu_export.c.frame import Frame, Operand


def emit_scan(frame: Frame, instruction: Instruction, emit_all: Callable[[Frame], None]) -> None:
    """Write the loop over the steps of a scan."""
    assert instruction.body is not None
    attrs = instruction.node.attrs
    structure, length, reverse = attrs["body"], attrs["length"], attrs["reverse"]
    operands = [kept(frame, value) for value in instruction.node.inputs]
    n, m = len(structure.consts), len(structure.consts) + len(structure.state)
    outputs = [frame.operand(value) for value in instruction.outputs]
    finals, stacks = outputs[: m - n], outputs[m - n :]
    frame.note(instruction)
    for init, final in zip(operands[n:m], finals, strict=True):
        copy(frame, init, final)
    body = Frame(frame.source, instruction.body, {}, frame.lines, frame.depth + 1)
    t = f"t{body.number}"
    inputs: dict[Node, Operand] = dict(zip(structure.consts, operands[:n], strict=True))
    inputs.update(zip(structure.state, finals, strict=True))
    for parameter, operand in zip(structure.xs, operands[m:], strict=True):
        inputs[parameter] = _row(operand, t)
    body.inputs = inputs
    first, test, onward = (
        (length - 1, f"{t} >= 0", f"--{t}") if reverse else (0, f"{t} < {length}", f"++{t}")
    )
    with frame.block(f"for (int32_t {t} = {first}; {test}; {onward})"):
        emit_all(body)
        body.forget()
        # as the plan has them: simpler than those that the structure was made of
        following, ys = instruction.body.outputs[: m - n], instruction.body.outputs[m - n :]
        for y, stack in zip(ys, stacks, strict=True):
            copy(body, body.operand(y), _row(stack, t))
        _carry(body, structure.state, following, finals)


def _carry(
    body: Frame, state: tuple[Node, ...], following: tuple[Node, ...], finals: list[Operand]
) -> None:
    """Leave the next state where the state is; one that is another's old one is set aside first."""
    layouts = body.plan.layouts
    found = [body.operand(value) for value in following]
    for i, value in enumerate(following):
        owner = layouts.owner(value)
        if any(owner is s for s in state) and value is not state[i]:
            aside = body.scratch(value.shape, value.dtype)
            copy(body, found[i], aside)
            found[i] = aside
    for i, final in enumerate(finals):
        if following[i] is not state[i]:
            copy(body, found[i], final)


def _row(operand: Operand, t: str) -> Operand:
    """Return the row of step `t` of a stack."""
    first = operand.strides[0]
    step = f"{t} * {first}"
    moving = f"{operand.moving} + {step}" if operand.moving else step
    return replace(
        operand,
        moving=moving if first else "",
        strides=operand.strides[1:],
        shape=operand.shape[1:],
    )
