"""Reductions, each with the elementwise work that feeds it.

The reduced axes are walked in one of three ways. Where the last axis is reduced, lanes (CPU) or the
work-items of a group (GPU) run along it and are folded at the end. Where it is kept, lanes run
along the results. Where there are few results, the reduced axis is cut into chunks whose partial
results a second function adds up, always in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.elementwise import cost, summary
from cornu_backend_opencl.codegen.folding import combine, fold_group, fold_lanes, neutral
from cornu_backend_opencl.codegen.frame import Frame, Unit, aligned
from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes, computed, number
from cornu_backend_opencl.codegen.members import (
    Members,
    lanes_of,
    operands_of,
    put,
    results_of,
)
from cornu_backend_opencl.settings import limits
from cornu_engine.instructions import Instruction
from cornu_engine.shapes import product
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import Address, View, merged, position, unravel


class Reduction:
    """Writes the functions of one group that ends in reductions."""

    def __init__(self, frame: Frame, members: Sequence[Instruction]) -> None:
        self.frame, self.members = frame, members
        self.finals = [m for m in members if m.op in REDUCTIONS]
        first = self.finals[0]
        self.shape = first.inputs[0].shape
        self.axes = first.node.attrs["axes"]
        self.nodes = [*operands_of(members), *results_of(frame, members)]
        marks = [i in self.axes for i in range(len(self.shape))]
        views = [frame.view(n).broadcast(self.shape) for n in self.nodes]
        out = self._out_strides()
        space = merged(self.shape, [*(v.strides for v in views), out], marks)
        self.space = space
        self.kept = [i for i, m in enumerate(space.marks) if not m]
        self.reduced = [i for i, m in enumerate(space.marks) if m]
        self.results = product(space.shape[i] for i in self.kept)
        self.terms = product(space.shape[i] for i in self.reduced)
        self.strides = dict(zip(self.nodes, space.strides, strict=False))
        self.out_strides = space.strides[-1]
        self.inner_reduced = space.marks[-1]
        self.lanes = lanes_of(frame, members)

    def _out_strides(self) -> tuple[int, ...]:
        strides, step = [], 1
        for i in reversed(range(len(self.shape))):
            strides.append(0 if i in self.axes else step)
            step *= 1 if i in self.axes else self.shape[i]
        return tuple(reversed(strides))

    def emit(self) -> list[Unit]:
        """Return the functions, in order."""
        chunks = self._chunks()
        function = self.frame.function(self.finals[0])
        function.comment = summary(self.members)
        targets = self._targets(chunks)
        if self.frame.schedule.is_gpu:
            self._gpu(function, chunks, targets)
        elif self.inner_reduced:
            self._rows(function, chunks, targets)
        else:
            self._columns(function, chunks, targets)
        units = [self.frame.unit(function)]
        if chunks > 1:
            units.append(self._fold_chunks(chunks, targets))
        return units

    # ---- cutting ---------------------------------------------------------------------------------

    def _chunks(self) -> int:
        """Return how many chunks the first reduced axis is cut into."""
        if not self.reduced:
            return 1
        schedule, length = self.frame.schedule, self.space.shape[self.reduced[0]]
        total = self.results * self.terms
        if schedule.is_gpu:
            busy = self.results * (schedule.group if self.inner_reduced else 1)
            wanted = schedule.units * 8 * schedule.group // max(1, busy)
            return int(max(1, min(length, wanted, total // (4 * schedule.group), limits.chunks)))
        if schedule.parts(total * cost(self.members), total) == 1:
            return 1
        lanes = self.lanes.count
        columns = -(-self.space.shape[-1] // lanes)
        outer = self.results if self.inner_reduced else self.results // self.space.shape[-1]
        busy = outer if self.inner_reduced else outer * columns
        strided = not self.inner_reduced and self.reduced[0] == 0 and self.terms > 64
        if busy >= 2 * schedule.units and not (strided and columns < 64):
            return 1
        return int(max(1, min(length, 8 * schedule.units, total // limits.reduction)))

    def _targets(self, chunks: int) -> dict[Instruction, tuple[Address, np.dtype]]:
        """Return where each reduction leaves its results: memory, or partial ones in scratch."""
        if chunks == 1:
            return {m: (self.frame.view(m.node).address, m.node.dtype) for m in self.finals}
        found, used = {}, 0
        for member in self.finals:
            dtype = computed(member.node.dtype)
            size = chunks * self.results * dtype.itemsize
            found[member] = (self.frame.scratch(size, used), dtype)
            used += aligned(size)
        return found

    # ---- CPU -------------------------------------------------------------------------------------

    def _start(self, function: Function, lanes: Lanes) -> dict[Instruction, str]:
        names = {}
        for member in self.finals:
            name = names[member] = function.new("t")
            dtype = member.node.dtype
            text = lanes.splat(neutral(member.op, dtype), dtype)
            function.line(f"{lanes.type(dtype)} {name} = {text};")
        return names

    def _take(self, function: Function, lanes: Lanes, totals: dict, count: str, tail: bool) -> Any:
        def reduce(member: Instruction, text: str) -> None:
            dtype, total = member.node.dtype, totals[member]
            if tail and lanes.count > 1:
                other = number(neutral(member.op, dtype), dtype)
                name = function.new()
                function.line(f"{lanes.type(dtype)} {name} = {text};")
                kept = lanes.keep(dtype, name, other, count)
                function.line(f"if ({count} < {lanes.count}) {name} = {kept};")
                text = name
            function.line(f"{total} = {combine(lanes, member.op, dtype, total, text)};")

        return reduce

    def _indices(self, function: Function, number_: str, axes: Sequence[int]) -> dict[int, str]:
        shape = [self.space.shape[a] for a in axes]
        found = {}
        for axis, text in zip(axes, unravel(number_, shape), strict=True):
            if len(axes) == 1:
                found[axis] = text
            else:
                function.line(f"const int k{axis} = {text};")
                found[axis] = f"k{axis}"
        return found

    def _rows(self, function: Function, chunks: int, targets: dict) -> None:
        space, lanes = self.space, self.lanes
        inner, others = space.shape[-1], self.reduced[:-1]
        writer = Members(self.frame, function, self.members, lanes, self.strides)
        cut = self.reduced[0]
        work = self.results * self.terms * cost(self.members)
        parts = self.frame.schedule.parts(work, self.results * self.terms)
        tasks = self.results * chunks
        function.parts = chunks if chunks > 1 else min(parts, max(1, self.results))
        function.line(f"const int first = share({tasks}, 1, part, parts);")
        function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
        with function.block("for (int task = first; task < last; task++)"):
            function.line(f"const int chunk = task % {chunks}, k = task / {chunks};")
            at = self._indices(function, "k", self.kept)
            totals = self._start(function, lanes)
            bounds = {a: ("0", str(space.shape[a])) for a in self.reduced}
            if chunks > 1:
                unit = lanes.count if cut == len(space.shape) - 1 else 1
                for name, more in (("low", ""), ("high", " + 1")):
                    text = f"share({space.shape[cut]}, {unit}, chunk{more}, {chunks})"
                    function.line(f"const int {name} = {text};")
                bounds[cut] = ("low", "high")
            with _loops(function, {a: bounds[a] for a in others}):
                low, high = bounds[self.reduced[-1]]
                whole = inner % lanes.count == 0
                count = str(lanes.count) if whole else f"{high} - j"
                at |= {a: f"r{a}" for a in others}
                head = f"for (int j = {low}; j < {high}; j += {lanes.count})"
                with function.block(head):
                    at[len(space.shape) - 1] = "j"
                    indices = [at.get(i, "0") for i in range(len(space.shape))]
                    taken = self._take(function, lanes, totals, count, not whole)
                    writer.write(indices, count, reduce=taken)
            for member, total in totals.items():
                text = fold_lanes(function, lanes, member.op, member.node.dtype, total)
                self._leave(function, member, targets, chunks, "chunk", "k", text)

    def _columns(self, function: Function, chunks: int, targets: dict) -> None:
        space, lanes = self.space, self.lanes
        inner, outer = space.shape[-1], self.kept[:-1]
        blocks = -(-inner // lanes.count)
        rows = product(space.shape[a] for a in outer)
        writer = Members(self.frame, function, self.members, lanes, self.strides)
        work = self.results * self.terms * cost(self.members)
        parts = self.frame.schedule.parts(work, self.results * self.terms)
        tasks = rows * blocks
        function.parts = chunks if chunks > 1 else min(parts, tasks)
        cut = self.reduced[0] if self.reduced else -1
        if chunks > 1:  # each part takes a chunk of the terms, for all results
            function.line(f"const int first = share({chunks}, 1, part, parts);")
            function.line(f"const int last = share({chunks}, 1, part + 1, parts);")
        else:
            function.line(f"const int first = share({tasks}, 1, part, parts);")
            function.line(f"const int last = share({tasks}, 1, part + 1, parts);")
        bounds = {a: ("0", str(space.shape[a])) for a in self.reduced}

        def column() -> None:
            at = self._indices(function, f"task / {blocks}", outer)
            function.line(f"const int j = task % {blocks} * {lanes.count};")
            count = str(lanes.count) if inner % lanes.count == 0 else f"{inner} - j"
            totals = self._start(function, lanes)
            with _loops(function, bounds):
                at |= {a: f"r{a}" for a in self.reduced}
                at[len(space.shape) - 1] = "j"
                indices = [at.get(i, "0") for i in range(len(space.shape))]
                taken = self._take(function, lanes, totals, count, False)
                writer.write(indices, count, reduce=taken)
            base = position([at.get(a, "0") for a in outer], [self.out_strides[a] for a in outer])
            for member, total in totals.items():
                address, dtype = targets[member]
                offset = f"chunk * {self.results} + " if chunks > 1 else ""
                view = View(address, 0, (1,), (self.results,), dtype)
                put(function, lanes, view, (1, 1), (f"{offset}{base}", "j"), count, total)

        if chunks > 1:
            with function.block("for (int chunk = first; chunk < last; chunk++)"):
                for name, more in (("low", ""), ("high", " + 1")):
                    text = f"share({space.shape[cut]}, 1, chunk{more}, {chunks})"
                    function.line(f"const int {name} = {text};")
                bounds[cut] = ("low", "high")
                with function.block(f"for (int task = 0; task < {tasks}; task++)"):
                    column()
        else:
            with function.block("for (int task = first; task < last; task++)"):
                column()

    # ---- GPU -------------------------------------------------------------------------------------

    def _gpu(self, function: Function, chunks: int, targets: dict) -> None:
        space, lanes, tasks = self.space, Lanes(1), self.results * chunks
        together = self.inner_reduced and self.terms // chunks >= limits.fold
        group = self.frame.schedule.group
        writer = Members(self.frame, function, self.members, lanes, self.strides)
        if together:
            function.local, function.parts = (
                group,
                min(tasks, limits.groups) * group,
            )
            start, step = "get_group_id(0)", "get_num_groups(0)"
            for member in self.finals:
                kind = lanes.type(member.node.dtype)
                function.head.append(f"  __local {kind} {self._local(member)}[{group}];")
        else:
            function.parts = self.frame.schedule.parts(tasks, tasks)
            start, step = "part", "parts"
        with function.block(f"for (int task = {start}; task < {tasks}; task += {step})"):
            k = f"task % {self.results}" if chunks > 1 else "task"
            chunk = f"task / {self.results}" if chunks > 1 else "0"
            function.line(f"const int k = {k}, chunk = {chunk};")
            at = self._indices(function, "k", self.kept)
            totals = self._start(function, lanes)
            bounds = {a: ("0", str(space.shape[a])) for a in self.reduced}
            if chunks > 1:
                cut = self.reduced[0]
                for name, more in (("low", ""), ("high", " + 1")):
                    text = f"share({space.shape[cut]}, 1, chunk{more}, {chunks})"
                    function.line(f"const int {name} = {text};")
                bounds[cut] = ("low", "high")
            steps = {}
            if together:
                last = self.reduced[-1]
                bounds[last] = (f"{bounds[last][0]} + (int)get_local_id(0)", bounds[last][1])
                steps[last] = str(group)
            with _loops(function, bounds, steps):
                at |= {a: f"r{a}" for a in self.reduced}
                indices = [at.get(i, "0") for i in range(len(space.shape))]
                writer.write(indices, "1", reduce=self._take(function, lanes, totals, "1", False))
            for member, total in totals.items():
                if together:
                    name = self._local(member)
                    fold_group(function, group, name, member.op, member.node.dtype, total)
                    total = f"{name}[0]"
                    with function.block("if (get_local_id(0) == 0)"):
                        self._leave(function, member, targets, chunks, "chunk", "k", total)
                else:
                    self._leave(function, member, targets, chunks, "chunk", "k", total)

    def _local(self, member: Instruction) -> str:
        """Return the name of the local memory in which a group folds its results."""
        return f"s{self.finals.index(member)}"

    # ---- ends ------------------------------------------------------------------------------------

    def _leave(
        self,
        function: Function,
        member: Instruction,
        targets: dict,
        chunks: int,
        chunk: str,
        k: str,
        text: str,
    ) -> None:
        address, dtype = targets[member]
        place = f"{chunk} * {self.results} + {k}" if chunks > 1 else k
        view = View(address, 0, (1,), (self.results,), dtype)
        put(function, Lanes(1), view, (1,), (place,), "1", text)

    def _fold_chunks(self, chunks: int, partial: dict) -> Unit:
        """Write the function that adds partial results up, chunk after chunk."""
        function = self.frame.function(self.finals[0], role="fold")
        width = self.frame.schedule.lanes_of(*(m.node.dtype for m in self.finals))
        step = width.count
        schedule = self.frame.schedule
        function.parts = schedule.parts(self.results * chunks, self.results)
        if schedule.is_gpu:
            head = f"for (int j = part; j < {self.results}; j += parts)"
        else:
            function.line(f"const int first = share({self.results}, {step}, part, parts);")
            function.line(f"const int last = share({self.results}, {step}, part + 1, parts);")
            head = f"for (int j = first; j < last; j += {step})"
        count = str(step) if self.results % step == 0 else f"{self.results} - j"
        with function.block(head):
            totals = self._start(function, width)
            with function.block(f"for (int chunk = 0; chunk < {chunks}; chunk++)"):
                for member, total in totals.items():
                    address, dtype = partial[member]
                    pointer = function.pointer(address, dtype)
                    place = f"chunk * {self.results} + j"
                    text = width.load(dtype, f"{pointer} + {place}", count)
                    name = function.new()
                    function.line(f"const {width.type(dtype)} {name} = {text};")
                    kind = member.node.dtype
                    function.line(f"{total} = {combine(width, member.op, kind, total, name)};")
            for member, total in totals.items():
                view = View(self.frame.view(member.node).address, 0, (1,), (), member.node.dtype)
                put(function, width, view, (1,), ("j",), count, total)
        return self.frame.unit(function)


class _loops:
    """Nested loops over reduced axes."""

    def __init__(
        self,
        function: Function,
        bounds: dict[int, tuple[str, str]],
        steps: dict[int, str] | None = None,
    ) -> None:
        self.function, self.bounds, self.steps = function, bounds, steps or {}
        self.blocks: list[Any] = []

    def __enter__(self) -> None:
        for axis, (low, high) in self.bounds.items():
            step = f"r{axis} += {self.steps[axis]}" if axis in self.steps else f"r{axis}++"
            block = self.function.block(f"for (int r{axis} = {low}; r{axis} < {high}; {step})")
            block.__enter__()
            self.blocks.append(block)

    def __exit__(self, *error: Any) -> None:
        for block in reversed(self.blocks):
            block.__exit__(None, None, None)


def emit_reduction(frame: Frame, members: Sequence[Instruction]) -> list[Unit]:
    """Write a group that ends in reductions over the same axes of one shape."""
    if product(m.node.size for m in members if m.op in REDUCTIONS) == 0:
        return []
    return Reduction(frame, members).emit()
