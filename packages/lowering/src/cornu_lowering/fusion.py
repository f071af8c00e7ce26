"""Which instructions become one function: the groups of a plan.

Instructions are taken in order. Each joins the unit that computes its operands, or a later one over
the same shape, if every value it reads there is read element for element; otherwise it begins a
unit. So does what is computed again to save memory: it must not be done before its turn. So
elementwise work follows products as their epilogue, and ends in the reductions that read
it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cornu_engine.again import is_again
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.rewrite import scalar_of

REDUCTIONS = ("sum", "max", "min", "prod")
HEADS = frozenset({"matmul", "convolution", "convolution_input_grad"})


@dataclass(eq=False)
class Unit:
    """Instructions that become one function.

    Attributes
    ----------
    shape : tuple of int
        Of what each member computes, or reduces.
    aligned, crossed : set of Node
        Owners from outside that are read element for element, and those read in any other way.
    axes : tuple of int or None
        Over which its reductions run: they end it.
    """

    members: list[Instruction] = field(default_factory=list)
    shape: tuple[int, ...] | None = None
    aligned: set[Node] = field(default_factory=set)
    crossed: set[Node] = field(default_factory=set)
    made: set[Node] = field(default_factory=set)
    axes: tuple[int, ...] | None = None


def fuse(plan: Steps, longest: int, heads: frozenset[str] = HEADS) -> None:
    """Order the instructions of a plan by units, and number those of several members.

    Parameters
    ----------
    longest : int
        Instructions of a unit, at most.
    heads : set of str
        Products that elementwise work may follow in their unit.
    """
    units: list[Unit] = []
    where: dict[Node, int] = {}
    for instruction in plan.instructions:
        index = _join(plan, units, where, instruction, longest, heads)
        for output in instruction.outputs:
            where[output] = index
    number = 0
    order: list[Instruction] = []
    for unit in _sunk(plan, units, where, longest, heads):
        if len(unit.members) > 1:
            number += 1
            for member in unit.members:
                member.group, member.rows = number, 0
        order += unit.members
    plan.instructions[:] = order


def _sunk(
    plan: Steps, units: list[Unit], where: dict[Node, int], longest: int, heads: frozenset[str]
) -> list[Unit]:
    """Move elementwise units into the first unit that reads them, where they fit in."""
    readers: dict[int, set[int]] = {}
    for index, unit in enumerate(units):
        for value in (v for member in unit.members for v in member.inputs):
            made_in = where.get(plan.layouts.owner(value))
            if made_in is not None and made_in != index:
                readers.setdefault(made_in, set()).add(index)
    moved: set[int] = set()
    for index in reversed(range(len(units))):
        unit = units[index]
        if index not in readers or not all(_is_elementwise(m) for m in unit.members):
            continue
        target = units[min(readers[index])]
        if _takes(plan, target, unit, longest):
            head = 1 if target.members[0].op in heads else 0
            target.members[head:head] = unit.members
            target.aligned |= unit.aligned
            target.aligned -= unit.made
            target.crossed |= unit.crossed
            target.made |= unit.made
            to = min(readers[index])
            for others in readers.values():
                if index in others:
                    others.discard(index)
                    others.add(to)
            readers.setdefault(to, set()).update(readers[index] - {to})
            moved.add(index)
    return [unit for index, unit in enumerate(units) if index not in moved]


def _is_elementwise(instruction: Instruction) -> bool:
    row = PRIMITIVES.get(instruction.op)
    return row is not None and row.kind == "elementwise" and instruction.node.size > 0


def _takes(plan: Steps, target: Unit, unit: Unit, longest: int) -> bool:
    """Tell whether a unit can take in an earlier one that it reads."""
    if target.shape != unit.shape or len(target.members) + len(unit.members) > longest:
        return False
    if (target.aligned - unit.made) & unit.crossed or (target.crossed & unit.aligned):
        return False
    if target.crossed & unit.made:
        return False
    return all(
        value is plan.layouts.owner(value)
        for member in target.members
        for value in member.inputs
        if plan.layouts.owner(value) in unit.made
    )


def _join(
    plan: Steps,
    units: list[Unit],
    where: dict[Node, int],
    new: Instruction,
    longest: int,
    heads: frozenset[str],
) -> int:
    """Put an instruction into a unit; return the number of the unit."""
    owners = [plan.layouts.owner(v) for v in new.inputs]
    first = max((where.get(o, -1) for o in owners), default=-1)
    if _fuses(new) and not any(map(is_again, new.inputs)):
        for index in range(max(first, 0), len(units)):
            full = len(units[index].members) >= longest
            if not full and _fits(plan, units[index], new, index == first, heads):
                _add(plan, units[index], new)
                return index
    unit = Unit()
    units.append(unit)
    _add(plan, unit, new)
    if _fuses(new) or new.op in heads:
        unit.shape = _space(new)
    return len(units) - 1


def _fuses(instruction: Instruction) -> bool:
    row = PRIMITIVES.get(instruction.op)
    if row is None or instruction.node.is_tuple or instruction.node.size == 0:
        return False
    return row.kind == "elementwise" or (
        instruction.op in REDUCTIONS and instruction.inputs[0].size > 0
    )


def _space(instruction: Instruction) -> tuple[int, ...]:
    if instruction.op in REDUCTIONS:
        return tuple(instruction.inputs[0].shape)
    return tuple(instruction.node.shape)


def _fits(plan: Steps, unit: Unit, new: Instruction, feeds: bool, heads: frozenset[str]) -> bool:
    """Tell whether an instruction can be a member of a unit."""
    if unit.shape != _space(new):
        return False
    reduces = new.op in REDUCTIONS
    if reduces and unit.axes not in (None, tuple(new.node.attrs["axes"])):
        return False
    if reduces and unit.members[0].op in heads:
        return False
    if not feeds and not _shares(plan, unit, new):
        return False
    for value in new.inputs:
        if scalar_of(value) is not None:
            continue
        owner = plan.layouts.owner(value)
        if owner in unit.made:
            if value is not owner or owner.op in REDUCTIONS:
                return False  # a rearranged view, or a total, needs the whole of what it is made of
        elif _is_aligned(plan, value, unit.shape):
            if owner in unit.crossed:
                return False  # it may be overwritten in place, and others read it across
        elif owner in unit.aligned:
            return False
    return True


def _shares(plan: Steps, unit: Unit, new: Instruction) -> bool:
    """Tell whether an instruction reads what a unit reads or makes, so that it had better join."""
    for value in new.inputs:
        owner = plan.layouts.owner(value)
        if scalar_of(value) is None and (owner in unit.aligned or owner in unit.made):
            return True
    return False


def _is_aligned(plan: Steps, value: Node, shape: tuple[int, ...]) -> bool:
    return value.shape == shape and plan.layouts.is_whole(value)


def _add(plan: Steps, unit: Unit, new: Instruction) -> None:
    unit.members.append(new)
    unit.made.update(new.outputs)
    shape = _space(new) if _fuses(new) else None
    for value in new.inputs:
        owner = plan.layouts.owner(value)
        if owner in unit.made or scalar_of(value) is not None:
            continue
        if shape is not None and _is_aligned(plan, value, shape):
            unit.aligned.add(owner)
        else:
            unit.crossed.add(owner)
    if new.op in REDUCTIONS:
        unit.axes = tuple(new.node.attrs["axes"])
