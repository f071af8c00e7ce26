"""A plan run on paper: what each instruction reads must have been written and still be there.

Memory is byte ranges of the program's memory and of each variable. A write takes its range from
whatever lay there; a read of a lost range is an error, and so is a write over an operand, unless
each element is read where its result goes. Tests check every plan that is made (`checked` in
`engine/settings.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, groupby
from typing import NoReturn

from cornu_engine.errors import GraphError
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import Layouts, contiguous_strides
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.shapes import product
from cornu_engine.spans import Index, Span
from cornu_engine.variable import Variable


def check_plan(plan: Steps) -> None:
    """Run a plan, and the bodies of its loops, on paper.

    Raises
    ------
    GraphError
        Naming the instruction and the value.
    """
    _Paper(plan).run()
    for instruction in plan.instructions:
        if instruction.body is not None:
            check_plan(instruction.body)


class _Paper:
    def __init__(self, plan: Steps) -> None:
        self.plan, self.layouts = plan, plan.layouts
        self.maker = {o: i for i in plan.instructions for o in i.outputs}
        self.lies: dict[Node, Span] = {}  # what has been written and is not lost altogether
        self.index = Index()  # the same, by where it lies
        self.lost: dict[Node, list[Span]] = {}
        self.stored: dict[Variable, Node] = {}  # what a store has left in a variable
        self.at = "start"

    def run(self) -> None:
        for variable, leaf in self.plan.state.items():
            self._lay(leaf, self._span(leaf))
            if not self.lies[leaf].is_that(Span(variable, 0, leaf.nbytes)):
                self._fail(leaf, "does not stand for its variable")
        for part, (whole, first) in self.plan.inside.items():
            self._check_part(part, whole, first)
        index = 0
        for _, members in groupby(self.plan.instructions, lambda i: i.group):
            group = list(members)
            for instruction in group:
                self.at = f"{index} {instruction.op}"
                self._run(instruction)
                index += 1
            if group[0].group is not None:
                self._check_group(group)
        self.at = "end"
        for output in self.plan.outputs:
            self._read(output, None)
        for variable, leaf in self.plan.state.items():
            self._check_left(variable, self.plan.updates.get(variable, leaf))

    def _run(self, instruction: Instruction) -> None:
        for operand in instruction.inputs:
            self._read(operand, instruction.group)
        if instruction.op == "store":
            variable = instruction.variable
            assert variable is not None
            span = Span(variable, 0, self.plan.state[variable].nbytes)
            if any(self._reach(i).meets(span) for i in instruction.inputs):
                self._fail(instruction.node, "is stored over itself")
            self._take(span, None)
            self.stored[variable] = instruction.node
            return
        written = [(output, self._span(output)) for output in instruction.outputs]
        for i, (output, span) in enumerate(written):
            for operand in instruction.inputs:
                if self._reach(operand).meets(span) and not self._stays(
                    instruction, operand, output, span
                ):
                    self._fail(operand, f"is read while {output!r} is written over it")
            for other, taken in written[:i]:
                if span.meets(taken):
                    self._fail(output, f"is written over {other!r}")
        for output, span in written:
            self._take(span, output)
            self._lay(output, span)
            self.lost.pop(output, None)

    # ---- reading

    def _read(self, value: Node, group: int | None) -> None:
        owner = self.layouts.owner(value)
        place = self.plan.places.get(owner)
        if place is None:
            self._fail(value, "has no place")
        if place.kind not in ("slot", "state"):
            return  # nothing writes there
        if owner not in self.lies:
            self._fail(value, "was overwritten or never made")
        if place.local and self.maker[owner].group != group:
            self._fail(value, "is read outside of the group that has memory for it")
        reach = self._reach(value)
        if any(reach.meets(span) for span in self.lost.get(owner, ())):
            self._fail(value, "was overwritten")

    def _reach(self, value: Node) -> Span:
        """Return the bytes that a value reads; those of what is never written are nobody's."""
        owner, strides = self.layouts.of(value)
        place = self.plan.places[owner]
        if place.kind not in ("slot", "state") or not value.size:
            return Span(None, 0, 0)
        whole = self._span(owner)
        if place.local:
            return whole
        first = low = high = first_element(value, self.layouts)
        for n, stride in zip(value.shape, strides, strict=True):
            low, high = low + min(0, (n - 1) * stride), high + max(0, (n - 1) * stride)
        if not 0 <= low <= first <= high < owner.size:
            self._fail(value, f"reaches out of {owner!r}")
        size = owner.dtype.itemsize
        return Span(whole.space, whole.start + low * size, whole.start + (high + 1) * size)

    # ---- writing

    def _span(self, owner: Node) -> Span:
        """Return the bytes of an owner: of one that its group alone reads, those of a block."""
        place = self.plan.places.get(owner)
        if place is None:
            self._fail(owner, "has no place")
        size = owner.nbytes
        if place.local and owner.ndim:
            size = size // owner.shape[0] * min(self.maker[owner].rows, owner.shape[0])
        span = Span(place.variable, place.offset, place.offset + size)
        variable = place.variable
        end = self.plan.memory if variable is None else self.plan.state[variable].nbytes
        if place.kind not in ("slot", "state") or (place.kind == "slot") != (span.space is None):
            self._fail(owner, f"is written where nothing may be written ({place})")
        if span.start < 0 or span.stop > end:
            self._fail(owner, f"does not fit into the {end} bytes that are there")
        return span

    def _take(self, span: Span, output: Node | None) -> None:
        """Note what a write takes from other values; what lies inside a whole is part of it."""
        if span.space is not None:
            self.stored.pop(span.space, None)
        for other in self.index.meeting(span):
            its = self.lies[other]
            if other is output or self._is_inside(other, output):
                continue
            if span.start <= its.start and its.stop <= span.stop:
                self._lay(other, None)
            self.lost.setdefault(other, []).append(span)

    def _check_left(self, variable: Variable, value: Node) -> None:
        """A variable is left with its new value: stored, or computed in place."""
        owner = self.layouts.owner(value)
        in_place = (
            self.layouts.is_whole(value)
            and owner in self.lies
            and self.lies[owner].is_that(Span(variable, 0, value.nbytes))
            and owner not in self.lost
        )
        if not in_place and self.stored.get(variable) is not value:
            self._fail(value, f"is not what {variable.path!r} is left with")

    def _stays(self, instruction: Instruction, operand: Node, output: Node, span: Span) -> bool:
        """Tell whether each element of an operand is read where its own result is written."""
        reach = self._reach(operand)
        if instruction.op == "concat":  # nothing is written where a part lies in its place
            return _is_contiguous(instruction.node) and any(
                self._reach(part).holds(reach)
                and self._reach(part).start == span.start + first * output.dtype.itemsize
                and self.layouts.of(part)[1] == contiguous_strides(part.shape)
                for part, first in _parts(instruction.node)
            )
        row = PRIMITIVES.get(instruction.op)
        return (
            row is not None
            and row.kind == "elementwise"
            and operand.shape == output.shape
            and operand.dtype.itemsize == output.dtype.itemsize
            and self.layouts.is_whole(operand)
            and reach.is_that(span)
        )

    def _lay(self, value: Node, span: Span | None) -> None:
        """Note where a value lies from now on: None is nowhere."""
        if value in self.lies:
            self.index.forget(value, self.lies.pop(value))
        if span is not None:
            self.lies[value] = span
            self.index.add(value, span)

    # ---- parts of a concatenation

    def _is_inside(self, part: Node, whole: Node | None) -> bool:
        while part in self.plan.inside:
            part = self.plan.inside[part][0]
            if part is whole:
                return True
        return False

    def _check_part(self, part: Node, whole: Node, first: int) -> None:
        inner, outer = self._span(part), self._span(whole)
        stands = any(
            self.layouts.owner(p) is part and self.layouts.is_whole(p) and at == first
            for p, at in _parts(whole)
        )
        there = inner.space is outer.space
        there = there and inner.start == outer.start + first * whole.dtype.itemsize
        if whole.op != "concat" or not stands or not there or not _is_contiguous(whole):
            self._fail(part, f"is not computed where {whole!r} has it")

    # ---- groups

    def _check_group(self, members: list[Instruction]) -> None:
        """A group runs block after block: no block may write what a later one still reads.

        Which rows of a value each member touches is known to the backend that made the group; here
        a value may only be written over by one that has the very same place.
        """
        made = {output for member in members for output in member.outputs}
        local = [o for o in made if self.plan.places[o].local]
        lasting = [o for o in made if not self.plan.places[o].local]
        for member in members:
            for operand in member.inputs:
                owner = self.layouts.owner(operand)
                if owner in made or self.plan.places[owner].kind not in ("slot", "state"):
                    continue
                reach, its = self._reach(operand), self._span(owner)
                for output in lasting:
                    span = self._span(output)
                    own = any(output is o for o in member.outputs)
                    if reach.meets(span) and not own and not its.is_that(span):
                        self._fail(operand, f"is overwritten by a block of {output!r}")
                self._check_apart(operand, reach, local)
        for output in lasting:
            self._check_apart(output, self._span(output), local)

    def _check_apart(self, value: Node, span: Span, local: Iterable[Node]) -> None:
        for block in local:
            if span.meets(self._span(block)):
                self._fail(value, f"shares memory with a block of {block!r}")

    def _fail(self, value: Node, what: str) -> NoReturn:
        raise GraphError(f"{self.plan.name}, {self.at}: {value!r} {what}.")


def first_element(value: Node, layouts: Layouts) -> int:
    """Return which element of its owner a view begins with.

    Examples
    --------
    >>> from cornu_engine.graph import leaf
    >>> from cornu_engine.primitives.table import p
    >>> x = leaf("input", (4, 3), "float32")
    >>> part = p.slice(x, start=(1, 1), stop=(4, 3), step=(1, 1))
    >>> first_element(p.flip(part, axes=(0,)), Layouts())
    10
    """
    first = 0
    while layouts.owner(value) is not value:
        (x,) = value.inputs
        strides = layouts.of(x)[1]
        if value.op == "slice":
            first += sum(i * s for i, s in zip(value.attrs["start"], strides, strict=True))
        elif value.op == "flip":
            first += sum((x.shape[a] - 1) * strides[a] for a in value.attrs["axes"])
        value = x
    return first


def _parts(whole: Node) -> list[tuple[Node, int]]:
    """Return the parts of a contiguous concatenation and the first element of each."""
    firsts = accumulate((p.size for p in whole.inputs), initial=0)
    return list(zip(whole.inputs, firsts, strict=False))


def _is_contiguous(whole: Node) -> bool:
    return product(whole.shape[: whole.attrs["axis"]]) == 1
