"""The plan of a program: instructions in order, each value's place in memory, groups to be fused.

A value is an *owner* with a place of its own, or a view of one. A place is a slot of the program's
memory, an input, a constant, or the storage of a variable, which the last write to it computes in
directly.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from cornu_engine.budget import within_budget
from cornu_engine.check import check_plan
from cornu_engine.composite import COMPOSITES, item
from cornu_engine.early import made_early
from cornu_engine.graph import Node, toposort
from cornu_engine.instructions import Instruction, Place, Steps
from cornu_engine.layout import Layouts
from cornu_engine.listing import listing
from cornu_engine.memory import assign_memory
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.rewrite import Rank, expand_composites
from cornu_engine.settings import limits
from cornu_engine.sourcetext import check_numbers
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

Group: TypeAlias = Callable[[Steps], None]

_FIXED = {"input": "input", "constant": "constant", "iota": "constant", "parameter": "parameter"}


class Plan(Steps):
    """The steps of a program, which can be read and checked."""

    def check(self) -> None:
        """Validate the plan: every operand has been computed and not been overwritten."""
        check_plan(self)

    def __str__(self) -> str:
        return listing(self)


def make_plan(
    name: str,
    inputs: tuple[Node, ...],
    outputs: Sequence[Node],
    state: dict[Variable, Node],
    updates: dict[Variable, Node],
    rank: Rank,
    lowers: Iterable[str] | None = None,
    group: Group | None = None,
    group_bodies: Group | None = None,
) -> Plan:
    """Plan a program, given by its parts.

    Parameters
    ----------
    name : str
    inputs : tuple of Node
    outputs : sequence of Node
    state, updates : dict of Variable to Node
    rank : dict
        Preferred order of execution.
    lowers : iterable of str or None
        Composites that the backend runs natively; the others are expanded. None keeps all whole.
    group : callable, optional
        Reorders the instructions and sets their `group` and `rows`, before memory is assigned; by
        default the runs of elementwise instructions over one long shape become groups.
    group_bodies : callable, optional
        Does so for the bodies of scans; by default they have no groups.
    """
    rank = dict(rank)
    keep = None if lowers is None else frozenset(lowers)
    written = {v: n for v, n in state.items() if v in updates}
    with Trace(name):
        roots = [*outputs, *updates.values()]
        roots = expand_composites(roots, COMPOSITES if keep is None else keep, rank)
        count = len(outputs)
        returned = [_copy_if_state(o, written, rank) for o in roots[:count]]
        left = {
            v: _untangle(v, value, written, rank)
            for v, value in zip(updates, roots[count:], strict=True)
        }
    plan = _plan(name, inputs, returned, state, left, rank, keep, group or _group, group_bodies)
    within_budget(plan)
    return plan


def plan_body(body: Any, lowers: frozenset[str] | None, group: Group | None = None) -> Plan:
    """Plan the body of a scan: its parameters are inputs, (*next_state, *ys) its outputs."""
    rank: Rank = {}
    with Trace("body"):
        whole = COMPOSITES if lowers is None else lowers
        roots = expand_composites([*body.next_state, *body.ys], whole, rank)
    return _plan("body", body.parameters, roots, {}, {}, rank, lowers, group, group)


def _untangle(variable: Variable, value: Node, written: dict[Variable, Node], rank: Rank) -> Node:
    """A value taken from another variable, or from this one in another order, is copied first."""
    if Layouts().is_whole(value):
        written = {v: n for v, n in written.items() if v is not variable}
    return _copy_if_state(value, written, rank)


def _copy_if_state(value: Node, written: dict[Variable, Node], rank: Rank) -> Node:
    """A value that shows what a variable held before it is written must be copied in time."""
    owner = Layouts().owner(value)
    if any(owner is leaf for leaf in written.values()):
        copy = p.copy(value)
        rank[copy] = (*rank.get(value, (value.serial,))[:1], copy.serial)
        return copy
    return value


def _plan(
    name: str,
    inputs: tuple[Node, ...],
    outputs: list[Node],
    state: dict[Variable, Node],
    updates: dict[Variable, Node],
    rank: Rank,
    keep: frozenset[str] | None,
    group: Group | None = None,
    group_bodies: Group | None = None,
) -> Plan:
    layouts = Layouts()
    roots = [*outputs, *updates.values()]
    order = schedule(roots, rank)
    # of a plan that keeps all composites nothing is written but their names
    check_numbers(n for n in order if keep is not None or n.op in PRIMITIVES)
    if early := made_early(order, roots, rank):
        order = schedule(roots, {**rank, **early})
    instructions = [_instruction(n, keep, group_bodies) for n in order if _computes(n, layouts)]
    plan = Plan(name, tuple(inputs), tuple(outputs), state, updates, instructions, layouts)
    for node in order:
        if node.op in _FIXED:
            plan.places[node] = Place(_FIXED[node.op])
    for node in inputs:
        plan.places.setdefault(node, Place(node.op))
    for variable, leaf in state.items():
        plan.places[leaf] = Place("state", 0, variable)
    if group is not None:
        group(plan)
    assign_memory(plan, updates)
    if limits.checked:
        plan.check()
    return plan


def _computes(node: Node, layouts: Layouts) -> bool:
    row = PRIMITIVES.get(node.op)
    if row is None:
        return True
    if row.kind == "leaf":
        return False
    return node.op != "item" and layouts.owner(node) is node


def _instruction(
    node: Node, keep: frozenset[str] | None, group: Group | None = None
) -> Instruction:
    outputs = tuple(item(node, i) for i in range(len(node.shape))) if node.is_tuple else (node,)
    made = Instruction(node.op, node, node.inputs, outputs)
    if node.op == "scan":
        made.body = plan_body(node.attrs["body"], keep, group)
    return made


def schedule(roots: Iterable[Node], rank: Rank) -> list[Node]:
    """Order the nodes that roots need: operands first, then as the rank says."""
    nodes = toposort(roots)
    waiting = {n: len(set(n.inputs)) for n in nodes}
    users: dict[Node, list[Node]] = {n: [] for n in nodes}
    for node in nodes:
        for operand in set(node.inputs):
            users[operand].append(node)
    ready = [(rank.get(n, (n.serial,)), n.serial, n) for n in nodes if not waiting[n]]
    heapq.heapify(ready)
    order = []
    while ready:
        node = heapq.heappop(ready)[2]
        order.append(node)
        for user in users[node]:
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, (rank.get(user, (user.serial,)), user.serial, user))
    return order


def _group(plan: Steps) -> None:
    """Number the runs of elementwise instructions over one large shape."""
    number = 0
    members: list[Instruction] = []
    for instruction in [*plan.instructions, None]:
        if instruction is not None and members and _joins(plan, instruction, members):
            members.append(instruction)
            continue
        if len(members) > 1:
            number += 1
            for member in members:
                member.group, member.rows = number, _rows(member.node)
        members = [instruction] if instruction is not None and _is_long(instruction) else []


def _is_long(instruction: Instruction) -> bool:
    row = PRIMITIVES.get(instruction.op)
    node = instruction.node
    return (
        row is not None
        and row.kind == "elementwise"
        and node.ndim > 0
        and _rows(node) < node.shape[0]
    )


def _rows(node: Node) -> int:
    return max(1, limits.block // max(1, node.size // max(1, node.shape[0])))


def _joins(plan: Steps, instruction: Instruction, members: list[Instruction]) -> bool:
    if not _is_long(instruction) or instruction.node.shape != members[0].node.shape:
        return False
    made = {m.node for m in members}
    for operand in instruction.inputs:
        owner = plan.layouts.owner(operand)
        if owner in made and owner is not operand:
            return False  # a rearranged view of a member needs the whole of it
    return True
