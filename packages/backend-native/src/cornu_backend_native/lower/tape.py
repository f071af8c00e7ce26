"""The operations of a group, written down for `c/group.c`: `c/group.h` says what words mean.

Values that a block needs lie in registers, which are used again when nobody reads them any more;
what lies in memory as in a block is worked on where it is. The tape calls the functions that the
library has for several operations at once (see `fused.py`), the longest that fits first: best one
for all of them, at worst one for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

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
    """Some operations as a line of text (see `fused.py`), and its operands in order."""

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

    Attributes
    ----------
    script : Script or None
        All operations as one, where there are several.
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
        self._pieces = 0
        self._last = {v: i for i, m in enumerate(self._elementwise) for v in m.inputs}
        totalled = {m.inputs[0] for m in self.members if m.op in REDUCTIONS}
        self._kept = {*self.results, *totalled}
        *_, self.script = (None, *self._scripts(0))

    def write(self) -> dict[Instruction, int]:
        """Write all operations; return the operand that each reduction reads."""
        for value, access in self.accesses.items():
            if access.kind == "steady":
                self._where[value] = self._load(access, STEADY)
        for value in (m.inputs[0] for m in self.members if m.op in REDUCTIONS):
            if value in self.overwritten and value not in self._where:
                # totals are taken when all has been written
                self._where[value] = self._load(self.accesses[value], LOAD)
        return self._write_all()

    @property
    def how(self) -> str:
        """How the operations run: a single one is prebuilt by itself."""
        if self._pieces < 2:
            return "prebuilt"
        whole = "interpreted" if self._pieces == len(self._elementwise) else "prebuilt"
        return f"{whole} in {self._pieces} pieces"

    def _scripts(self, start: int) -> Iterator[Script]:
        """Yield the operations from one of them on as one, two, then three of them, and so on."""
        lines: list[str] = []
        places: dict[Node, str] = {}
        made: dict[Node, str] = {}
        for time, member in enumerate(self._elementwise[start:], start):
            for value in member.inputs:
                if value not in made and value not in places:
                    places[value] = f"{'s' if self._is_single(value) else 'v'}{len(places)}"
            operands = (made.get(v) or places[v] for v in member.inputs)
            made[member.node] = f"t{len(lines)}"
            lines.append(" ".join([operation_name(member), *operands]))
            if len(lines) > 1:
                written = [v for v in made if v in self._kept or self._last.get(v, 0) > time]
                text = f"{'; '.join(lines)} = {' '.join(made[v] for v in written)}"
                yield Script(text, [*places], written)

    def _write_all(self) -> dict[Instruction, int]:
        """Write the operations, as many as one function has at a time."""
        start = 0
        while start < len(self._elementwise):
            prebuilt = (
                (size, script)
                for size, script in enumerate(self._scripts(start), 2)
                if self.has(name_of(script.text))
            )
            *_, (size, script) = ((1, None), *prebuilt)
            stop = start + size
            if script is None:
                self._operation(self._elementwise[start])
            else:
                self._fused(script, is_last=stop == len(self._elementwise))
            for value in {v for m in self._elementwise[start:stop] for v in m.inputs}:
                if self._last[value] < stop and value not in self._kept:
                    self._give_back(value)
            start = stop
            self._pieces += 1
        reductions = (m for m in self.members if m.op in REDUCTIONS)
        reduced = {m: self._vector(m.inputs[0]) for m in reductions}
        for value, access in self.results.items():
            if self._where[value] != access.address * 4 + MEMORY:
                self._entry(STORE, access.address, self._where[value])
        return reduced

    def _fused(self, script: Script, is_last: bool) -> None:
        singles = {value for value in script.read if self._is_single(value)}
        places = [self._single(v) if v in singles else self._vector(v) for v in script.read]
        for value in script.written:
            access = self.results.get(value)
            # an element is read before any of its results is written, by the last piece for good
            at_once = is_last and access is not None and access.kind == "direct"
            self._where[value] = self._place(value, at_once)
            places.append(self._where[value])
        self._entry(FUSED, name_of(script.text), len(places))
        for start in range(0, len(places), ENTRY_WORDS):
            self._entry(*places[start : start + ENTRY_WORDS])

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
        to = self._where[node] = self._place(node)
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

    def _place(self, result: Node, at_once: bool = False) -> int:
        """Return where to compute a result: in memory, where nothing is read from there later."""
        if at_once or result in self.in_place:
            return self.results[result].address * 4 + MEMORY
        return self._register()

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
