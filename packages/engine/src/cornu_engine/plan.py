"""The plan of a program: instructions in order, each value's place in memory, groups to be fused.

A value is an *owner* with a place of its own, or a view of one. A place is a slot of the program's
memory, an input, a constant, or the storage of a variable, which the last write to it computes in
directly.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cornu_engine.budget import within_budget
from cornu_engine.check import check_plan
from cornu_engine.composite import COMPOSITES, item
from cornu_engine.cost import flops
from cornu_engine.early import made_early
from cornu_engine.graph import Node, toposort
from cornu_engine.layout import Layouts
from cornu_engine.memory import assign_memory
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.program import Program
from cornu_engine.rewrite import expand_composites
from cornu_engine.settings import limits
from cornu_engine.shapes import product
from cornu_engine.sourcetext import check_numbers
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable

_FIXED = {"input": "input", "constant": "constant", "iota": "constant", "parameter": "parameter"}


@dataclass(eq=False)
class Place:
    """Where an owner's memory is.

    Attributes
    ----------
    kind : {"slot", "input", "constant", "state", "parameter"}
    offset : int
        Bytes from the start of the program's memory (slot) or of the variable's storage (state).
    variable : Variable or None
    local : bool
        The slot holds one block of a group only.
    """

    kind: str
    offset: int = 0
    variable: Variable | None = None
    local: bool = False

    def __str__(self) -> str:
        if self.kind == "state":
            return f"={self.variable.path}" if self.variable is not None else "state"
        return f"@{self.offset}{'*' if self.local else ''}" if self.kind == "slot" else self.kind


@dataclass(eq=False)
class Instruction:
    """One operation of the program.

    Attributes
    ----------
    op : str
        A primitive or composite; "store" copies `inputs[0]` into `variable`.
    node : Node
    inputs, outputs : tuple of Node
        Values read and owners written. A node with several outputs lists an `item` for each.
    group : int or None
        Instructions of one number are elementwise over one shape and follow one another: they may
        run together, `rows` rows of the leading axis at a time.
    body : Plan or None
        The plan of a scan's body.
    """

    op: str
    node: Node
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    variable: Variable | None = None
    group: int | None = None
    rows: int = 0
    body: Plan | None = None


@dataclass(eq=False)
class Plan:
    """Instructions in order and the place of every owner.

    Attributes
    ----------
    inputs, outputs : tuple of Node
    state, updates : dict of Variable to Node
        The leaves that stand for variables, and the values that the program leaves in them.
    instructions : list of Instruction
    places : dict of Node to Place
        Of owners only; `layouts.owner(node)` finds the owner of any value.
    inside : dict of Node to (Node, int)
        Parts of a concatenation that are computed where the whole wants them: (whole, first
        element).
    memory : int
        Bytes of the program's memory.
    """

    name: str
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    state: dict[Variable, Node]
    updates: dict[Variable, Node]
    instructions: list[Instruction]
    layouts: Layouts
    places: dict[Node, Place] = field(default_factory=dict)
    inside: dict[Node, tuple[Node, int]] = field(default_factory=dict)
    memory: int = 0

    def place(self, node: Node) -> Place:
        """Return where the memory of a value is."""
        return self.places[self.layouts.owner(node)]

    def with_variables(self, mapping: Mapping[Any, Any]) -> Plan:
        """Return the same plan over other variables, given what stands for each."""
        return replace(
            self,
            state={mapping[v]: node for v, node in self.state.items()},
            updates={mapping[v]: node for v, node in self.updates.items()},
            instructions=[_over(mapping, one) for one in self.instructions],
            places={node: _over(mapping, place) for node, place in self.places.items()},
        )

    def labels(self) -> dict[Node, str]:
        """Return what people call the inputs, the variables and the weights inside arenas."""
        found = {n: n.attrs.get("name", f"p{i}") for i, n in enumerate(self.inputs)}
        for variable, leaf in self.state.items():
            found[leaf] = variable.path
            if isinstance(variable, Arena):
                for path, offset, shape in variable.pieces:
                    stop = offset + product(shape)
                    piece = p.slice(leaf, start=(offset,), stop=(stop,), step=(1,))
                    found.setdefault(p.reshape(piece, shape=shape), path)
                    found.setdefault(piece, path if len(shape) == 1 else f"{path} flat")
        return found

    def check(self) -> None:
        """Validate the plan: every operand has been computed and not been overwritten."""
        check_plan(self)

    def __str__(self) -> str:
        from cornu_engine.listing import listing

        return listing(self)

    @property
    def flops(self) -> int:
        """Floating-point operations of one run."""
        return sum(flops(i.node) for i in self.instructions if i.op != "store")


def _over(mapping: Mapping[Any, Any], part: Any) -> Any:
    return part if part.variable is None else replace(part, variable=mapping[part.variable])


def make_plan(
    program: Program,
    lowers: Iterable[str] | None = None,
    group: Callable[[Plan], None] | None = None,
    group_bodies: Callable[[Plan], None] | None = None,
) -> Plan:
    """Plan a program.

    Parameters
    ----------
    program : Program
    lowers : iterable of str or None
        Composites that the backend runs natively; the others are expanded. None keeps all whole.
    group : callable, optional
        Reorders the instructions and sets their `group` and `rows`, before memory is assigned; by
        default the runs of elementwise instructions over one long shape become groups.
    group_bodies : callable, optional
        Does so for the bodies of scans; by default they have no groups.
    """
    rank = dict(program.rank)
    keep = None if lowers is None else frozenset(lowers)
    with Trace(program.name):
        roots = expand_composites(program.roots, COMPOSITES if keep is None else keep, rank)
        count = len(program.outputs)
        outputs = [_own(o, program, rank) for o in roots[:count]]
        updates = {
            v: _untangle(v, value, program, rank)
            for v, value in zip(program.updates, roots[count:], strict=True)
        }
    plan = _plan(
        program.name,
        program.inputs,
        outputs,
        program.state,
        updates,
        rank,
        keep,
        group or _group,
        group_bodies,
    )
    within_budget(plan)
    return plan


def plan_body(
    body: Any, lowers: frozenset[str] | None, group: Callable[[Plan], None] | None = None
) -> Plan:
    """Plan the body of a scan: its parameters are inputs, (*next_state, *ys) its outputs."""
    rank: dict[Node, tuple[int, ...]] = {}
    with Trace("body"):
        whole = COMPOSITES if lowers is None else lowers
        roots = expand_composites([*body.next_state, *body.ys], whole, rank)
    return _plan("body", body.parameters, roots, {}, {}, rank, lowers, group, group)


def _own(output: Node, program: Program, rank: dict) -> Node:
    """An output that shows a variable's old value must be copied before the variable is written."""
    return _copy_if_state(
        output, {v: n for v, n in program.state.items() if v in program.updates}, rank
    )


