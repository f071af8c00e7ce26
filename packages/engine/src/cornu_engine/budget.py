"""How much a program that a file brought may take, counted on paper before anything is allocated.

What we trace ourselves has no budget: its author pays for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from cornu_engine.cost import work
from cornu_engine.errors import BadFileError
from cornu_engine.graph import Node
from cornu_engine.instructions import Steps
from cornu_engine.primitives import PRIMITIVES

RANK = 32  # axes that every NumPy can hold


@dataclass(frozen=True)
class Budget:
    """What one run may take.

    Attributes
    ----------
    memory : int
        Bytes of temporaries and constants.
    work : int
        Operations on single numbers (`cornu_engine.cost.work`).
    operations : int
        Nodes of the graph and instructions of the plan.
    """

    memory: int
    work: int
    operations: int


UNBOUNDED = Budget(2**63, 2**63, 2**63)

_budget: ContextVar[Budget | None] = ContextVar("cornu_budget", default=None)


@contextlib.contextmanager
def budgeted(budget: Budget) -> Iterator[None]:
    """Refuse, inside, every plan that takes more.

    Raises
    ------
    BadFileError
        Before the plan gets memory.
    """
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)


def within_budget(plan: Steps) -> None:
    """Check a plan against the budget, if there is one."""
    budget = _budget.get()
    if budget is None:
        return
    Ledger(budget).operations(len(plan.instructions))
    constants = sum(n.nbytes for n, place in plan.places.items() if place.kind == "constant")
    _within(_memory(plan) + constants, budget.memory, "bytes of memory", "max_memory")
    total = sum(work(i.node) for i in plan.instructions)
    _within(total, budget.work, "operations", "max_work")


def _memory(plan: Steps) -> int:
    return plan.memory + sum(_memory(i.body) for i in plan.instructions if i.body is not None)


class Ledger:
    """Counts while a graph is being made, so that what is far too large is known at once."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._work = self._operations = 0

    def add(self, node: Node) -> None:
        """Count a node.

        Raises
        ------
        BadFileError
            If it is one too many, or too large to be computed.
        """
        self.operations(1)
        row = PRIMITIVES.get(node.op)
        is_view = row is not None and row.kind == "view"
        for shape, dtype in _values(node):
            if len(shape) > RANK:
                raise BadFileError(f"A value has {len(shape)} axes; {RANK} are allowed.", "size")
            count = 1
            for n in shape:
                count *= max(1, n)
            if is_view:
                _within(count, self._budget.work, "operations", "max_work")
            else:
                size = count * dtype.itemsize
                _within(size, self._budget.memory, "bytes of memory", "max_memory")
        self._work += work(node)
        _within(self._work, self._budget.work, "operations", "max_work")

    def operations(self, count: int) -> None:
        """Count operations."""
        self._operations += count
        if self._operations > self._budget.operations:
            raise BadFileError(
                f"The program has more than {self._budget.operations:,} instructions. If you trust "
                "the file, pass max_work= to cornu.saved_model.load, 5,000 for each.",
                "size",
            )


def _values(node: Node) -> list[tuple]:
    if node.is_tuple:
        return list(zip(node.shape, node.dtype, strict=True))
    return [(node.shape, node.dtype)]


def _within(found: int, allowed: int, what: str, parameter: str) -> None:
    if found > allowed:
        raise BadFileError(
            f"For inputs of these sizes the program takes {found:,} {what}; {allowed:,} are "
            f"allowed. If you trust the file, pass {parameter}= to cornu.saved_model.load.",
            "size",
        )
