"""Operations that move numbers: copies, joins, padding, gathering."""

from __future__ import annotations

from dataclasses import replace

from cornu_backend_opencl.codegen.elementwise import copy, walk
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.lanes import Lanes, number
from cornu_backend_opencl.codegen.members import element, get, put
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_lowering.views import View, merged, position


def emit_copy(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`copy`, and `reshape` where the numbers must move."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    function = frame.function(instruction)
    target = replace(frame.view(node), shape=x.shape, strides=contiguous_strides(x.shape))
    copy(frame, function, frame.view(x), target)
    return [frame.unit(function)]


def emit_store(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`store`: the value of a variable that could not be computed in its place."""
    (x,) = instruction.inputs
    assert instruction.variable is not None
    if x.size == 0:
        return []
    function = frame.function(instruction)
    address = frame.state_address(instruction.variable)
    target = View(address, 0, contiguous_strides(x.shape), x.shape, x.dtype)
    copy(frame, function, frame.view(x), target)
    return [frame.unit(function)]


def emit_concat(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`concat`: the parts that are not computed in their place."""
    node, axis = instruction.node, instruction.node.attrs["axis"]
    whole = frame.view(node)
    offset, copies = 0, []
    for part in instruction.inputs:
        start = offset * whole.strides[axis] if node.ndim else 0
        offset += part.shape[axis]
        source = frame.view(part)
        target = View(whole.address, start, whole.strides, part.shape, part.dtype)
        bytes_ = start * node.dtype.itemsize
        placed = (
            source.address.base == whole.address.base
            and source.address.step == whole.address.step
            and source.address.offset + source.offset * node.dtype.itemsize
            == whole.address.offset + bytes_
            and (source.strides == target.strides or part.size <= 1)
        )
        if part.size and not placed:
            copies.append((source, target))
    if not copies:
        return []
    function = frame.function(instruction)
    for source, target in copies:
        copy(frame, function, source, target)
    return [frame.unit(function)]


def emit_pad(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`pad`: row by row; a row is filled, or copied between its two ends."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    function = frame.function(instruction)
    low, gaps = node.attrs["low"], node.attrs["interior"]
    source, target = frame.view(x), frame.view(node)
    one = Lanes(1)
    fill = number(node.attrs["value"], node.dtype)
    pointer = function.pointer(source.address, x.dtype, frame.label(x))

    def write(indices: list[str], count: str) -> None:
        conditions, places = [], []
        for i, (index, a, gap, size) in enumerate(zip(indices, low, gaps, x.shape, strict=True)):
            place = f"({index} - {a})" if a else index
            if gap:
                conditions.append(f"{place} % {gap + 1} == 0")
                place_ = f"{place} / {gap + 1}"
            else:
                place_ = place
            if x.shape[i] != node.shape[i]:
                conditions.append(f"{place} >= 0 && {place_} < {size}")
            places.append(f"({place_})")
        value = element(pointer, position(places, source.strides, source.offset), source)
        name = function.new()
        test = " && ".join(conditions) or "1"
        function.line(f"const {one.type(node.dtype)} {name} = {test} ? {value} : {fill};")
        put(function, one, target, target.strides, indices, "1", name)

    walk(frame, function, node.shape or (1,), one, 6, write)  # type: ignore[arg-type]
    return [frame.unit(function)]


def emit_gather(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`gather`: rows by number; a number out of range is taken to the nearest row."""
    (x, indices), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    axis, function = node.attrs["axis"], frame.function(instruction)
    rank, size = indices.ndim, x.shape[axis]
    source, numbers, target = frame.view(x), frame.view(indices), frame.view(node)
    outer, tail = (0,) * axis, (0,) * (node.ndim - axis - rank)
    places = (*outer, *numbers.strides, *tail)
    rows = (*source.strides[:axis], *((0,) * rank), *source.strides[axis + 1 :])
    space = merged(node.shape, [places, rows, target.strides])
    walked = space.strides[0][-1] != 0 or len(space.shape) == 0  # numbers vary along the last axis
    lanes = Lanes(1) if walked else frame.schedule.lanes_of(x.dtype)
    pointer = function.pointer(numbers.address, indices.dtype, frame.label(indices))

    def write(at: list[str], count: str) -> None:
        number_ = function.new("n")
        place = position(at, space.strides[0], numbers.offset)
        function.line(f"long {number_} = {pointer}[{place}];")
        function.line(f"{number_} = clamp({number_} < 0 ? {number_} + {size} : {number_}, "
                      f"0L, {size - 1}L);")  # fmt: skip
        row, name = f"(int){number_} * {source.strides[axis]}", function.new()
        steps = (1, *space.strides[1])
        text = get(function, lanes, source, steps, (row, *at), count, frame.label(x))
        function.line(f"const {lanes.type(x.dtype)} {name} = {text};")
        put(function, lanes, target, space.strides[2], at, count, name)

    walk(frame, function, space.shape, lanes, 6, write)  # type: ignore[arg-type]
    return [frame.unit(function)]
