"""Operations that move numbers: copies of views, joins, gathers, random words."""

from __future__ import annotations

from cornu_backend_numpy.emit.elementwise import Emit, comment, hint
from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.emit.views import index_expression
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.primitives.movement import pad_region
from cornu_engine.shapes import product
from cornu_engine.sourcetext import number


def _copy(frame: Frame, instruction: Instruction) -> None:
    x, out = frame.operand(instruction.inputs[0]), frame.operand(instruction.node)
    frame.line(f"np.copyto({out}, {x})", comment(instruction))


def _reshape(frame: Frame, instruction: Instruction) -> None:
    """A reshape that is no view: the numbers go to memory of the new shape in their old order."""
    (x,) = instruction.inputs
    shape = x.shape if frame.shape(x) == x.shape else (-1, *x.shape[1:])
    out = frame.aspect(instruction.node, "as operand", f"{{}}.reshape({shape})")
    frame.line(f"np.copyto({out}, {frame.operand(x)})", comment(instruction))


def _store(frame: Frame, instruction: Instruction) -> None:
    assert instruction.variable is not None
    state = frame.operand(frame.plan.state[instruction.variable])
    frame.line(
        f"np.copyto({state}, {frame.operand(instruction.inputs[0])})",
        f"store {instruction.variable.path}",
    )


def _pad(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    sides = (node.attrs[k] for k in ("low", "high", "interior"))
    region = index_expression(pad_region(node.shape, *sides), node.shape)
    frame.line(f"{frame.operand(node)}.fill({number(node.attrs['value'])})", comment(instruction))
    if x.size:
        inner = frame.aspect(node, "inner", "{}" + (region or "[...]"))
        frame.line(f"np.copyto({inner}, {frame.operand(x)})")


def _concat(frame: Frame, instruction: Instruction) -> None:
    node, axis = instruction.node, instruction.node.attrs["axis"]
    offset = 0
    for part in instruction.inputs:
        stop = offset + part.shape[axis]
        region = tuple(slice(offset, stop) if i == axis else slice(None) for i in range(node.ndim))
        there = part.size == 0 or _lies_there(frame, part, offset, instruction)
        offset = stop
        if there:
            continue
        target = frame.aspect(
            node, "part", "{}" + (index_expression(region, node.shape) or "[...]")
        )
        frame.line(f"np.copyto({target}, {frame.operand(part)})", comment(instruction))


def _lies_there(frame: Frame, part: Node, first: int, instruction: Instruction) -> bool:
    """Tell whether a part of a concatenation was computed in its place, or is state that stays."""
    plan, whole = frame.plan, instruction.node
    owner = plan.layouts.owner(part)
    if frame.lies_there(part, whole):
        return True
    outer, offset = plan.inside.get(owner, (None, 0))
    behind = product(whole.shape[whole.attrs["axis"] + 1 :])
    if outer is whole and offset == first * behind:  # a part may stand there twice
        return True
    place = plan.places[whole]
    if place.variable is None or place.offset or whole.ndim != 1 or part.op != "slice":
        return False
    return part.inputs[0] is plan.state[place.variable] and part.attrs["start"] == (first,)


def _fold(frame: Frame, instruction: Instruction) -> None:
    (g,), node = instruction.inputs, instruction.node
    keys = ("axes", "size", "strides", "dilation")
    attrs = ", ".join(str(node.attrs[k]) for k in keys)
    source, out = frame.value(g), frame.value(node)
    run = frame.kernel(hint(instruction), f"Fold({source}, {out}, {attrs})")
    frame.line(f"{run}()", comment(instruction))


def _gather(frame: Frame, instruction: Instruction) -> None:
    x, indices = instruction.inputs
    axis = instruction.node.attrs["axis"]
    source, out = frame.operand(x), frame.operand(instruction.node)
    text = f"gather({source}, {frame.operand(indices)}, {axis}, {out})"
    frame.line(text, comment(instruction))


def _scatter_add(frame: Frame, instruction: Instruction) -> None:
    indices, updates = instruction.inputs
    node = instruction.node
    operands = f"{frame.operand(indices)}, {frame.operand(updates)}, {node.attrs['axis']}"
    text = f"scatter_add({operands}, {frame.operand(node)}{frame.first_row(node)})"
    frame.line(text, comment(instruction))


def _sort(frame: Frame, instruction: Instruction) -> None:
    x, node = frame.operand(instruction.inputs[0]), instruction.node
    out = frame.operand(node)
    frame.line(f"np.copyto({out}, {x})", comment(instruction))
    frame.line(f"{out}.sort({node.attrs['axis']})")


def _argsort(frame: Frame, instruction: Instruction) -> None:
    x, node = frame.operand(instruction.inputs[0]), instruction.node
    order = f'np.argsort({x}, {node.attrs["axis"]}, kind="stable")'
    frame.line(f'np.copyto({frame.operand(node)}, {order}, casting="unsafe")', comment(instruction))


def _random_bits(frame: Frame, instruction: Instruction) -> None:
    key, counter = instruction.inputs
    out = frame.value(instruction.node)
    run = frame.kernel(hint(instruction), f"RandomBits({out}{frame.first_word(instruction.node)})")
    frame.line(f"{run}({frame.operand(key)}, {frame.operand(counter)})", comment(instruction))


MOVEMENT: dict[str, Emit] = {
    **dict.fromkeys(
        ("copy", "slice", "flip", "transpose", "expand", "windows", "stop_gradient", "again"), _copy
    ),
    "reshape": _reshape,
    "store": _store,
    "pad": _pad,
    "concat": _concat,
    "fold": _fold,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "sort": _sort,
    "argsort": _argsort,
    "random_bits": _random_bits,
}
