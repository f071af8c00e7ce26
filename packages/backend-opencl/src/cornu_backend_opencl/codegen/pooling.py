"""Pooling over windows, and its gradients: lanes run along the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import numpy as np

from cornu.engine.plan import Instruction
from cornu.engine.shapes import product
from cornu_backend_opencl.codegen.elementwise import walk
from cornu_backend_opencl.codegen.frame import Frame, Unit
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.codegen.members import get, put
from cornu_backend_opencl.codegen.reductions import neutral


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
        self.frame, self.instruction, self.shape = frame, instruction, tuple(shape)
        self.size, self.strides, self.padding = attrs["size"], attrs["strides"], attrs["padding"]
        self.spatial = self.shape[1:-1]
        counts = zip(self.spatial, self.size, self.strides, self.padding, strict=True)
        self.steps = tuple((n + a + b - k) // s + 1 for n, k, s, (a, b) in counts)
        self.results = (self.shape[0], *self.steps, self.shape[-1])
        self.lanes = Lanes(frame.schedule.width)
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

    def write(
        self,
        function: Function,
        shape: Sequence[int],
        body: Callable[[Sequence[str], str], None],
        work: int,
    ) -> Unit:
        """Write the loops over a space around `body(indices, count)`."""
        walk(self.frame, function, tuple(shape), self.lanes, work, body)
        return self.frame.unit(function)


def _larger(lanes: Lanes, dtype: np.dtype) -> str:
    """Return the test whether v comes before best: NaN does."""
    if dtype.kind != "f":
        return lanes.mask("v > best", dtype)
    if lanes.count == 1:
        return "-(v > best || (isnan(v) && !isnan(best)))"
    return lanes.mask("(v > best) | (isnan(v) & ~isnan(best))", dtype)


def emit_max_pool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_pool`."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, x.shape), frame.function(instruction)
    source, target, lanes = frame.view(x), frame.view(node), pool.lanes

    def body(at: Sequence[str], count: str) -> None:
        kind = lanes.type(x.dtype)
        function.line(f"{kind} best = {lanes.splat(neutral('max', x.dtype), x.dtype)};")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            text = get(function, lanes, source, source.strides, place, count, frame.label(x))
            function.line(f"const {kind} v = {text};")
            chosen = lanes.select(_larger(lanes, x.dtype), "v", "best", x.dtype)
            function.line(f"best = {chosen};")
        put(function, lanes, target, target.strides, at, count, "best")

    return [pool.write(function, pool.results, body, 3 * product(pool.size))]


def emit_max_pool_winners(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_pool_winners`."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, x.shape), frame.function(instruction)
    source, target, lanes = frame.view(x), frame.view(node), pool.lanes

    def body(at: Sequence[str], count: str) -> None:
        kind, numbers = lanes.type(x.dtype), lanes.type(np.int32)
        function.line(f"{kind} best = {lanes.splat(neutral('max', x.dtype), x.dtype)};")
        function.line(f"{numbers} winner = 0;")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            text = get(function, lanes, source, source.strides, place, count, frame.label(x))
            function.line(f"const {kind} v = {text};")
            function.line(f"const {numbers} m = {_larger(lanes, x.dtype)};")
            function.line(f"best = {lanes.select('m', 'v', 'best', x.dtype)};")
            number = f"({numbers})({pool.number})"
            function.line(f"winner = {lanes.select('m', number, 'winner', np.int32)};")
        winner = lanes.convert("winner", node.dtype)
        put(function, lanes, target, target.strides, at, count, winner)

    return [pool.write(function, pool.results, body, 4 * product(pool.size))]


def emit_max_unpool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`max_unpool`: each element takes what it won of every window that it lies in."""
    winners, g = instruction.inputs
    node = instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, node.shape), frame.function(instruction)
    chosen, arrived, target = frame.view(winners), frame.view(g), frame.view(node)
    lanes = pool.lanes

    def body(at: Sequence[str], count: str) -> None:
        numbers = lanes.type(np.int32)
        function.line(f"{lanes.type(g.dtype)} total = 0;")
        with ExitStack() as stack:
            place = pool.covering(function, stack, at)
            won = get(function, lanes, chosen, chosen.strides, place, count, frame.label(winners))
            slope = get(function, lanes, arrived, arrived.strides, place, count, frame.label(g))
            function.line(f"const {numbers} w = {lanes.convert(won, np.int32)};")
            function.line(f"const {numbers} m = {lanes.mask(f'w == {pool.number}', np.int32)};")
            function.line(f"const {lanes.type(g.dtype)} s = {slope};")
            zero = lanes.splat(0, g.dtype)
            function.line(f"total += {lanes.select('m', 's', zero, g.dtype)};")
        put(function, lanes, target, target.strides, at, count, "total")

    return [pool.write(function, node.shape, body, 2 * product(pool.size))]


def emit_avg_pool(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`avg_pool`."""
    (x,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, x.shape), frame.function(instruction)
    source, target, lanes = frame.view(x), frame.view(node), pool.lanes

    def body(at: Sequence[str], count: str) -> None:
        function.line(f"{lanes.type(x.dtype)} total = 0;")
        with ExitStack() as stack:
            place = pool.windows(function, stack, at)
            text = get(function, lanes, source, source.strides, place, count, frame.label(x))
            function.line(f"total += {text};")
        value = f"total / {pool.count(at, x.dtype)}"
        put(function, lanes, target, target.strides, at, count, value)

    return [pool.write(function, pool.results, body, 2 * product(pool.size))]


def emit_avg_pool_gradient(frame: Frame, instruction: Instruction) -> list[Unit]:
    """`avg_pool_grad`: each element takes its share of every window that it lies in."""
    (g,), node = instruction.inputs, instruction.node
    if node.size == 0:
        return []
    pool, function = _Pool(frame, instruction, node.shape), frame.function(instruction)
    arrived, target, lanes = frame.view(g), frame.view(node), pool.lanes

    def body(at: Sequence[str], count: str) -> None:
        function.line(f"{lanes.type(g.dtype)} total = 0;")
        with ExitStack() as stack:
            place = pool.covering(function, stack, at)
            text = get(function, lanes, arrived, arrived.strides, place, count, frame.label(g))
            function.line(f"total += {text} / {pool.count(place, g.dtype)};")
        put(function, lanes, target, target.strides, at, count, "total")

    return [pool.write(function, node.shape, body, 2 * product(pool.size))]
