"""The operations of a group, written down for `c/group.c`: `c/group.h` says what words mean.

Values that a block needs lie in registers, which are used again when nobody reads them any more;
what lies in memory as in a block is worked on where it is. The tape calls the functions that the
library has for several operations at once (see `fused.py`), the longest that fits first: best one
for all of them, at worst one for each. One that writes more than is wanted fits too, and one that
takes a vector where there is a single number in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cornu_backend_native import fused
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.ordering import in_one_order
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
    """Some operations as a line of text (see `fused.py`), and its operands in order.

    Attributes
    ----------
    operations : str
    read : dict of Node to bool
        What is read from outside, and whether that is a single number.
    made : dict of Node to str
        What is computed, and its name in the text.
    written : sequence of Node
    """

    operations: str
    read: dict[Node, bool]
    made: dict[Node, str]
    written: Sequence[Node]

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.operations} = {' '.join(self.made[v] for v in self.written)}"


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
        count = len(self._elementwise)
        self.script = self._script(0, count, self._is_single) if count > 1 else None

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

    def _script(self, start: int, stop: int, is_single: Callable[[Node], bool]) -> Script:
        """Return some of the operations as a text."""
        lines: list[str] = []
        places: dict[Node, str] = {}
        made: dict[Node, str] = {}
        members = self._elementwise[start:stop]
        if len(members) < len(self._elementwise) or is_single != self._is_single:
            members = in_one_order(members, is_single)
        for member in members:
            for value in member.inputs:
                if value not in made and value not in places:
                    places[value] = f"{'s' if is_single(value) else 'v'}{len(places)}"
            operands = (made.get(v) or places[v] for v in member.inputs)
            made[member.node] = f"t{len(lines)}"
            lines.append(" ".join([operation_name(member), *operands]))
        read = {value: place[0] == "s" for value, place in places.items()}
        written = [v for v in made if v in self._kept or self._last.get(v, 0) >= stop]
        return Script("; ".join(lines), read, made, written)

    def _longest(self, start: int) -> tuple[int, Script | None]:
        """Return how many operations from one on have a function in common, and that."""
        names = [operation_name(member) for member in self._elementwise[start:]]
        for size in range(len(names), 1, -1):
            alike = fused.by_names().get(tuple(sorted(names[:size])), {})
            for is_single in (self._is_single, self._is_number) if alike else ():
                script = self._script(start, start + size, is_single)
                wanted = {script.made[v] for v in script.written}
                for written in alike.get(script.operations, ()):
                    found = written.split(" ")
                    script.written = [v for v, name in script.made.items() if name in found]
                    if wanted.issubset(found) and self.has(fused.name_of(script.text)):
                        return size, script
        return 1, None

    def _write_all(self) -> dict[Instruction, int]:
        """Write the operations, as many as one function has at a time."""
        start = 0
        while start < len(self._elementwise):
            size, script = self._longest(start)
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
        places = [self._single(v) if s else self._vector(v) for v, s in script.read.items()]
        for value in script.written:
            access = self.results.get(value)
            # an element is read before any of its results is written, by the last piece for good
            at_once = is_last and access is not None and access.kind == "direct"
            self._where[value] = self._place(value, at_once)
            places.append(self._where[value])
        self._entry(FUSED, fused.name_of(script.text), len(places))
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

    def _is_number(self, value: Node) -> bool:
        return value not in self._where and value not in self.accesses and self._is_single(value)

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
