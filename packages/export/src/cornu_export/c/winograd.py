"""Convolutions with three lines to a kernel: two lines of outputs by four products in place of six.

Winograd's F(2, 3) down the lines: from four lines of the image, added and subtracted, come four
products with as many combinations of the kernel's lines, which are written down with the weights;
two lines of outputs are sums of the four. Along a line the taps and channels stay one long sum.
"""

from __future__ import annotations

import numpy as np

from cornu_engine.graph import Node, constant
from cornu_export.c.frame import Frame, Operand, type_name

_LEAST = 8  # channels and filters that repay the additions
_KERNEL = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
_IMAGE = ("r0[j] - r2[j]", "r1[j] + r2[j]", "r2[j] - r1[j]", "r1[j] - r3[j]")


def applies(node: Node, kernel: np.ndarray | None) -> bool:
    """Tell whether a convolution, whose kernel is known if it is a constant, is computed so."""
    if kernel is None or node.dtype.kind != "f" or node.ndim != 4 or node.attrs["groups"] > 1:
        return False
    strides, dilation = node.attrs["strides"], node.attrs["dilation"]
    fits = kernel.shape[0] == 3 and strides[0] == 1 and dilation == (1, 1)
    return fits and node.shape[1] >= 2 and min(kernel.shape[-2:]) >= _LEAST


def emit_lines(frame: Frame, node: Node, image: Operand, kernel: np.ndarray, out: Operand) -> None:
    """Write the loop over pairs of lines; the last pair of an odd number begins a line earlier."""
    _, width, channels, filters = kernel.shape
    batch, lines, columns, _ = node.shape
    length, terms, row = image.shape[2] * channels, width * channels, columns * filters
    weights, first = _transformed(frame, node.inputs[1], kernel)
    sides = frame.scratch((4 * length,), node.dtype)
    sums = frame.scratch((4 * row,), node.dtype)
    function, kind = frame.source.helper("multiply", node.dtype), type_name(node)
    with frame.loop("o0", batch), frame.loop("pair", -(-lines // 2)):
        frame.line(f"const int32_t o1 = ((2 * pair) < {lines - 2}) ? (2 * pair) : {lines - 2};")
        place = f"o0 * {image.strides[0]} + o1 * {image.strides[1]}"
        frame.line(f"const {kind} *const r0 = {image.pointer(place)};")
        for i in (1, 2, 3):
            frame.line(f"const {kind} *const r{i} = &r{i - 1}[{image.strides[1]}];")
        place = f"o0 * {out.strides[0]} + o1 * {out.strides[1]}"
        frame.line(f"{kind} *const y0 = {out.pointer(place)};")
        frame.line(f"{kind} *const y1 = &y0[{out.strides[1]}];")
        with frame.loop("j", length):
            for i, value in enumerate(_IMAGE):
                frame.line(f"{sides.at(['j', str(i)], [1, length])} = {value};")
        with frame.loop("i", 4):
            frame.line(f"{function}(")
            frame.line(
                f"    {sides.pointer(f'i * {length}')}, {node.attrs['strides'][1] * channels}, 1,"
            )
            frame.line(f"    &{weights}[i * {terms * filters} + {first}], {filters},")
            frame.line(
                f"    {sums.pointer(f'i * {row}')}, {filters}, {columns}, {terms}, {filters}, 0);"
            )
        with frame.loop("j", row):
            parts = [sums.at(["j", str(i)], [1, row]) for i in range(4)]
            frame.line(f"y0[j] = {parts[0]} + {parts[1]} + {parts[2]};")
            frame.line(f"y1[j] = {parts[1]} - {parts[2]} - {parts[3]};")


def _transformed(frame: Frame, node: Node, kernel: np.ndarray) -> tuple[str, int]:
    """Return the array of the four combinations of the kernel's lines, and where it begins."""
    combined = np.tensordot(_KERNEL, kernel.astype(np.float64), 1).astype(kernel.dtype)
    key = constant(combined)
    owner = frame.plan.layouts.owner(node)
    label = frame.source.labels.get(owner) or owner.scope or "constant"
    frame.source.labels[key] = f"{label}, lines combined"
    return frame.source.constant(key, combined)
