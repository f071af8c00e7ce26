"""Convolutions and their two gradients as rows.

The input is copied to where it has its padding; the kernel is packed; then all taps of a window are
in memory and no border is special. The gradient by the input is a convolution too: of the gradient,
spread by the strides, with the kernel turned round.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_backend_native.library import library
from cornu_backend_native.lower.copies import in_order
from cornu_backend_native.lower.filling import convert, fill
from cornu_backend_native.lower.frame import Frame, comment, is_whole
from cornu_backend_native.lower.kinds import check_rank, dtype_name
from cornu_backend_native.lower.padding import pad
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Number, Row
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import Address, View

SPATIAL = 3


@dataclass(frozen=True)
class Kernel:
    """How a kernel is read: sizes, and elements from one to the next.

    Attributes
    ----------
    depth, filters : int
        Of one group, as the convolution at hand sees them.
    steps : tuple of int
        From one group, tap, depth, filter to the next.
    turned : bool
        Whether its taps come in reverse.
    apart : bool
        Whether each tap is a run of its own, even where it follows on another.
    """

    size: tuple[int, ...]
    groups: int
    depth: int
    filters: int
    steps: tuple[int, int, int, int] = (0, 0, 0, 0)
    turned: bool = False
    apart: bool = False

    @property
    def window(self) -> int:
        """Numbers of a window."""
        return product(self.size) * self.depth

    def wide(self, dtype: np.dtype) -> int:
        """Filters of a packed row: whole vectors."""
        lanes = library().vector_bytes // dtype.itemsize
        return -(-self.filters // lanes) * lanes


def fours(lines: int) -> int:
    """Return a number of lines as whole fours.

    Examples
    --------
    >>> fours(5)
    8
    """
    return -(-lines // 4) * 4


def emit_convolution(frame: Frame, instruction: Instruction) -> list[Row]:
    """`convolution`."""
    (x, kernel), node, attrs = instruction.inputs, instruction.node, instruction.node.attrs
    groups, size = attrs.get("groups", 1), kernel.shape[:-2]
    depth, filters = kernel.shape[-2], kernel.shape[-1] // groups
    steps = (filters, depth * kernel.shape[-1], kernel.shape[-1], 1)
    weights = Kernel(size, groups, depth, filters, steps)
    work = Work(frame, instruction)
    low, high = zip(*attrs["padding"], strict=True)
    whole = [n + a + b for n, a, b in zip(x.shape[1:-1], low, high, strict=True)]
    halved = work.is_halved(weights, node.shape, attrs["strides"], attrs["dilation"])
    if halved:
        whole[-2] = fours(node.shape[-3]) + 2
    data = work.spread(x, low, whole, (1,) * len(size))
    return work.convolve(data, kernel, weights, attrs["strides"], attrs["dilation"], halved)


def emit_input_gradient(frame: Frame, instruction: Instruction) -> list[Row]:
    """`convolution_input_grad`."""
    (g, kernel), node, attrs = instruction.inputs, instruction.node, instruction.node.attrs
    groups, size = attrs.get("groups", 1), kernel.shape[:-2]
    depth, filters = kernel.shape[-2], kernel.shape[-1] // groups
    steps = (filters, depth * kernel.shape[-1], 1, kernel.shape[-1])
    weights = Kernel(size, groups, filters, depth, steps, turned=True)
    work = Work(frame, instruction)
    reach = [(k - 1) * d for k, d in zip(size, attrs["dilation"], strict=True)]
    low = [r - a for r, (a, _) in zip(reach, attrs["padding"], strict=True)]
    whole = [n + r for n, r in zip(node.shape[1:-1], reach, strict=True)]
    ones = (1,) * len(size)
    halved = work.is_halved(weights, node.shape, ones, attrs["dilation"])
    if halved:
        whole[-2] = fours(node.shape[-3]) + 2
    data = work.spread(g, low, whole, attrs["strides"])
    return work.convolve(data, kernel, weights, ones, attrs["dilation"], halved)


def emit_kernel_gradient(frame: Frame, instruction: Instruction) -> list[Row]:
    """`convolution_kernel_grad`."""
    (x, g), node, attrs = instruction.inputs, instruction.node, instruction.node.attrs
    groups, size = attrs.get("groups", 1), attrs["size"]
    weights = Kernel(size, groups, node.shape[-2], node.shape[-1] // groups)
    work = Work(frame, instruction)
    low, high = zip(*attrs["padding"], strict=True)
    whole = [n + a + b for n, a, b in zip(x.shape[1:-1], low, high, strict=True)]
    halved = work.is_halved(weights, g.shape, attrs["strides"], attrs["dilation"])
    if halved:
        whole[-2] = fours(g.shape[-3]) + 2
    data = work.spread(x, low, whole, (1,) * len(size))
    return work.gradient(data, g, weights, attrs["strides"], attrs["dilation"], halved)


class Work:
    """The rows of one convolution, in the dtype it is computed in."""

    def __init__(self, frame: Frame, instruction: Instruction) -> None:
        self.frame, self.instruction = frame, instruction
        check_rank(instruction, SPATIAL)
        self.rows: list[Row] = []
        self.note = comment(instruction)
        dtype = instruction.node.dtype
        computed = {"f2": "f4", "f4": "f4", "f8": "f8"}.get(dtype_name(dtype), "i8")
        self.dtype = np.dtype(computed)
        self.name = computed

    def temporary(self, shape: tuple[int, ...]) -> View:
        """Return memory for an array."""
        address = self.frame.temporary(product(shape) * self.dtype.itemsize)
        return View(address, 0, contiguous_strides(shape), shape, self.dtype)

    def ordered(self, value: Node) -> View:
        """Return a value in order, in the dtype of the work."""
        if value.dtype == self.dtype:
            view, rows = in_order(self.frame, value)
            self.rows += rows
            return view
        view = self.temporary(value.shape)
        self.rows += convert(self.frame.view(value), view, self.note)
        return view

    def padded(self, x: Node, padding: Any) -> View:
        """Return a value with zeros around."""
        low, high = zip(*padding, strict=True)
        whole = [n + a + b for n, a, b in zip(x.shape[1:-1], low, high, strict=True)]
        return self.spread(x, low, whole, (1,) * len(low))

    def result(self) -> tuple[View, list[Row]]:
        """Return where the result is to be computed, and the rows that take it to its place."""
        node = self.instruction.node
        target = self.frame.view(node)
        if target.dtype == self.dtype and is_whole(target):
            return target, []
        out = self.temporary(node.shape)
        return out, convert(out, target, self.note)

    def spread(self, x: Node, low: Any, whole: Any, strides: Any) -> View:
        """Return a value with `strides - 1` zeros between its elements and zeros around.

        Parameters
        ----------
        low : sequence of int
            Zeros before; negative ones cut elements off.
        whole : sequence of int
            Sizes of the result.
        """
        target_shape = (x.shape[0], *whole, x.shape[-1])
        if target_shape == x.shape and not any(low) and all(s == 1 for s in strides):
            return self.ordered(x)
        source, target = self.frame.view(x), self.temporary(target_shape)
        if target.dtype != source.dtype:
            source = self.ordered(x)
        self.rows += pad(source, target, (0, *low, 0), (1, *strides, 1), self.note)
        return target

    def convolve(
        self, x: View, kernel: Node, weights: Kernel, strides: Any, dilation: Any, halved: bool
    ) -> list[Row]:
        """Return all rows, with those that convolve."""
        node = self.instruction.node
        if node.size == 0:
            return []
        if weights.window == 0 or x.shape[-1] == 0:
            return fill(self.frame.view(node), 0, self.note)
        out, after = self.result()
        packed = self.pack(kernel, weights, halved)
        numbers, lines = self.geometry(x, weights, node.shape, strides, dilation)
        work = node.size * weights.window * 0.02
        if halved:
            return [*self.rows, self.halved(numbers, (out, x), packed, work), *after]
        parts = max(1, min(parts_of(work), lines))
        addresses = (out.address, x.address, packed)
        row = Row(f"k_convolve_{self.name}", addresses, numbers, parts, 0, self.note)
        return [*self.rows, row, *after]

    def is_halved(
        self, weights: Kernel, shape: tuple[int, ...], strides: Any, dilation: Any
    ) -> bool:
        """Tell whether four lines at once, with half the products, cost less than they save."""
        size = weights.size
        return (
            self.name == "f4"
            and weights.groups == 1
            and len(size) > 1
            and (size[-2], strides[-2], dilation[-2]) == (3, 1, 1)
            and product(size[:-2]) == 1
            and min(weights.depth, weights.filters) >= limits.winograd
            and fours(shape[-3]) <= limits.winograd_waste * shape[-3]
        )

    def halved(
        self,
        numbers: Sequence[Number],
        views: tuple[View, View],
        points: Address,
        nanoseconds: float,
    ) -> Row:
        """Return the row of c/winograd.c that convolves."""
        out, x = views
        shape = self.instruction.node.shape
        scratch = 6 * (x.strides[-3] + shape[-2] * shape[-1]) * self.dtype.itemsize
        parts = min(parts_of(nanoseconds / 2), product(shape[:-3]) * fours(shape[-3]) // 4)
        addresses = (out.address, x.address, points)
        return Row("k_winograd_f4", addresses, numbers, parts, scratch, self.note)

    def pack(self, kernel: Node, weights: Kernel, halved: bool) -> Address:
        """Return the kernel as the convolution reads it: packed, and for c/winograd.c its points.

        Where the kernel lasts, the rows that make this run seldom.
        """
        once, others = self.frame.once(kernel), len(self.rows)
        memory = self.frame.temporary if once is None else once.memory
        wide = weights.wide(self.dtype)
        size = weights.groups * weights.window * wide * self.dtype.itemsize
        packed = self.frame.temporary(size) if halved else memory(size)
        self._pack(kernel, weights, packed)
        if halved:
            third = weights.window // 3 * wide
            points = memory(6 * third * self.dtype.itemsize)
            parts = max(1, min(parts_of(third * 0.5), third // 16))
            row = Row("k_winograd_kernel_f4", (points, packed), (third,), parts, 0, self.note)
            self.rows.append(row)
        if once is not None:
            once.rows.extend(self.rows[others:])
            del self.rows[others:]
        return points if halved else packed

    def _pack(self, kernel: Node, weights: Kernel, packed: Address) -> None:
        source, wide = self.ordered(kernel), weights.wide(self.dtype)
        taps = product(weights.size)
        sizes = (weights.groups, taps, weights.depth, weights.filters, wide)
        numbers = (*sizes, int(weights.turned), *weights.steps)
        parts = max(1, min(parts_of(weights.groups * weights.window * wide * 0.2), taps))
        row = Row(f"k_pack_kernel_{self.name}", (packed, source.address), numbers, parts)
        row.note = self.note
        self.rows.append(row)

    def gradient(
        self, x: View, g: Node, weights: Kernel, strides: Any, dilation: Any, halved: bool
    ) -> list[Row]:
        """Return all rows, with those of the gradient by the kernel."""
        node = self.instruction.node
        if node.size == 0:
            return []
        if g.size == 0:
            return fill(self.frame.view(node), 0, self.note)
        slopes = self.ordered(g)
        out, after = self.result()
        numbers, lines = self.geometry(x, weights, g.shape, strides, dilation)
        wide = weights.wide(self.dtype)
        size = weights.groups * weights.window * wide * (2 if halved else 1)
        most = max(1, min(limits.parts, (1 << 21) // (size * self.dtype.itemsize)))
        parts = max(1, min(parts_of(g.size * weights.window * 0.02), lines, most))
        partial = self.frame.temporary(size * parts * self.dtype.itemsize)
        read = (partial, x.address, slopes.address)
        if halved:
            parts = min(parts, product(g.shape[:-3]) * fours(g.shape[-3]) // 4)
            scratch = 6 * (x.strides[-3] + g.shape[-2] * g.shape[-1]) * self.dtype.itemsize
            row = Row("k_winograd_gradient_f4", read, numbers, parts, scratch, self.note)
            thirds = (parts, weights.window // 3, weights.filters, wide)
            cut = max(1, min(parts_of(size * parts * 0.1), weights.window // 3))
            fold = Row("k_winograd_fold_f4", (out.address, partial), thirds, cut, 0, self.note)
            return [*self.rows, row, fold, *after]
        kernel = f"k_convolve_kernel_{self.name}"
        self.rows.append(Row(kernel, read, numbers, parts, 0, self.note))
        sizes = (parts, weights.groups, weights.window, weights.filters, wide)
        cut = max(1, min(parts_of(size * parts * 0.1), weights.window))
        kernel = f"k_add_kernels_{self.name}"
        self.rows.append(Row(kernel, (out.address, partial), sizes, cut, 0, self.note))
        return [*self.rows, *after]

    def geometry(
        self, x: View, weights: Kernel, out: tuple[int, ...], strides: Any, dilation: Any
    ) -> tuple[list[Number], int]:
        """Return the numbers of c/geometry.h, and how many lines there are."""
        rank = len(weights.size)
        ones = (1,) * (SPATIAL - rank)
        sizes, steps, gaps = (*ones, *x.shape[1:-1]), (*ones, *strides), (*ones, *dilation)
        window, results = (*ones, *weights.size), (*ones, *out[1:-1])
        channels = x.shape[-1]
        line, plane = sizes[2] * channels, sizes[1] * sizes[2] * channels
        together = gaps[2] == 1 and weights.groups == 1 and not weights.apart
        taps = [range(window[0]), range(window[1]), range(1 if together else window[2])]
        runs = [
            d * gaps[0] * plane + h * gaps[1] * line + w * gaps[2] * channels
            for d, h, w in itertools.product(*taps)
        ]
        length = weights.depth * (window[2] if together else 1)
        numbers: list[Number] = [
            *(out[0], *results),
            *(sizes[0] * plane, steps[0] * plane, steps[1] * line, steps[2] * channels),
            *(weights.groups, weights.depth, weights.filters, weights.wide(self.dtype)),
            *(len(runs), length, weights.window),
            *runs,
        ]
        return numbers, out[0] * results[0] * results[1]
