"""What a plan consists of: instructions in order, and the place of each value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cornu_engine.cost import flops
from cornu_engine.graph import Node
from cornu_engine.layout import Layouts
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.variable import Arena, Variable

if TYPE_CHECKING:
    from typing_extensions import Self


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
    body : Steps or None
        Those of a scan's body.
    """

    op: str
    node: Node
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    variable: Variable | None = None
    group: int | None = None
    rows: int = 0
    body: Steps | None = None


@dataclass(eq=False)
class Steps:
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

    def with_variables(self, mapping: Mapping[Any, Any]) -> Self:
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
        labels = {n: n.attrs.get("name", f"p{i}") for i, n in enumerate(self.inputs)}
        for variable, leaf in self.state.items():
            labels[leaf] = variable.path
            if isinstance(variable, Arena):
                for path, offset, shape in variable.pieces:
                    stop = offset + product(shape)
                    piece = p.slice(leaf, start=(offset,), stop=(stop,), step=(1,))
                    labels.setdefault(p.reshape(piece, shape=shape), path)
                    labels.setdefault(piece, path if len(shape) == 1 else f"{path} flat")
        return labels

    @property
    def flops(self) -> int:
        """Floating-point operations of one run."""
        return sum(flops(i.node) for i in self.instructions if i.op != "store")


def _over(mapping: Mapping[Any, Any], part: Any) -> Any:
    return part if part.variable is None else replace(part, variable=mapping[part.variable])
