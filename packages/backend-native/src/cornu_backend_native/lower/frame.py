"""What the lowering of a plan knows: where values lie, and what memory it needs beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from cornu_backend_native.library import Library
from cornu_backend_native.lower.rows import Step
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import contiguous_strides
from cornu_lowering.places import Outside, Places
from cornu_lowering.views import Address, View

LINE = 64  # bytes of a line of the cache, at which values begin


def aligned(size: int) -> int:
    """Return a number of bytes rounded up.

    Examples
    --------
    >>> aligned(1), aligned(64)
    (64, 64)
    """
    return -(-size // LINE) * LINE


@dataclass(eq=False)
class Source(Outside):
    """What is gathered while a program is lowered.

    Attributes
    ----------
    library : Library
        The kernels that the program will run on.
    memory : int
        Bytes of temporaries: the plan's, those of loops, and what single rows need.
    slots : int
        Bases that loops move.
    first : list of Step
        Rows that run when weights have changed: what they make of them lies at `P`.
    kept : int
        Bytes there.
    most : int
        How many there may be, about; 0 where the program changes weights.
    """

    library: Library
    memory: int = 0
    slots: int = 0
    first: list[Step] = field(default_factory=list)
    kept: int = 0
    most: int = 0

    def aligned(self, size: int) -> int:
        """Return a number of bytes rounded up."""
        return aligned(size)

    def lasting(self, size: int) -> Address:
        """Return memory that keeps what it holds from run to run."""
        address = Address("P", self.kept)
        self.kept += aligned(size)
        return address

    def slot(self) -> str:
        """Return the name of a new base that a loop moves."""
        self.slots += 1
        return f"L{self.slots}"


@dataclass(frozen=True)
class Once:
    """Where what is made of a value seldom is put, and the list that rows which make it go to."""

    memory: Callable[[int], Address]
    rows: list[Step]


class Frame(Places):
    """A plan being lowered: the program's own, or that of the body of a scan.

    Parameters
    ----------
    source : Source
    plan : Steps
    base : int
        Where the memory of the plan begins.
    parameters : dict of Node to Address
        What a body is given.

    Attributes
    ----------
    moved : dict of Node to Address
        Values that lie elsewhere than the plan says: results, in the caller's arrays.
    steady : frozenset of Node
        Parameters of a body that are the same in all its steps.
    lasting : frozenset of Node
        Those that are so in all runs, until weights change.
    before : list of Step
        Rows that run once, before the loop of a body begins: what they make of steady values lies
        in memory that `kept` has handed out.
    """

    source: Source

    def __init__(
        self,
        source: Source,
        plan: Steps,
        base: int = 0,
        parameters: dict[Node, Address] | None = None,
        steady: frozenset[Node] = frozenset(),
        lasting: frozenset[Node] = frozenset(),
    ) -> None:
        super().__init__(source, plan, base, parameters)
        self.steady, self.lasting = steady, lasting
        self.before: list[Step] = []
        self._floor = base + aligned(plan.memory)
        self._inputs = {} if parameters else {n: i for i, n in enumerate(plan.inputs)}
        self.forget()

    def forget(self) -> None:
        """Give back what `temporary` has handed out: an instruction is done."""
        self.top = self._floor
        self.source.memory = max(self.source.memory, self.top)

    def temporary(self, size: int) -> Address:
        """Return memory beside that of the plan, until the instruction is done."""
        address = Address("M", self.top)
        self.top += aligned(size)
        self.source.memory = max(self.source.memory, self.top)
        return address

    def kept(self, size: int) -> Address:
        """Return memory that is this plan's alone, in all its steps."""
        address = Address("M", max(self.top, self.source.memory))  # nothing before has used it
        self.top = self._floor = self.source.memory = address.offset + aligned(size)
        return address

    def is_lasting(self, value: Node) -> bool:
        """Tell whether a value is the same in all runs, until weights change."""
        owner = self.plan.layouts.owner(value)
        return owner in self.lasting or (
            owner in self.plan.places and self.plan.places[owner].kind in ("constant", "state")
        )

    def once(self, value: Node) -> Once | None:
        """Return how to make something of a value once for many steps or runs, where it stays."""
        if self.source.kept < self.source.most and self.is_lasting(value):
            return Once(self.source.lasting, self.source.first)
        owner = self.plan.layouts.owner(value)
        is_constant = owner in self.plan.places and self.plan.places[owner].kind == "constant"
        if owner in self.steady or (self.parameters and is_constant):
            return Once(self.kept, self.before)
        return None

    def input_address(self, node: Node) -> Address:
        """Return where an input of the program lies."""
        return Address(f"X{self._inputs[node]}")

    def variable_base(self, index: int) -> str:
        """Return what an address in the memory of a variable is counted from."""
        return f"H{index}"

    def view(self, node: Node) -> View:
        """Return a value as strides over memory; the address is that of its first element."""
        owner, strides = self.plan.layouts.of(node)
        address, offset = self.address(owner), self.offset(node, owner)
        first = Address(address.base, address.offset + offset * node.dtype.itemsize)
        return View(first, 0, strides, node.shape, node.dtype)

    def is_whole(self, node: Node) -> bool:
        """Tell whether a value lies in memory in order, without gaps."""
        return is_whole(self.view(node))


def has_own_memory(plan: Steps, value: Node) -> bool:
    """Tell whether a value has a slot of its own, so that any other place would do as well."""
    place = plan.places.get(value)
    return (
        place is not None
        and place.kind == "slot"
        and value not in plan.inside
        and all(value is not whole for whole, _ in plan.inside.values())
    )


def is_whole(view: View) -> bool:
    """Tell whether a view walks its memory in order, without gaps."""
    return view.strides == contiguous_strides(view.shape) or 0 in view.shape


def whole_view(address: Address, like: Node) -> View:
    """Return a view in order of a value of some shape that lies at an address."""
    return View(address, 0, contiguous_strides(like.shape), like.shape, like.dtype)


def comment(*instructions: Instruction) -> str:
    """Say what instructions compute: one after the other, those of one layer and shape together."""
    said = groupby(map(_said, instructions), key=lambda each: (each[0], each[2]))
    return "; ".join(
        f"{where}{', '.join(what for _, what, _ in some)} {shape}" for (where, shape), some in said
    )


def _said(instruction: Instruction) -> tuple[str, str, str]:
    node, variable = instruction.node, instruction.variable
    shape = f"{len(node.shape)} values" if node.is_tuple else str(node.shape)
    where = f"{node.scope}: " if node.scope else ""
    return where, instruction.op if variable is None else f"store {variable.path}", shape
