"""From a plan to its table, and to the text that people read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cornu_backend_native.library import Library
from cornu_backend_native.lower.copies import copy
from cornu_backend_native.lower.frame import (
    Frame,
    Source,
    aligned,
    has_own_memory,
    is_whole,
    whole_view,
)
from cornu_backend_native.lower.listing import listing
from cornu_backend_native.lower.operations import emit_all
from cornu_backend_native.lower.rows import Encoder, Step, Table
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.plan import Plan
from cornu_engine.variable import Variable
from cornu_lowering.views import Address


@dataclass(eq=False)
class Lowered:
    """A program as a table.

    Attributes
    ----------
    name : str
    steps : list of Row, Chain or Loop
        What the table says.
    table : Table
    first : list of Row
        What runs before, when weights have changed.
    first_table : Table
    outputs : tuple of Node
        Each lies at the base `O0`, `O1`, ….
    state : tuple of Variable
        At `H0`, `H1`, ….
    constants : ndarray of uint8
        At `K`.
    memory : int
        Bytes at `M`.
    kept : int
        Bytes at `P`, where the first rows write.
    """

    name: str
    steps: list[Step]
    table: Table
    first: list[Step]
    first_table: Table
    outputs: tuple[Node, ...]
    state: tuple[Variable, ...]
    constants: np.ndarray
    memory: int
    kept: int

    @property
    def text(self) -> str:
        """What runs, for people."""
        return listing(self.name, self.steps, self.first)


def lower(plan: Plan, library: Library) -> Lowered:
    """Return a plan as a table for a library."""
    source = Source(library, most=0 if plan.updates else limits.kept)
    frame = Frame(source, plan)
    frame.moved.update(_results_in_place(plan))
    steps = emit_all(frame)
    frame.forget()
    steps += _other_results(frame, plan)
    encoder = Encoder(library.kernel)
    first = encoder.table(source.first)
    table = Encoder(library.kernel, encoder.bases).table(steps)
    constants = np.zeros(source.constant_bytes, np.uint8)
    for start, value in source.constants.values():
        constants[start : start + value.nbytes] = value.reshape(-1).view(np.uint8)
    return Lowered(
        plan.name,
        steps,
        table,
        source.first,
        first,
        tuple(plan.outputs),
        tuple(source.state),
        constants,
        aligned(source.memory),
        source.kept,
    )


def _results_in_place(plan: Plan) -> dict[Node, Address]:
    """Results that are computed in the caller's arrays: those that have memory of their own."""
    found: dict[Node, Address] = {}
    for number, node in enumerate(plan.outputs):
        if has_own_memory(plan, node):
            found.setdefault(node, Address(f"O{number}"))
    return found


def _other_results(frame: Frame, plan: Plan) -> list[Step]:
    steps: list[Step] = []
    for number, node in enumerate(plan.outputs):
        target = whole_view(Address(f"O{number}"), node)
        source = frame.view(node)
        if source.address != target.address or not is_whole(source):
            steps += copy(source, target, "result")
    return steps
