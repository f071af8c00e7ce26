"""Pooling over windows, and its gradients: lanes run along the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np

from cornu_backend_opencl.codegen.elementwise import walk
from cornu_backend_opencl.codegen.folding import neutral
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import get, put
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product


class _Pool:
    """The windows of a pooling operation.

    Parameters
    ----------
    frame : Frame
    instruction : Instruction
    shape : tuple of int
        Of what is pooled, (batch, *spatial, channels).
    """

    def __init__(self, frame: Frame, instruction: Instruction, shape: Sequence[int]) -> None:
        attrs = instruction.node.attrs
        self.frame, self.shape = frame, tuple(shape)
        self.size, self.strides, self.padding = attrs["size"], attrs["strides"], attrs["padding"]
        self.spatial = self.shape[1:-1]
        counts = zip(self.spatial, self.size, self.strides, self.padding, strict=True)
        self.steps = tuple((n + a + b - k) // s + 1 for n, k, s, (a, b) in counts)
        values = (*instruction.inputs, instruction.node)
        self.lanes = frame.schedule.lanes_of(*(v.dtype for v in values))
        self.padded = any(a or b for a, b in self.padding)

    def windows(self, function: Function, stack: ExitStack, at: Sequence[str]) -> list[str]:
        """Open loops over the window of the result `at`; return the indices of its elements."""
        found = []
        for axis, (k, s, n, (a, _)) in enumerate(
            zip(self.size, self.strides, self.spatial, self.padding, strict=True)
        ):
            stack.enter_context(function.block(f"for (int w{axis} = 0; w{axis} < {k}; w{axis}++)"))
            place = f"{at[axis + 1]} * {s} + w{axis}" + (f" - {a}" if a else "")
            function.line(f"const int x{axis} = {place};")
            if self.padded:
                function.line(f"if (x{axis} < 0 || x{axis} >= {n}) continue;")
            found.append(f"x{axis}")
        return [at[0], *found, at[-1]]

    def covering(self, function: Function, stack: ExitStack, at: Sequence[str]) -> list[str]:
        """Open loops over the windows that an element lies in; return the indices of results."""
        found = []
        for axis, (k, s, steps, (a, _)) in enumerate(
            zip(self.size, self.strides, self.steps, self.padding, strict=True)
        ):
            stack.enter_context(function.block(f"for (int w{axis} = 0; w{axis} < {k}; w{axis}++)"))
            function.line(f"const int x{axis} = {at[axis + 1]} + {a} - w{axis};")
            test = f"x{axis} < 0 || x{axis} >= {steps * s}" + (
                f" || x{axis} % {s}" if s > 1 else ""
            )
            function.line(f"if ({test}) continue;")
            found.append(f"x{axis} / {s}" if s > 1 else f"x{axis}")
        return [at[0], *(f"({f})" if "/" in f else f for f in found), at[-1]]

    @property
    def number(self) -> str:
        """The number of an element of a window."""
        text = "w0"
        for axis, k in enumerate(self.size[1:], start=1):
            text = f"({text}) * {k} + w{axis}"
        return text

    def count(self, at: Sequence[str], dtype: np.dtype) -> str:
        """Return how many real values the window of a result holds."""
        kind = Lanes(1).type(dtype)
        if not self.padded:
            return f"({kind}){product(self.size)}"
        factors = []
        for axis, (k, s, n, (a, _)) in enumerate(
            zip(self.size, self.strides, self.spatial, self.padding, strict=True)
        ):
            start = f"{at[axis + 1]} * {s} - {a}"
            factors.append(f"(min({start} + {k}, {n}) - max({start}, 0))")
        return f"({kind})({' * '.join(factors)})"

    def read(self, function: Function, value: Node, at: Sequence[str], count: str) -> str:
        """Return the expression that loads elements of a value."""
        view, note = self.frame.view(value), self.frame.label(value)
        return get(function, self.lanes, view, view.strides, at, count, note)


Body = Callable[[_Pool, Function, Sequence[str], str], str]


def _emit(
    frame: Frame, instruction: Instruction, shape: Sequence[int], work: int, body: Body
) -> list[Unit]:
    """Write the loops over the results; `body` writes one and returns its name.

    Parameters
    ----------
    shape : tuple of int
        Of what is pooled.
    work : int
        Operations on each element of a window.
    """
    node = instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, shape), frame.function(instruction)
    target = frame.view(node)

    def write(at: Sequence[str], count: str) -> None:
        value = body(pool, function, at, count)
        put(function, pool.lanes, target, target.strides, at, count, value)

    walk(frame, function, node.shape, pool.lanes, work * product(pool.size), write)
    return [frame.unit(function)]


def _larger(lanes: Lanes, dtype: np.dtype) -> str:
    """Return the test whether v comes before best: NaN does."""
    if dtype.kind != "f":
        return lanes.mask("v > best", dtype)
    if lanes.count == 1:
        return "-(v > best || (isnan(v) && !isnan(best)))"
    return lanes.mask("(v > best) | (isnan(v) & ~isnan(best))", dtype)


def emit_max_pool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_pool`."""
    (x,) = instruction.inputs

    def body(pool: _Pool, function: Function, at: Sequence[str], count: str) -> str:
        lanes, kind = pool.lanes, pool.lanes.type(x.dtype)
        function.line(f"{kind} best = {lanes.splat(neutral('max', x.dtype), x.dtype)};")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            function.line(f"const {kind} v = {pool.read(function, x, place, count)};")
            chosen = lanes.select(_larger(lanes, x.dtype), "v", "best", x.dtype)
            function.line(f"best = {chosen};")
        return "best"

    return _emit(frame, instruction, x.shape, 3, body)


