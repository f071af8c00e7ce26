"""A row per operation that is not elementwise: how it is said in C."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cornu_engine.errors import SavingError
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import contiguous_strides
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.shapes import product
from cornu_export.c.copies import copy, fill
from cornu_export.c.expressions import EXPRESSIONS
from cornu_export.c.frame import Frame, Operand, type_name, where
from cornu_export.c.groups import emit_group
from cornu_export.c.int8 import factors
from cornu_export.c.loops import emit_scan
from cornu_export.c.types import literal
from cornu_export.c.windows import WINDOWS
from cornu_lowering.fusion import fuse

Emit = Callable[[Frame, Instruction], None]


def _matmul(frame: Frame, instruction: Instruction) -> None:
    (a, b), node = instruction.inputs, instruction.node
    if not node.size:
        return
    found = factors(frame, b, a.shape[-1] if b.ndim == 2 else 0)
    left, right, out = frame.operand(a), found.operand, frame.operand(node)
    batch = node.shape[:-2]
    m, k, n = node.shape[-2], a.shape[-1], node.shape[-1]
    one = _over(left, batch), _over(right, batch) if b.ndim > 2 else (0,) * len(batch)
    merges = not any(one[1]) and one[0] == tuple(
        left.strides[-2] * s for s in contiguous_strides((*batch, m))[:-1]
    )
    if merges:  # the rows of all matrices are those of one
        m, batch = m * product(batch), ()
    function = frame.source.helper(found.helper, node.dtype)
    frame.note(instruction)
    with frame.loops(batch) as names:
        places = [_place(names, s[: len(batch)]) for s in (*one, out.strides[:-2])]
        frame.line(f"{function}(")
        row, step = left.strides[-2:]
        frame.line(f"    {left.pointer(places[0])}, {row}, {step},")
        frame.line(f"    {right.pointer(places[1])}, {found.row},")
        frame.line(f"    {out.pointer(places[2])}, {n}, {m}, {k}, {n}, 0);")


def _over(operand: Operand, batch: Sequence[int]) -> tuple[int, ...]:
    own = list(zip(operand.shape[:-2], operand.strides[:-2], strict=True))
    return (*(0,) * (len(batch) - len(own)), *(0 if n == 1 else s for n, s in own))


def _place(names: Sequence[str], strides: Sequence[int]) -> str:
    terms = [f"{i} * {s}" for i, s in zip(names, strides, strict=True) if s]
    return " + ".join(terms)


def _copy(frame: Frame, instruction: Instruction) -> None:
    """A view that its operand's memory cannot show: the view is written out element by element."""
    (x,), node = instruction.inputs, instruction.node
    target = frame.operand(node)
    frame.note(instruction)
    if instruction.op == "reshape":
        target = replace(target, shape=x.shape, strides=contiguous_strides(x.shape))
    copy(frame, frame.operand(x), target)


def _store(frame: Frame, instruction: Instruction) -> None:
    assert instruction.variable is not None
    frame.note(instruction)
    target = frame.operand(frame.plan.state[instruction.variable])
    copy(frame, frame.operand(instruction.inputs[0]), target)