def _untangle(variable: Variable, value: Node, program: Program, rank: dict) -> Node:
    """A value taken from another variable, or from this one in another order, is copied first."""
    written = {v: n for v, n in program.state.items() if v in program.updates}
    if Layouts().is_whole(value):
        written.pop(variable)
    return _copy_if_state(value, written, rank)


def _copy_if_state(value: Node, written: dict[Variable, Node], rank: dict) -> Node:
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
    rank: dict[Node, tuple[int, ...]],
    keep: frozenset[str] | None,
    group: Callable[[Plan], None] | None = None,
    group_bodies: Callable[[Plan], None] | None = None,
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
    node: Node, keep: frozenset[str] | None, group: Callable[[Plan], None] | None = None
) -> Instruction:
    outputs = tuple(item(node, i) for i in range(len(node.shape))) if node.is_tuple else (node,)
    made = Instruction(node.op, node, node.inputs, outputs)
    if node.op == "scan":
        made.body = plan_body(node.attrs["body"], keep, group)
    return made


def schedule(roots: Iterable[Node], rank: dict[Node, tuple[int, ...]]) -> list[Node]:
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


def _group(plan: Plan) -> None:
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


def _joins(plan: Plan, instruction: Instruction, members: list[Instruction]) -> bool:
    if not _is_long(instruction) or instruction.node.shape != members[0].node.shape:
        return False
    made = {m.node for m in members}
    for operand in instruction.inputs:
        owner = plan.layouts.owner(operand)
        if owner in made and owner is not operand:
            return False  # a rearranged view of a member needs the whole of it
    return True
