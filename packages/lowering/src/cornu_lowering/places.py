"""Where the values of a plan lie: in its memory, and beside it in constants and variables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.instructions import Steps
from cornu_engine.variable import Variable
from cornu_lowering.views import Address


@dataclass(eq=False)
class Outside:
    """What a program reads beside the memory of its plan.

    Attributes
    ----------
    constants : dict of Node to (int, ndarray)
        Where each constant lies in their memory.
    constant_bytes : int
    state : list of Variable
    """

    constants: dict[Node, tuple[int, np.ndarray]] = field(default_factory=dict, kw_only=True)
    constant_bytes: int = field(default=0, kw_only=True)
    state: list[Variable] = field(default_factory=list, kw_only=True)

    def aligned(self, size: int) -> int:
        """Return a number of bytes rounded up to where a value may begin."""
        raise NotImplementedError

    def constant(self, node: Node) -> Address:
        """Return where a constant lies."""
        if node not in self.constants:
            value = node.attrs.get("value")
            if value is None:
                value = np.arange(node.attrs["size"], dtype=node.dtype)
            self.constants[node] = (self.constant_bytes, np.ascontiguousarray(value))
            self.constant_bytes += self.aligned(max(value.nbytes, 1))
        return Address("K", self.constants[node][0])

    def variable(self, variable: Variable) -> int:
        """Return the place of a variable among those of the program."""
        if not any(v is variable for v in self.state):
            self.state.append(variable)
        return next(i for i, v in enumerate(self.state) if v is variable)


class Places:
    """A plan being lowered: the program's own, or that of the body of a scan.

    A backend says where inputs lie (`input_address`), and from what the memory of a variable is
    counted (`variable_base`).

    Parameters
    ----------
    source : Outside
    plan : Steps
    base : int
        Where the memory of the plan begins.
    parameters : dict of Node to Address, optional
        What a body is given.

    Attributes
    ----------
    moved : dict of Node to Address
        Values that lie elsewhere than the plan says.
    """

    source: Outside

    def __init__(
        self, source: Outside, plan: Steps, base: int, parameters: dict[Node, Address] | None
    ) -> None:
        self.source, self.plan, self.base = source, plan, base
        self.parameters = parameters or {}
        self.labels = plan.labels()
        self.moved: dict[Node, Address] = {}

    def input_address(self, node: Node) -> Address:
        """Return where an input of the program lies."""
        raise NotImplementedError

    def variable_base(self, index: int) -> str:
        """Return what an address in the memory of a variable is counted from."""
        raise NotImplementedError

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
            return self.input_address(owner)
        if place.kind == "constant":
            return self.source.constant(owner)
        assert place.variable is not None
        return self.state_address(place.variable, place.offset)

    def state_address(self, variable: Variable, offset: int = 0) -> Address:
        """Return where the storage of a variable lies."""
        return Address(self.variable_base(self.source.variable(variable)), offset)

    def offset(self, node: Node, owner: Node) -> int:
        """Return how many elements behind its owner the first one of a view lies."""
        if node is owner:
            return 0
        inner = node.inputs[0]
        strides = self.plan.layouts.of(inner)[1]
        offset = self.offset(inner, owner)
        if node.op == "slice":
            offset += sum(a * s for a, s in zip(node.attrs["start"], strides, strict=True))
        elif node.op == "flip":
            offset += sum((inner.shape[a] - 1) * strides[a] for a in node.attrs["axes"])
        return offset

    def is_stored(self, node: Node) -> bool:
        """Tell whether a value computed in a group is wanted in memory."""
        place = self.plan.places.get(node)
        return node in self.moved or (place is not None and not place.local)

    def label(self, node: Node) -> str:
        """Return what people call a value."""
        owner = self.plan.layouts.owner(node)
        name = self.labels.get(node) or self.labels.get(owner) or f"{owner.scope} {owner.op}"
        return f"{name.strip()} {node.shape}"