def _pad(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    low, interior = node.attrs["low"], node.attrs["interior"]
    out = frame.operand(node)
    frame.note(instruction)
    fill(frame, out, literal(node.attrs["value"], node.dtype))
    first = sum(a * s for a, s in zip(low, out.strides, strict=True))
    strides = tuple(s * (i + 1) for s, i in zip(out.strides, interior, strict=True))
    copy(
        frame,
        frame.operand(x),
        replace(out, offset=out.offset + first, shape=x.shape, strides=strides),
    )


def _concat(frame: Frame, instruction: Instruction) -> None:
    node, axis = instruction.node, instruction.node.attrs["axis"]
    out, first = frame.operand(node), 0
    frame.note(instruction)
    for part in instruction.inputs:
        source = frame.operand(part)
        target = replace(out, offset=out.offset + first * out.strides[axis], shape=part.shape)
        first += part.shape[axis]
        if (source.array, source.offset) != (target.array, target.offset):  # not computed there
            copy(frame, source, target)


def _gather(frame: Frame, instruction: Instruction) -> None:
    (x, indices), node = instruction.inputs, instruction.node
    axis, rank = node.attrs["axis"], indices.ndim
    source, numbers, out = frame.operand(x), frame.operand(indices), frame.operand(node)
    size = x.shape[axis]
    if not node.size:
        return
    frame.note(instruction)
    with frame.loops(node.shape) as names:
        row = _row_number(frame, numbers, names[axis : axis + rank], indices, size)
        own = [*names[:axis], row, *names[axis + rank :]]
        frame.line(f"{out.at(names)} = {source.at(own)};")


def _row_number(
    frame: Frame, numbers: Operand, names: Sequence[str], indices: Node, size: int
) -> str:
    """Read a number of a row; one that is out of range is an error of the call."""
    kind = "int64_t" if indices.dtype.itemsize == 8 else "int32_t"
    frame.line(f"{kind} row = ({kind}){numbers.at(names)};")
    if indices.dtype.kind == "i":
        frame.line(f"row = (row < 0) ? (row + {size}) : row;")
    with frame.block(f"if ((row < 0) || (row >= {size}))"):
        frame.line(f"return {frame.source.prefix.upper()}_ERROR_INDEX;")
    return "row"


def _scatter_add(frame: Frame, instruction: Instruction) -> None:
    (indices, updates), node = instruction.inputs, instruction.node
    axis, rank = node.attrs["axis"], indices.ndim
    numbers, source, out = frame.operand(indices), frame.operand(updates), frame.operand(node)
    frame.note(instruction)
    fill(frame, out, literal(0, node.dtype))
    if not updates.size:
        return
    with frame.loops(updates.shape) as names:
        row = _row_number(frame, numbers, names[axis : axis + rank], indices, node.shape[axis])
        target = out.at([*names[:axis], row, *names[axis + rank :]])
        value = EXPRESSIONS["add"](frame.source, node.dtype, target, source.at(names))
        frame.line(f"{target} = {value};")


def _lines(x: Node, axis: int) -> tuple[list[int], list[int]]:
    """The axes around one axis, and all of them."""
    around = [i for i in range(x.ndim) if i != axis]
    return around, [x.shape[i] for i in around]


def _argmax(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    source, out = frame.operand(x), frame.operand(node)
    frame.note(instruction)
    with frame.loops(node.shape) as names:
        here = [*names[:axis], "best", *names[axis:]]
        there = [*names[:axis], "j", *names[axis:]]
        frame.line("int32_t best = 0;")
        with frame.block(f"for (int32_t j = 1; j < {x.shape[axis]}; ++j)"):
            a, b = source.at(there), source.at(here)
            is_nan = f" || (({a} != {a}) && ({b} == {b}))" if x.dtype.kind == "f" else ""
            frame.line(f"best = (({a} > {b}){is_nan}) ? j : best;")
        frame.line(f"{out.at(names)} = best;")


def _cumsum(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    axis, reverse = node.attrs["axis"], node.attrs["reverse"]
    source, out = frame.operand(x), frame.operand(node)
    around, sizes = _lines(x, axis)
    frame.note(instruction)
    with frame.loops(sizes) as names:
        frame.line(f"{type_name(node)} total = {literal(0, node.dtype)};")
        with frame.loop("j", x.shape[axis]):
            place = f"({x.shape[axis] - 1} - j)" if reverse else "j"
            own = dict(zip(around, names, strict=True)) | {axis: place}
            indices = [own[i] for i in range(x.ndim)]
            value = EXPRESSIONS["add"](frame.source, node.dtype, "total", source.at(indices))
            frame.line(f"total = {value};")
            frame.line(f"{out.at(indices)} = total;")


def _sort(frame: Frame, instruction: Instruction) -> None:
    """By insertion: equal numbers keep their order."""
    (x,), node = instruction.inputs, instruction.node
    axis, ordered = node.attrs["axis"], instruction.op == "sort"
    source, out = frame.operand(x), frame.operand(node)
    around, sizes = _lines(x, axis)
    before = frame.source.helper("before" if x.dtype.kind == "f" else "whole_before", x.dtype)
    frame.note(instruction)

    def at(operand: Operand, names: Sequence[str], place: str) -> str:
        own = dict(zip(around, names, strict=True)) | {axis: place}
        return operand.at([own[i] for i in range(x.ndim)])

    with frame.loops(sizes) as names, frame.loop("j", x.shape[axis]):
        frame.line(f"const {type_name(x)} one = {at(source, names, 'j')};")
        frame.line("int32_t place = j;")
        last = at(out, names, "(place - 1)")
        other = last if ordered else at(source, names, last)
        with frame.block(f"while ((place > 0) && {before}(one, {other}))"):
            frame.line(f"{at(out, names, 'place')} = {last};")
            frame.line("--place;")
        frame.line(f"{at(out, names, 'place')} = {'one' if ordered else 'j'};")


def _random(frame: Frame, instruction: Instruction) -> None:
    raise SavingError(
        f"C has no word for the random numbers that {where(instruction.node)!r} draws. Leave the "
        "layer out of the model that is exported."
    )


OPERATIONS: dict[str, Emit] = {
    **WINDOWS,
    **dict.fromkeys(
        "copy slice flip transpose expand windows stop_gradient again reshape".split(), _copy
    ),
    "matmul": _matmul,
    "int8_matmul": _matmul,
    "store": _store,
    "pad": _pad,
    "concat": _concat,
    "gather": _gather,
    "scatter_add": _scatter_add,
    "argmax": _argmax,
    "cumsum": _cumsum,
    "sort": _sort,
    "argsort": _sort,
    "random_bits": _random,
}

# composites that stay whole
LOWERS = (
    "convolution",
    "depthwise",
    "int8_convolution",
    "int8_depthwise",
    "int8_matmul",
    "max_pool",
    "avg_pool",
)


def emit_all(frame: Frame) -> None:
    """Write all instructions of a frame's plan, in order."""
    group: list[Instruction] = []
    for instruction in [*frame.plan.instructions, None]:
        if group and (instruction is None or instruction.group != group[0].group):
            emit_group(frame, group)
            group = []
        if instruction is None:
            break
        if instruction.group is not None:
            group.append(instruction)
            continue
        frame.forget()
        _emit(frame, instruction)


def _emit(frame: Frame, instruction: Instruction) -> None:
    row = PRIMITIVES.get(instruction.op)
    if instruction.op in OPERATIONS:
        OPERATIONS[instruction.op](frame, instruction)
    elif instruction.op == "scan":
        emit_scan(frame, instruction, emit_all)
    elif row is not None and row.kind in ("elementwise", "reduction"):
        emit_group(frame, [instruction])
    else:
        raise SavingError(
            f"C has no word for {instruction.op}, which {where(instruction.node)!r} computes. "
            'Export the model with format="cornu".'
        )


def group(plan: Steps) -> None:
    """Let elementwise work and the reductions of it share their loops."""
    fuse(plan, longest=24, heads=frozenset())
