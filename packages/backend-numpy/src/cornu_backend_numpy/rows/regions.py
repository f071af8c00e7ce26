"""Finding the stretches of a plan that run some rows at a time.

The instructions are read in order. Those that can be cut into rows join the open region; those that
need nothing of it go before it, those that need its results come after it; one that is worth
cutting but needs what comes after closes it. So does what is computed again, to save memory: it
must not be done before its turn.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import gcd

from cornu_backend_numpy.rows.cost import nanoseconds, operand_bytes
from cornu_backend_numpy.rows.roles import Role, is_elementwise, roles
from cornu_backend_numpy.rows.views import keeps_rows
from cornu_backend_numpy.settings import limits
from cornu_engine.again import is_again
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import Layouts


@dataclass(eq=False)
class Region:
    """Instructions that run together, some rows at a time.

    Attributes
    ----------
    length : int
        Rows; leading axes of all values are multiples of it.
    members : list of Instruction
    roles : dict of Instruction to Role
    made, summed : set of Node
        Owners written here row by row, and those that add rows up.
    ways : dict of Node to (int or None)
        Along which axis each value that members read is cut; None: it is read whole.
    written, apart : set of Node
        Owners whose memory a member writes or may write; those of which a member reads other rows
        than those of its block. No owner is both.
    rows : int
        Rows of a block.
    parts : int
        Threads that share the blocks.
    """

    length: int
    members: list[Instruction] = field(default_factory=list)
    roles: dict[Instruction, Role] = field(default_factory=dict)
    made: set[Node] = field(default_factory=set)
    summed: set[Node] = field(default_factory=set)
    ways: dict[Node, int | None] = field(default_factory=dict)
    written: set[Node] = field(default_factory=set)
    apart: set[Node] = field(default_factory=set)
    row_bytes: float = 0.0  # of the values that one row of the widest member touches
    least: int = 1  # rows that a block must have
    rows: int = 0
    parts: int = 1

    def axis(self, node: Node, layouts: Layouts) -> int | None:
        """Return along which axis a value is cut into rows, or None where it is not."""
        if node in self.ways:
            return self.ways[node]
        return 0 if layouts.owner(node) in self.made else None

    @property
    def once(self) -> bool:
        """Whether each thread has just one block."""
        return -(-self.length // self.rows) == self.parts

    @property
    def cost(self) -> float:
        """Nanoseconds of all members."""
        return sum(map(nanoseconds, self.members))


class Regions:
    """The regions of a plan; `group` is handed to the planner.

    Parameters
    ----------
    threads : int
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.found: dict[int, Region] = {}

    def group(self, plan: Steps) -> None:
        """Reorder the instructions of a plan and number its regions."""
        self.layouts = plan.layouts
        self._done: list[Instruction | Region] = []
        self._read(deque(plan.instructions))
        order: list[Instruction] = []
        for item in self._done:
            if isinstance(item, Instruction):
                order.append(item)
                continue
            order.extend(item.members)
            if self._is_worth_it(item):
                self._number(item)
        plan.instructions[:] = order

    # ---- reading the plan

    def _read(self, waiting: deque[Instruction]) -> None:
        while waiting:
            region: Region | None = None
            later: list[Instruction] = []
            after: set[Node] = set()  # what comes after the region makes
            while waiting:
                instruction = waiting.popleft()
                owners = {self.layouts.owner(i) for i in instruction.inputs}
                blocked = bool(owners & after) or (
                    region is not None
                    and (bool(owners & region.summed) or any(map(is_again, instruction.inputs)))
                )
                big = nanoseconds(instruction) >= limits.turn and bool(roles(instruction))
                if not blocked and big and (joined := self._join(region, instruction)) is not None:
                    region = joined
                elif not blocked and (region is None or not owners & region.made):
                    alone = self._join(None, instruction) if big else None
                    self._done.append(instruction if alone is None else alone)
                elif big and blocked:
                    waiting.appendleft(instruction)
                    break
                else:
                    later.append(instruction)
                    after.update(instruction.outputs)
            if region is not None:
                self._done.append(region)
            waiting.extendleft(reversed(later))

    def _join(self, region: Region | None, instruction: Instruction) -> Region | None:
        """Return the region with an instruction added, or None if it does not fit."""
        for role in roles(instruction):
            length = _length(instruction, role)
            if not length:
                continue
            if region is None:
                region = Region(length)
            common = gcd(region.length, length)
            fine = common == min(region.length, length) or common >= limits.fine * self.threads
            if fine and self._fits(region, instruction, role, common):
                self._add(region, instruction, role, common)
                return region
        return None

    def _fits(self, region: Region, instruction: Instruction, role: Role, length: int) -> bool:
        """Tell whether each value is read in one way, and what is written by its rows only."""
        ways, written, apart = self._touched(instruction, role, length)
        known = {**dict(ways), **region.ways}
        return (
            all(known[operand] == axis for operand, axis in ways)
            and not (region.written | written) & (region.apart | apart)
            and self._allows(region, instruction, role, length)
        )

    def _touched(
        self, instruction: Instruction, role: Role, length: int
    ) -> tuple[list[tuple[Node, int | None]], set[Node], set[Node]]:
        """Return what an instruction adds to `ways`, `written` and `apart` of a region."""
        ways = list(zip(instruction.inputs, role.axes, strict=True))
        written, apart = set(instruction.outputs), set()
        for operand, axis in ways:
            owner = self.layouts.owner(operand)
            if not _by_rows(operand, axis, self.layouts, length):
                apart.add(owner)
            if is_elementwise(instruction) and axis is not None and self.layouts.is_whole(operand):
                written.add(owner)  # the result may take its place
        return ways, written, apart

    def _allows(self, region: Region, instruction: Instruction, role: Role, length: int) -> bool:
        """Tell whether a block can have the rows that all members need."""
        row_bytes, least = self._needs(instruction, role, length)
        widest = max(region.row_bytes * region.length / length, row_bytes)
        return self._most(widest, length) >= max(least, region.least * region.length // length)

    def _needs(self, instruction: Instruction, role: Role, length: int) -> tuple[float, int]:
        """Return the bytes per row, and how many rows make the instruction worth its overhead."""
        pairs = list(zip(instruction.inputs, role.axes, strict=True))
        moved = sum(operand_bytes(o) for o, axis in pairs if axis is not None)
        kept = sum(operand_bytes(o) for o, axis in pairs if axis is None)
        if role.sums:
            kept += instruction.node.nbytes
        else:
            moved += instruction.node.nbytes
        least = 1
        if instruction.op == "scatter_add":
            return 0.0, 1  # each block looks through all positions: the fewer the better
        if role.sums and instruction.op == "matmul" and instruction.node.nbytes > limits.whole:
            # adding up the totals of all threads would take longer than it saves
            return (0.0, length + 1)
        if kept > limits.whole and instruction.op == "matmul":
            inner = max(1, next(o.shape[a] for o, a in pairs if a is not None) // length)
            least, moved = -(-limits.long_product // inner), 0  # BLAS cuts its operands itself
        return moved / length, least

    def _most(self, row_bytes: float, length: int) -> int:
        """Return how many rows a block may have."""
        share = -(-length // self.threads)
        return (
            max(1, min(share, int(limits.cache // max(1.0, row_bytes))))
            if row_bytes * share > limits.cache
            else share
        )

    def _add(self, region: Region, instruction: Instruction, role: Role, length: int) -> None:
        row_bytes, least = self._needs(instruction, role, length)
        scale = region.length / length
        region.row_bytes = max(region.row_bytes * scale, row_bytes)
        region.least = max(int(region.least * scale), least)
        region.length = length
        region.members.append(instruction)
        region.roles[instruction] = role
        (region.summed if role.sums else region.made).update(instruction.outputs)
        ways, written, apart = self._touched(instruction, role, length)
        region.ways.update(ways)
        region.written |= written
        region.apart |= apart

    # ---- deciding

    def _is_worth_it(self, region: Region) -> bool:
        if all(map(is_elementwise, region.members)):
            region.row_bytes *= 2  # a chain keeps the values of about two operations at hand
        region.parts = (
            self.threads if region.cost >= limits.share and region.length >= self.threads else 1
        )
        most = self._most(region.row_bytes, region.length)
        blocks = -(-region.length // most)
        blocks = -(-blocks // region.parts) * region.parts
        region.rows = -(-region.length // blocks)
        several = region.rows < region.length
        return (
            several and region.cost >= limits.loop and (region.parts > 1 or len(region.members) > 1)
        )

    def _number(self, region: Region) -> None:
        number = len(self.found) + 1
        self.found[number] = region
        for instruction in region.members:
            instruction.group = number
            leading = instruction.node.shape[0] if instruction.node.ndim else 1
            instruction.rows = region.rows * max(1, leading // region.length)


def _by_rows(operand: Node, axis: int | None, layouts: Layouts, length: int) -> bool:
    """Tell whether the rows of an operand are rows of the memory it lies in."""
    if axis is None:
        return False
    rows = operand.inputs[0] if axis else operand  # a transposed operand of a product
    return keeps_rows(rows, layouts, length)


def _length(instruction: Instruction, role: Role) -> int:
    """Return the number of rows that an instruction is cut into, or 0 if it cannot be."""
    cut = [(o, a) for o, a in zip(instruction.inputs, role.axes, strict=True) if a is not None]
    if not role.sums:
        cut.append((instruction.node, 0))
    if any(value.ndim <= axis for value, axis in cut):
        return 0
    common = gcd(*(value.shape[axis] for value, axis in cut))
    return common if common > 1 else 0
