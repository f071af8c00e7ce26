"""A program: what one call computes and which state it leaves, ready for a backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cornu_engine.bfloat16 import in_float32
from cornu_engine.errors import GraphError
from cornu_engine.graph import Node, toposort
from cornu_engine.plan import Group, Plan, make_plan
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.rewrite import Rank, algebra, rewrite
from cornu_engine.scan import prune_scans
from cornu_engine.trace import Trace, as_node
from cornu_engine.variable import Variable


@dataclass(frozen=True, eq=False)
class Program:
    """A traced function after the rewrites.

    Attributes
    ----------
    name : str
    inputs : tuple of Node
        In the order in which a caller passes arrays.
    outputs : tuple of Node
    state : dict of Variable to Node
        Leaves that stand for the variables the program reads.
    updates : dict of Variable to Node
        What it leaves in variables, once every read has seen the old values.
    rank : dict of Node to tuple
        Preferred order of execution: that in which the user's calls came.
    """

    name: str
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    state: dict[Variable, Node]
    updates: dict[Variable, Node]
    rank: Rank = field(default_factory=dict, repr=False)

    @property
    def roots(self) -> list[Node]:
        """All nodes that must be computed."""
        return [*self.outputs, *self.updates.values()]

    @property
    def memory(self) -> int:
        """Bytes of temporaries at the peak, weights and inputs not counted."""
        return self.plan().memory

    def plan(
        self,
        lowers: Iterable[str] | None = None,
        group: Group | None = None,
        group_bodies: Group | None = None,
    ) -> Plan:
        """Return the instructions; composites not in `lowers` are expanded (None keeps all)."""
        return make_plan(
            self.name,
            self.inputs,
            self.outputs,
            self.state,
            self.updates,
            self.rank,
            lowers,
            group,
            group_bodies,
        )

    def with_variables(self, mapping: Mapping[Any, Any]) -> Program:
        """Return the same program over other variables, given what stands for each."""
        state = {mapping[v]: node for v, node in self.state.items()}
        updates = {mapping[v]: node for v, node in self.updates.items()}
        return replace(self, state=state, updates=updates)

    def check(self) -> None:
        """Validate the graph: leaves are known, shapes follow from the rules.

        Raises
        ------
        GraphError
            Naming the node that breaks a rule.
        """
        known = {*self.inputs, *self.state.values()}
        for node in toposort(self.roots):
            if node.op in ("input", "variable", "parameter") and node not in known:
                raise GraphError(f"{self.name}: the leaf {node!r} belongs to another trace.")
            row = PRIMITIVES.get(node.op)
            if row is not None and (node.shape, node.dtype) != row.infer(
                *node.inputs, **node.attrs
            ):
                raise GraphError(
                    f"{self.name}: {node!r} of {node.scope or 'the top level'} disagrees with its "
                    f"shape rule {row.infer(*node.inputs, **node.attrs)}."
                )
        for variable, node in self.updates.items():
            if (node.shape, node.dtype) != (variable.shape, variable.dtype):
                raise GraphError(f"{self.name}: {variable.path!r} would be left as {node!r}.")

    def __str__(self) -> str:
        return str(self.plan())


def build_program(name: str, trace: Trace, outputs: Sequence[Any]) -> Program:
    """Make a program of a trace and the values it is to return.

    Parameters
    ----------
    name : str
        "train", "test", "predict", …
    trace : Trace
    outputs : sequence of Node or array
        Returned by each call, in this order.

    Examples
    --------
    >>> with Trace("double") as trace:
    ...     y = trace.input("x", (2,), "float32") * 2
    >>> program = build_program("double", trace, [y])
    >>> program.outputs[0].shape
    (2,)
    """
    roots = [as_node(o) for o in outputs]
    count = len(roots)
    rank: Rank = {}
    with Trace(name):  # rules make nodes; nothing may be recorded in the caller's trace
        roots = [*roots, *trace.updates.values()]
        roots, inputs, variables, updated = in_float32(trace, roots)
        simple = prune_scans(roots, rank)
        simple = rewrite(rewrite(simple, algebra, rank), algebra, rank)
    reached = set(toposort(simple))
    updates = dict(zip(updated, simple[count:], strict=True))
    state = {v: node for v, node in variables.items() if node in reached or v in updates}
    program = Program(name, tuple(inputs), tuple(simple[:count]), state, updates, rank)
    program.check()
    return program
