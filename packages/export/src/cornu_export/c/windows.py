"""Convolutions as products of the rows of an image, and pools; all channels-last."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_export.c.copies import copy, fill, in_order
from cornu_export.c.expressions import EXPRESSIONS
from cornu_export.c.frame import Frame, Operand, type_name
from cornu_export.c.int8 import factors, fixed
from cornu_export.c.types import literal, lowest
from cornu_export.c.winograd import applies, emit_lines
from cornu_lowering.views import position


def emit_convolution(frame: Frame, instruction: Instruction) -> None:
    """Each line of the output is a sum of products: of the inputs under a line of the kernel."""
    (x, kernel), node = instruction.inputs, instruction.node
    attrs, rank, dtype = node.attrs, node.ndim - 2, node.dtype
    groups, dilation = attrs["groups"], attrs["dilation"]
    image = _padded(frame, x, attrs["padding"])
    out, numbers = frame.operand(node), fixed(frame, kernel)
    if numbers is not None and applies(node, numbers):
        frame.note(instruction)
        emit_lines(frame, node, image, numbers, out)
        return
    channels, filters = kernel.shape[-2], node.shape[-1] // groups
    size, strides = kernel.shape[:rank], attrs["strides"]
    together = groups == 1 and dilation[-1] == 1  # the taps of a line and their channels
    taps = size[:-1] if together else size
    k = size[-1] * channels if together else channels
    step = [s * n for s, n in zip(image.strides[1:-1], strides, strict=True)]
    reach = [s * n for s, n in zip(image.strides[1:-1], dilation, strict=True)]
    weights = factors(frame, kernel, k)
    function = frame.source.helper(weights.helper, dtype)
    frame.note(instruction)
    with contextlib.ExitStack() as stack:
        lines = (node.shape[0], *node.shape[1:-2])
        names = stack.enter_context(frame.loops(lines, "o"))
        group = ["g"] if groups > 1 else []
        if group:
            stack.enter_context(frame.loop("g", groups))
        tapped = stack.enter_context(frame.loops(taps, "k"))
        a_place = position(
            [*names, *tapped, *group],
            [image.strides[0], *step[:-1], *reach[: len(taps)], *([channels] if group else [])],
        )
        b_place = position(
            [*tapped, *group],
            [*weights.strides[: len(taps)], *([filters * weights.column] if group else [])],
        )
        y_place = position([*names, *group], [*out.strides[:-2], *([filters] if group else [])])
        more = " && ".join(f"({t} == 0)" for t in tapped)
        frame.line(f"{function}(")
        frame.line(f"    {image.pointer(_plus(a_place))}, {step[-1]}, 1,")
        frame.line(f"    {weights.operand.pointer(_plus(b_place))}, {weights.row},")
        frame.line(f"    {out.pointer(_plus(y_place))}, {node.shape[-1]},")
        frame.line(
            f"    {node.shape[-2]}, {k}, {filters}, {f'({more}) ? 0 : 1' if more else '0'});"
        )


def _plus(place: str) -> str:
    return "" if place == "0" else place


def _padded(frame: Frame, x: Node, padding: Sequence[tuple[int, int]]) -> Operand:
    if not any(low or high for low, high in padding):
        return in_order(frame, x)
    shape = list(x.shape)
    for axis, (low, high) in enumerate(padding):
        shape[axis + 1] += low + high
    padded = frame.scratch(tuple(shape), x.dtype)
    fill(frame, padded, literal(0, x.dtype))
    lows = (0, *(low for low, _ in padding), 0)
    first = sum(a * s for a, s in zip(lows, padded.strides, strict=True))
    copy(
        frame,
        frame.operand(x),
        replace(padded, offset=padded.offset + first, shape=x.shape),
    )
    return padded


class _Sliding:
    """Loops over windows, and over those of their elements that lie on the image."""

    def __init__(self, frame: Frame, x: Node, node: Node, size: Sequence[int]) -> None:
        self.frame, self.x, self.node, self.size = frame, x, node, size
        self.rank = node.ndim - 2
        self.strides, self.padding = node.attrs["strides"], node.attrs["padding"]
        self.dilation = node.attrs.get("dilation", (1,) * self.rank)

    @contextlib.contextmanager
    def taps(self, windows: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
        """Yield the indices of the kernel and of the image."""
        kernel = [f"k{a}" for a in range(self.rank)]
        inside = [f"h{a}" for a in range(self.rank)]
        with contextlib.ExitStack() as stack:
            for a in range(self.rank):
                stack.enter_context(self.frame.loop(kernel[a], self.size[a]))
                place = position([windows[a + 1], kernel[a]], [self.strides[a], self.dilation[a]])
                low = self.padding[a][0]
                self.frame.line(f"const int32_t {inside[a]} = {place}{f' - {low}' if low else ''};")
                length = self.x.shape[a + 1]
                test = f"({inside[a]} >= 0) && ({inside[a]} < {length})"
                if any(self.padding[a]):
                    stack.enter_context(self.frame.block(f"if ({test})"))
            yield kernel, inside


def emit_depthwise(frame: Frame, instruction: Instruction) -> None:
    """Each channel with a kernel of its own."""
    (x, kernel), node = instruction.inputs, instruction.node
    image, weights, out = in_order(frame, x), in_order(frame, kernel), frame.operand(node)
    sliding = _Sliding(frame, x, node, kernel.shape[:-1])
    frame.note(instruction)
    with frame.loops(node.shape[:-1], "o") as names:
        with frame.loop("c", node.shape[-1]):
            frame.line(f"{out.at([*names, 'c'])} = {literal(0, node.dtype)};")
        with sliding.taps(names) as (taps, inside), frame.loop("c", node.shape[-1]):
            product = f"{image.at([names[0], *inside, 'c'])} * {weights.at([*taps, 'c'])}"
            frame.line(f"{out.at([*names, 'c'])} += {product};")


def emit_pool(frame: Frame, instruction: Instruction) -> None:
    """The largest number under a window, or the mean of those that are real."""
    (x,), node = instruction.inputs, instruction.node
    image, out = frame.operand(x), frame.operand(node)
    sliding = _Sliding(frame, x, node, node.attrs["size"])
    largest = instruction.op == "max_pool"
    start = lowest(node.dtype) if largest else literal(0, node.dtype)
    frame.note(instruction)
    with frame.loops(node.shape[:-1], "o") as names:
        target = out.at([*names, "c"])
        if not largest:
            frame.line("int32_t count = 0;")
        with frame.loop("c", node.shape[-1]):
            frame.line(f"{target} = {start};")
        with sliding.taps(names) as (_, inside):
            if not largest:
                frame.line("++count;")
            with frame.loop("c", node.shape[-1]):
                value = image.at([names[0], *inside, "c"])
                operation = EXPRESSIONS["maximum" if largest else "add"]
                frame.line(f"{target} = {operation(frame.source, node.dtype, target, value)};")
        if not largest:
            with frame.loop("c", node.shape[-1]):
                frame.line(f"{target} /= ({type_name(node)})count;")


def emit_fold(frame: Frame, instruction: Instruction) -> None:
    """`fold`: windows added up where they came from."""
    (g,), node = instruction.inputs, instruction.node
    attrs, source, out = node.attrs, frame.operand(g), frame.operand(node)
    frame.note(instruction)
    fill(frame, out, literal(0, node.dtype))
    strides = list(contiguous_strides(node.shape))
    steps = list(strides)
    for axis, stride in zip(attrs["axes"], attrs["strides"], strict=True):
        steps[axis] *= stride
    gaps = [strides[a] * d for a, d in zip(attrs["axes"], attrs["dilation"], strict=True)]
    if 0 not in g.shape:
        with frame.loops(g.shape) as names:
            target = out.at(names, [*steps, *gaps])
            value = EXPRESSIONS["add"](frame.source, node.dtype, target, source.at(names))
            frame.line(f"{target} = {value};")


WINDOWS = {
    "convolution": emit_convolution,
    "int8_convolution": emit_convolution,
    "depthwise": emit_depthwise,
    "int8_depthwise": emit_depthwise,
    "max_pool": emit_pool,
    "avg_pool": emit_pool,
    "fold": emit_fold,
}
