"""What the emission of a plan knows: where values lie, and what the source has so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import contiguous_strides
from cornu_engine.sourcetext import identifier
from cornu_lowering.places import Outside, Places
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
class Source(Outside):
    """What is gathered while a program is emitted.

    Attributes
    ----------
    memory : int
        Bytes of temporaries: the plan's, those of loops, and scratch.
    scratch : int
        Bytes that the hungriest unit needs for itself.
    """

    schedule: Schedule
    strict: bool
    functions: list[Function] = field(default_factory=list)
    memory: int = 0
    scratch: int = 0
    depth: int = 0

    def aligned(self, size: int) -> int:
        """Return a number of bytes rounded up."""
        return aligned(size)


class Frame(Places):
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

    source: Source

    def __init__(
        self,
        source: Source,
        plan: Steps,
        base: int = 0,
        parameters: dict[Node, Address] | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(source, plan, base, parameters)
        self.depth, self.schedule = depth, source.schedule
        self._inputs: dict[Node, int] = {}
        source.depth = max(source.depth, depth)
        source.memory = max(source.memory, base + aligned(plan.memory))
        self.input_bytes = 0
        if not depth:
            for node in plan.inputs:
                self._inputs[node] = self.input_bytes
                self.input_bytes += aligned(max(node.nbytes, 1))

    def input_address(self, node: Node) -> Address:
        """Return where an input of the program lies."""
        return Address("X", self._inputs[node])

    def variable_base(self, index: int) -> str:
        """Return what an address in the memory of a variable is counted from."""
        return f"H + T[{index}]"

    def view(self, node: Node) -> View:
        """Return a value as strides over memory."""
        owner, strides = self.plan.layouts.of(node)
        offset = self.offset(node, owner)
        return View(self.address(owner), offset, strides, node.shape, node.dtype)

    def is_whole(self, node: Node) -> bool:
        """Tell whether a value lies in memory in order, without gaps."""
        view = self.view(node)
        return view.strides == contiguous_strides(node.shape) or node.size <= 1

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
