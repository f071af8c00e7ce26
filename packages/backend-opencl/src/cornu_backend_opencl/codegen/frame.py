"""What the emission of a plan knows: where values lie, and what the source has so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import contiguous_strides
from cornu_engine.sourcetext import identifier
from cornu_engine.variable import Variable
from cornu_lowering.views import Address, View


def aligned(size: int) -> int:
    """Return a number of bytes rounded up.

    Examples
    --------
    >>> aligned(1), aligned(128)
    (128, 128)
    """
    return -(-size // limits.aligned) * limits.aligned


@dataclass(frozen=True)
class Loop:
    """Units that run once per step of a scan."""

    length: int
    reverse: bool
    steps: tuple[Any, ...]


@dataclass
class Unit:
    """Functions of the program, by number, to be launched in order."""

    number: int
    function: Function


@dataclass(eq=False)
class Source:
    """What is gathered while a program is emitted.

    Attributes
    ----------
    memory : int
        Bytes of temporaries: the plan's, those of loops, and scratch.
    scratch : int
        Bytes that the hungriest unit needs for itself.
    constants : list of (int, ndarray)
        Where each constant lies in their buffer.
    """

    schedule: Schedule
    strict: bool
    functions: list[Function] = field(default_factory=list)
    constants: dict[Node, tuple[int, np.ndarray]] = field(default_factory=dict)
    constant_bytes: int = 0
    state: list[Variable] = field(default_factory=list)
    memory: int = 0
    scratch: int = 0
    depth: int = 0

    def constant(self, node: Node) -> Address:
        """Return where a constant lies."""
        if node not in self.constants:
            value = node.attrs.get("value")
            if value is None:
                value = np.arange(node.attrs["size"], dtype=node.dtype)
            self.constants[node] = (self.constant_bytes, np.ascontiguousarray(value))
            self.constant_bytes += aligned(max(value.nbytes, 1))
        return Address("K", self.constants[node][0])


class Frame:
    """A plan being emitted: the program's own, or that of the body of a scan.

    Parameters
    ----------
    source : Source
    plan : Steps
    base : int
        Where the memory of the plan begins.
    parameters : dict of Node to Address
        What a body is given.
    depth : int
        How many loops stand around.
    """

    def __init__(
        self,
        source: Source,
        plan: Steps,
        base: int = 0,
        parameters: dict[Node, Address] | None = None,
        depth: int = 0,
    ) -> None:
        self.source, self.plan, self.base, self.depth = source, plan, base, depth
        self.parameters = parameters or {}
        self.schedule = source.schedule
        self.labels = plan.labels()
        self.moved: dict[Node, Address] = {}
        self._inputs: dict[Node, int] = {}
        source.depth = max(source.depth, depth)
        source.memory = max(source.memory, base + aligned(plan.memory))
        self.input_bytes = 0
        if not depth:
            for node in plan.inputs:
                self._inputs[node] = self.input_bytes
                self.input_bytes += aligned(max(node.nbytes, 1))

    def address(self, owner: Node) -> Address:
        """Return where an owner lies."""
        if owner in self.moved:
            return self.moved[owner]
        if owner in self.parameters:
            return self.parameters[owner]
        place = self.plan.places[owner]
        if place.kind == "slot":
            return Address("M", self.base + place.offset)
        if place.kind == "input":
            return Address("X", self._inputs[owner])
        if place.kind == "constant":
            return self.source.constant(owner)
        assert place.variable is not None
        return self.state_address(place.variable, place.offset)

    def state_address(self, variable: Variable, offset: int = 0) -> Address:
        """Return where the storage of a variable lies."""
        state = self.source.state
        if not any(v is variable for v in state):
            state.append(variable)
        index = next(i for i, v in enumerate(state) if v is variable)
        return Address(f"H + T[{index}]", offset)

    def view(self, node: Node) -> View:
        """Return a value as strides over memory."""
        owner, strides = self.plan.layouts.of(node)
        offset = self._offset(node, owner)
        return View(self.address(owner), offset, strides, node.shape, node.dtype)

    def _offset(self, node: Node, owner: Node) -> int:
        if node is owner:
            return 0
        inner = node.inputs[0]
        strides = self.plan.layouts.of(inner)[1]
        offset = self._offset(inner, owner)
        if node.op == "slice":
            offset += sum(a * s for a, s in zip(node.attrs["start"], strides, strict=True))
        elif node.op == "flip":
            offset += sum((inner.shape[a] - 1) * strides[a] for a in node.attrs["axes"])
        return offset

    def is_whole(self, node: Node) -> bool:
        """Tell whether a value lies in memory in order, without gaps."""
        view = self.view(node)
        return view.strides == contiguous_strides(node.shape) or node.size <= 1

    def is_stored(self, node: Node) -> bool:
        """Tell whether a value computed in a group is wanted in memory."""
        place = self.plan.places.get(node)
        return node in self.moved or (place is not None and not place.local)

    def label(self, node: Node) -> str:
        """Return what people call a value."""
        owner = self.plan.layouts.owner(node)
        name = self.labels.get(node) or self.labels.get(owner) or f"{owner.scope} {owner.op}"
        return f"{name.strip()} {node.shape}"

    def function(self, instruction: Instruction, parts: int = 1, role: str = "") -> Function:
        """Begin the function of an instruction."""
        node = instruction.node
        hint = identifier(f"{node.scope} {instruction.op} {role}")
        name = f"u{len(self.source.functions)}_{hint}"
        made = Function(name, f"{comment(instruction)}{' ' + role if role else ''}", parts)
        self.source.functions.append(made)
        return made

    def unit(self, function: Function) -> Unit:
        """Return the launch of a function."""
        index = next(i for i, f in enumerate(self.source.functions) if f is function)
        return Unit(index, function)

    def scratch(self, size: int, after: int = 0) -> Address:
        """Return scratch memory of a unit: it lasts until the next one."""
        self.source.scratch = max(self.source.scratch, aligned(after) + aligned(size))
        return Address("M", aligned(after), "SCRATCH")


def comment(instruction: Instruction) -> str:
    """Say what an instruction computes."""
    node = instruction.node
    shape = node.shape if not node.is_tuple else f"{len(node.shape)} values"
    where = f"{node.scope}: " if node.scope else ""
    if instruction.variable is not None:
        return f"{where}store {instruction.variable.path} {shape}"
    return f"{where}{instruction.op} {shape}"
