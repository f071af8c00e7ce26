"""The operations of a group, written down for the interpreter: `c/group.h` says what words mean.

Values that a block needs lie in registers, which are used again when nobody reads them any more;
what lies in memory as in a block is worked on where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cornu_backend_native.lower.kinds import dtype_name
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.rewrite import scalar_of
from cornu_lowering.fusion import REDUCTIONS

LOAD, STEADY, STORE = 1, 2, 3
REGISTER, MEMORY, CONSTANT = 0, 1, 2


@dataclass(frozen=True)
class Access:
    """How a group reads or writes one address.

    Attributes
    ----------
    address : int
        Its number in the row.
    kind : {"still", "direct", "steady", "other"}
        One number for all of the space; in memory as in a block; alike in all blocks; none of
        these.
    """

    address: int
    kind: str


@dataclass(eq=False)
class Tape:
    """The operations of one group.

    Parameters
    ----------
    members : sequence of Instruction
    accesses : dict of Node to Access
        Of what is read from memory.
    results : dict of Node to Access
        Of what is written to memory by members that do not reduce.
    in_place : set of Node
        Results that may be computed where they are wanted.
    address_of : callable
        Finds the address of a function of the library.
    """

    members: Sequence[Instruction]
    accesses: dict[Node, Access]
    results: dict[Node, Access]
    in_place: set[Node]
    address_of: Callable[[str], int]
    entries: list[tuple[int, ...]] = field(default_factory=list)
    constants: list[int] = field(default_factory=list)
    registers: int = 0
    names: list[str] = field(default_factory=list)

    def write(self) -> dict[Instruction, int]:
        """Write all operations; return the operand that each reduction reads."""
        self._free: list[int] = []
        self._where: dict[Node, int] = {}
        self._numbers: dict[Node, int] = {}
        last: dict[Node, int] = {}
        for time, member in enumerate(self.members):
            last.update(dict.fromkeys(member.inputs, time))
        for value, access in self.accesses.items():
            if access.kind == "steady":
                self._where[value] = self._load(access, STEADY)
        reduced: dict[Instruction, int] = {}
        kept = {m.inputs[0] for m in self.members if m.op in REDUCTIONS}
        kept |= {v for v in self.results if v not in self.in_place}
        for time, member in enumerate(self.members):
            if member.op in REDUCTIONS:
                reduced[member] = self._vector(member.inputs[0])
            else:
                self._operation(member)
            for value in set(member.inputs):
                if last[value] == time and value not in kept:
                    self._give_back(value)
        for value, access in self.results.items():
            if value not in self.in_place:
                self._entry(STORE, access.address, self._where[value])
        return reduced

    def _operation(self, member: Instruction) -> None:
        node, values = member.node, member.inputs
        shape = "".join("s" if self._is_single(v) else "v" for v in values)
        if member.op == "where" or "v" not in shape:
            shape = "v" + shape[1:]
        operands = [
            self._single(v) if s == "s" else self._vector(v)
            for v, s in zip(values, shape, strict=True)
        ]
        if member.op == "cast":
            name = f"e_cast_{dtype_name(values[0].dtype)}_{dtype_name(node.dtype)}_v"
        else:
            dtype = values[1].dtype if member.op == "where" else values[0].dtype
            name = f"e_{member.op}_{dtype_name(dtype)}_{shape}"
        in_place = node in self.in_place
        to = self.results[node].address * 4 + MEMORY if in_place else self._register()
        self._where[node] = to
        self._call(name, to, *operands)

    # ---- operands --------------------------------------------------------------------------------

    def _is_single(self, value: Node) -> bool:
        if value in self._where:
            return False
        access = self.accesses.get(value)
        return access is None or access.kind == "still"

    def _single(self, value: Node) -> int:
        access = self.accesses.get(value)
        if access is not None:
            return access.address * 4 + MEMORY
        if value not in self._numbers:
            number = scalar_of(value)
            raw = np.array(number, value.dtype).tobytes().ljust(8, b"\0")
            self._numbers[value] = len(self.constants)
            self.constants.append(int.from_bytes(raw, "little", signed=True))
        return self._numbers[value] * 4 + CONSTANT

    def _vector(self, value: Node) -> int:
        if value not in self._where:
            access = self.accesses.get(value)
            if access is None or access.kind == "still":
                to = self._register()
                self._call(f"e_fill_{dtype_name(value.dtype)}_s", to, self._single(value))
                self._where[value] = to
            elif access.kind == "direct":
                self._where[value] = access.address * 4 + MEMORY
            else:
                self._where[value] = self._load(access, LOAD)
        return self._where[value]

    # ---- registers -------------------------------------------------------------------------------

    def _register(self) -> int:
        if self._free:
            return self._free.pop() * 4 + REGISTER
        self.registers += 1
        return (self.registers - 1) * 4 + REGISTER

    def _give_back(self, value: Node) -> None:
        access = self.accesses.get(value)
        if access is not None and access.kind == "steady":
            return
        place = self._where.get(value)
        if place is not None and place % 4 == REGISTER:
            self._free.append(place // 4)
            if value in self.accesses or scalar_of(value) is not None:
                del self._where[value]

    def _load(self, access: Access, how: int) -> int:
        to = self._register()
        self._entry(how, to, access.address)
        return to

    def _call(self, name: str, to: int, *operands: int) -> None:
        self.names.append(name)
        self._entry(self.address_of(name), to, *operands)

    def _entry(self, *words: int) -> None:
        self.entries.append((*words, 0, 0, 0)[:5])