def emit_max_pool_winners(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_pool_winners`."""
    (x,), node = instruction.inputs, instruction.node

    def body(pool: _Pool, function: Function, at: Sequence[str], count: str) -> str:
        lanes = pool.lanes
        kind, numbers = lanes.type(x.dtype), lanes.type(np.int32)
        function.line(f"{kind} best = {lanes.splat(neutral('max', x.dtype), x.dtype)};")
        function.line(f"{numbers} winner = 0;")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            function.line(f"const {kind} v = {pool.read(function, x, place, count)};")
            function.line(f"const {numbers} m = {_larger(lanes, x.dtype)};")
            function.line(f"best = {lanes.select('m', 'v', 'best', x.dtype)};")
            number = f"({numbers})({pool.number})"
            function.line(f"winner = {lanes.select('m', number, 'winner', np.int32)};")
        return lanes.convert("winner", node.dtype)

    return _emit(frame, instruction, x.shape, 4, body)


def emit_max_unpool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_unpool`: each element takes what it won of every window that it lies in."""
    winners, g = instruction.inputs

    def body(pool: _Pool, function: Function, at: Sequence[str], count: str) -> str:
        lanes = pool.lanes
        kind, numbers = lanes.type(g.dtype), lanes.type(np.int32)
        function.line(f"{kind} total = 0;")
        with ExitStack() as stack:
            place = pool.covering(function, stack, at)
            won = lanes.convert(pool.read(function, winners, place, count), np.int32)
            function.line(f"const {numbers} w = {won};")
            function.line(f"const {numbers} m = {lanes.mask(f'w == {pool.number}', np.int32)};")
            function.line(f"const {kind} s = {pool.read(function, g, place, count)};")
            zero = lanes.splat(0, g.dtype)
            function.line(f"total += {lanes.select('m', 's', zero, g.dtype)};")
        return "total"

    return _emit(frame, instruction, instruction.node.shape, 2, body)


def emit_avg_pool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`avg_pool`."""
    (x,) = instruction.inputs

    def body(pool: _Pool, function: Function, at: Sequence[str], count: str) -> str:
        function.line(f"{pool.lanes.type(x.dtype)} total = 0;")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            function.line(f"total += {pool.read(function, x, place, count)};")
        return f"total / {pool.count(at, x.dtype)}"

    return _emit(frame, instruction, x.shape, 2, body)


def emit_avg_pool_gradient(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`avg_pool_grad`: each element takes its share of every window that it lies in."""
    (g,) = instruction.inputs

    def body(pool: _Pool, function: Function, at: Sequence[str], count: str) -> str:
        function.line(f"{pool.lanes.type(g.dtype)} total = 0;")
        with ExitStack() as stack:
            place = pool.covering(function, stack, at)
            slope = pool.read(function, g, place, count)
            function.line(f"total += {slope} / {pool.count(place, g.dtype)};")
        return "total"

    return _emit(frame, instruction, instruction.node.shape, 2, body)
