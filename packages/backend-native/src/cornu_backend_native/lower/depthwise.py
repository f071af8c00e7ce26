"""Convolutions of each channel by itself, and their gradient by the kernel, as rows."""

from __future__ import annotations

from cornu_backend_native.lower.convolution import Kernel, Work
from cornu_backend_native.lower.filling import fill
from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_backend_native.settings import limits
from cornu_engine.instructions import Instruction

EACH = 0.02  # nanoseconds of a product that is added, about


def emit_depthwise(frame: Frame, instruction: Instruction) -> list[Row]:
    """`depthwise`."""
    (x, kernel), node, attrs = instruction.inputs, instruction.node, instruction.node.attrs
    if node.size == 0:
        return []
    work = Work(frame, instruction)
    data = work.padded(x, attrs["padding"])
    taps = Kernel(kernel.shape[:-1], kernel.shape[-1], 1, 1, apart=True)
    weights = work.ordered(kernel)
    out, after = work.result()
    numbers, lines = work.geometry(data, taps, node.shape, attrs["strides"], attrs["dilation"])
    parts = min(parts_of(node.size * (taps.window * EACH + 0.2)), lines)
    addresses = (out.address, data.address, weights.address)
    row = Row(f"k_depthwise_{work.name}", addresses, numbers, parts, 0, work.note)
    return [*work.rows, row, *after]


def emit_depthwise_kernel(frame: Frame, instruction: Instruction) -> list[Row]:
    """`depthwise_kernel_grad`."""
    (x, g), node, attrs = instruction.inputs, instruction.node, instruction.node.attrs
    if node.size == 0:
        return []
    if g.size == 0:
        return fill(frame.view(node), 0)
    work = Work(frame, instruction)
    data, slopes = work.padded(x, attrs["padding"]), work.ordered(g)
    taps = Kernel(attrs["size"], g.shape[-1], 1, 1, apart=True)
    out, after = work.result()
    numbers, lines = work.geometry(data, taps, g.shape, attrs["strides"], attrs["dilation"])
    most = max(1, min(limits.parts, (1 << 22) // (node.size * work.dtype.itemsize)))
    parts = min(parts_of(g.size * (taps.window * EACH + 0.2)), lines, most)
    partial = frame.temporary(node.size * parts * work.dtype.itemsize)
    addresses = (partial, data.address, slopes.address)
    row = Row(f"k_depthwise_kernel_{work.name}", addresses, numbers, parts, 0, work.note)
    sizes = (parts, 1, taps.window, g.shape[-1], g.shape[-1])
    cut = min(parts_of(node.size * parts * 0.1), taps.window)
    kernel = f"k_add_kernels_{work.name}"
    total = Row(kernel, (out.address, partial), sizes, cut, 0, work.note)
    return [*work.rows, row, total, *after]
