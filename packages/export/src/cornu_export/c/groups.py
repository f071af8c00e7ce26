"""Elementwise work and the reductions that end it, as one nest of loops."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from cornu_engine.errors import SavingError
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.rewrite import scalar_of
from cornu_export.c.copies import fill
from cornu_export.c.expressions import EXPRESSIONS, cast
from cornu_export.c.frame import Frame, Operand, type_name, where
from cornu_export.c.types import c_type, highest, literal, lowest
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.views import merged

_OPERATORS = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum"}


class _Group:
    """One nest of loops."""

    def __init__(self, frame: Frame, members: Sequence[Instruction]) -> None:
        self.frame, self.members = frame, members
        first = members[0]
        self.shape = first.inputs[0].shape if first.op in REDUCTIONS else first.node.shape
        self.axes: tuple[int, ...] = ()
        self.made: dict[Node, str] = {}
        self.read: dict[Node, Operand] = {}
        self.written: dict[Node, Operand] = {}
        for member in members:
            if member.op in REDUCTIONS:
                self.axes = member.node.attrs["axes"]
            for value in member.inputs:
                if value not in self.made and scalar_of(value) is None:
                    self.read.setdefault(value, frame.operand(value))
            self.made[member.node] = f"v{len(self.made)}"
            if member.op in REDUCTIONS or frame.is_stored(member.node):
                self.written[member.node] = frame.operand(member.node)

    def write(self) -> None:
        if 0 in self.shape:
            return
        self.frame.note(*self.members)
        values = [*self.read, *self.written]
        strides = [self._over(v, o) for v, o in (*self.read.items(), *self.written.items())]
        marks = [axis in self.axes for axis in range(len(self.shape))]
        space = merged(self.shape, strides, marks)
        self.strides = dict(zip(values, space.strides, strict=True))
        inner = 0
        while inner < len(space.shape) and space.marks[len(space.shape) - 1 - inner]:
            inner += 1
        outer = len(space.shape) - inner
        onward = any(space.marks[:outer])
        totals = [m for m in self.members if m.op in REDUCTIONS]
        for total in totals if onward else ():
            fill(self.frame, self.written[total.node], _start(total))
        self._nest(space.shape, outer, totals, onward)

    def _over(self, value: Node, operand: Operand) -> tuple[int, ...]:
        """Return the strides of a value along the axes of the nest."""
        if value.op in REDUCTIONS and value in self.made:
            kept = iter(
                contiguous_strides(tuple(n for i, n in enumerate(self.shape) if self._kept(i)))
            )
            return tuple(next(kept) if self._kept(i) else 0 for i in range(len(self.shape)))
        extra = len(self.shape) - len(operand.shape)
        own = zip(operand.shape, operand.strides, strict=True)
        return (*(0,) * extra, *(0 if n == 1 else s for n, s in own))

    def _kept(self, axis: int) -> bool:
        return axis not in self.axes

    def _nest(
        self, shape: Sequence[int], outer: int, totals: list[Instruction], onward: bool
    ) -> None:
        frame, names = self.frame, [f"i{a}" for a in range(len(shape))]
        with contextlib.ExitStack() as around:
            for name, size in zip(names[:outer], shape[:outer], strict=True):
                around.enter_context(frame.loop(name, size))
            if not outer:
                around.enter_context(frame.block(""))
            for total in totals:
                start = self._at(self.written, total.node, names[:outer])
                first = start if onward else _start(total)
                frame.line(f"{type_name(total.node)} {self.made[total.node]} = {first};")
            with contextlib.ExitStack() as within:
                for name, size in zip(names[outer:], shape[outer:], strict=True):
                    within.enter_context(frame.loop(name, size))
                self._work(names)
            for total in totals:
                target = self._at(self.written, total.node, names[:outer])
                frame.line(f"{target} = {self.made[total.node]};")

    def _at(self, places: dict[Node, Operand], value: Node, names: Sequence[str]) -> str:
        strides = self.strides[value][: len(names)]
        return places[value].at(names, strides)

    def _work(self, names: Sequence[str]) -> None:
        frame = self.frame
        known: dict[Node, str] = {}
        for number, value in enumerate(self.read):
            name = known[value] = f"a{number}"
            frame.line(f"const {type_name(value)} {name} = {self._at(self.read, value, names)};")
        for member in self.members:
            node, name = member.node, self.made[member.node]
            operands = [self._operand(value, known) for value in member.inputs]
            if member.op in REDUCTIONS:
                step = EXPRESSIONS[_OPERATORS[member.op]](
                    frame.source, node.dtype, name, operands[0]
                )
                frame.line(f"{name} = {step};")
                continue
            frame.line(f"const {type_name(node)} {name} = {self._expression(member, operands)};")
            if node in self.written:
                frame.line(f"{self._at(self.written, node, names)} = {name};")

    def _operand(self, value: Node, known: dict[Node, str]) -> str:
        if value in self.made:
            return self.made[value]
        number = scalar_of(value)
        if number is not None:
            text = literal(number, value.dtype)
            return f"({text})" if text.startswith("-") else text
        return known[value]

    def _expression(self, member: Instruction, operands: list[str]) -> str:
        node = member.node
        if member.op == "where":
            return f"({operands[0]} != 0u) ? {operands[1]} : {operands[2]}"
        if member.op == "cast":
            c_type(node.dtype, node.scope)
            return cast(self.frame.source, member.inputs[0].dtype, node.dtype, operands[0])
        if member.op not in EXPRESSIONS:
            raise SavingError(f"C has no word for {member.op}, which {where(node)!r} computes.")
        dtype = member.inputs[0].dtype
        c_type(dtype, node.scope)
        return EXPRESSIONS[member.op](self.frame.source, dtype, *operands)


def _start(total: Instruction) -> str:
    dtype = total.node.dtype
    if total.op in ("sum", "prod"):
        return literal(int(total.op == "prod"), dtype)
    return lowest(dtype) if total.op == "max" else highest(dtype)


def emit_group(frame: Frame, members: Sequence[Instruction]) -> None:
    """Write instructions of one group, each elementwise or a reduction."""
    _Group(frame, members).write()
