"""The operations of a group, written down for `c/group.c`: `c/group.h` says what words mean.

Values that a block needs lie in registers, which are used again when nobody reads them any more;
what lies in memory as in a block is worked on where it is. Where the library has a function for all
of the operations (see `fused.py`), the tape calls that one; else one function for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from cornu_backend_native.lower.fused import name_of
from cornu_backend_native.lower.kinds import dtype_name
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.rewrite import scalar_of
from cornu_lowering.fusion import REDUCTIONS

LOAD, STEADY, STORE, FUSED = 1, 2, 3, 4
ENTRY_WORDS = 5
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
class Script:
    """The operations of a group as a line of text (see `fused.py`), and its operands in order."""

    text: str
    read: Sequence[Node]
    written: Sequence[Node]


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
    has : callable
        Tells whether the library has a function.
    overwritten : set of Node
        What is read where results are written.
    """

    members: Sequence[Instruction]
    accesses: dict[Node, Access]
    results: dict[Node, Access]
    in_place: set[Node]
    has: Callable[[str], bool]
    overwritten: set[Node] = field(default_factory=set)
    entries: list[tuple[int | str, ...]] = field(default_factory=list)
    constants: list[int] = field(default_factory=list)
    registers: int = 0

    def __post_init__(self) -> None:
        self._free: list[int] = []
        self._where: dict[Node, int] = {}
        self._numbers: dict[Node, int] = {}
        self._elementwise = [m for m in self.members if m.op not in REDUCTIONS]

    def write(self) -> dict[Instruction, int]:
        """Write all operations; return the operand that each reduction reads."""
        for value, access in self.accesses.items():
            if access.kind == "steady":
                self._where[value] = self._load(access, STEADY)
        for value in (m.inputs[0] for m in self.members if m.op in REDUCTIONS):
            if value in self.overwritten and value not in self._where:
                # totals are taken when all has been written
                self._where[value] = self._load(self.accesses[value], LOAD)
        if self.script is not None and self.is_prebuilt:
            self._write_fused(self.script)
            reductions = (m for m in self.members if m.op in REDUCTIONS)
            return {m: self._vector(m.inputs[0]) for m in reductions}
        return self._write_each()

    @cached_property
    def script(self) -> Script | None:
        """All operations as one, where there are several."""
        if len(self._elementwise) < 2:
            return None
        lines: list[str] = []
        places: dict[Node, str] = {}
        made: dict[Node, str] = {}
        for member in self._elementwise:
            for value in member.inputs:
                if value not in made and value not in places:
                    places[value] = f"{'s' if self._is_single(value) else 'v'}{len(places)}"
            operands = (made.get(v) or places[v] for v in member.inputs)
            made[member.node] = f"t{len(lines)}"
            lines.append(" ".join([operation_name(member), *operands]))
        totalled = {m.inputs[0] for m in self.members if m.op in REDUCTIONS}
        written = [v for v in made if v in self.results or v in totalled]
        text = f"{'; '.join(lines)} = {' '.join(made[v] for v in written)}"
        return Script(text, [*places], written)

    @property
    def is_prebuilt(self) -> bool:
        """Whether all operations are one call: a single one is by itself."""
        return self.script is None or self.has(name_of(self.script.text))

    def _write_fused(self, script: Script) -> None:
        read = script.read
        singles = {value for value in read if self._is_single(value)}
        places = [self._single(v) if v in singles else self._vector(v) for v in read]
        stored = []
        for value in script.written:
            access = self.results.get(value)
            if access is not None and access.kind == "direct":
                self._where[value] = access.address * 4 + MEMORY
            else:
                self._where[value] = self._register()
                stored += [value] if access is not None else []
            places.append(self._where[value])
        self._entry(FUSED, name_of(script.text), len(places))
        for start in range(0, len(places), ENTRY_WORDS):
            self._entry(*places[start : start + ENTRY_WORDS])
        for value in stored:
            self._entry(STORE, self.results[value].address, self._where[value])

    def _write_each(self) -> dict[Instruction, int]:
        last: dict[Node, int] = {}
        for time, member in enumerate(self.members):
            last.update(dict.fromkeys(member.inputs, time))
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
        name = f"e_{operation_name(member)}_{shape}"
        in_place = node in self.in_place
        to = self.results[node].address * 4 + MEMORY if in_place else self._register()
        self._where[node] = to
        self._entry(name, to, *operands)

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
                self._entry(f"e_fill_{dtype_name(value.dtype)}_s", to, self._single(value))
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

    def _entry(self, *words: int | str) -> None:
        self.entries.append((*words, 0, 0, 0, 0)[:ENTRY_WORDS])


def operation_name(member: Instruction) -> str:
    """Return the name of an operation as `c/scalars.h` has it, but for what is before."""
    dtypes = [value.dtype for value in member.inputs]
    if member.op == "cast":
        return f"cast_{dtype_name(dtypes[0])}_{dtype_name(member.node.dtype)}"
    return f"{member.op}_{dtype_name(dtypes[1 if member.op == 'where' else 0])}"
