"""Products of matrices: how they are cut, how their operands lie, and what follows them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cornu_backend_native.lower.filling import convert
from cornu_backend_native.lower.frame import Frame, Once, comment, is_whole
from cornu_backend_native.lower.group_row import overlap
from cornu_backend_native.lower.groups import epilogue, group_rows
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Chain, Row, Step
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import Address, View, merged

# What tiles and blocks of any processor fit in: see c/gemm.h.
TILE_ROWS, TILE_COLUMNS, STEP = 12, 32, 16
DEPTH, WIDTH = 512, 256
BY_ROWS, BY_COLUMNS = 0, 1
IN_PLACE, PACKED, TO_BE_PACKED = 0, 1, 2

FAST = ("f4", "f8")


@dataclass(frozen=True)
class Operand:
    """A stack of matrices.

    Attributes
    ----------
    address : Address
    row, column : int
        Elements from one to the next.
    batch : tuple of int
        Elements from one matrix to the next along each axis of the stack.
    """

    address: Address
    row: int
    column: int
    batch: tuple[int, ...]

    @property
    def transposed(self) -> Operand:
        """The same matrices with rows for columns."""
        return replace(self, row=self.column, column=self.row)


@dataclass(frozen=True)
class Product:
    """C = A B for a stack of matrices: (rows, depth) times (depth, columns)."""

    c: Operand
    a: Operand
    b: Operand
    rows: int
    columns: int
    depth: int
    batch: tuple[int, ...]
    dtype: np.dtype

    @property
    def count(self) -> int:
        """How many matrices there are."""
        return product(self.batch)

    @property
    def nanoseconds(self) -> float:
        """How long it may take, about; a single row waits for B from memory."""
        each = 0.015 if dtype_name(self.dtype) in FAST else 0.5
        each += 0.05 if self.rows == 1 else 0.0
        return self.count * self.rows * self.columns * self.depth * each * self.dtype.itemsize / 4

    @property
    def transposed(self) -> Product:
        """The same as C' = B' A'."""
        c, a, b = self.c.transposed, self.b.transposed, self.a.transposed
        return replace(self, c=c, a=a, b=b, rows=self.columns, columns=self.rows)


@dataclass(frozen=True)
class Cut:
    """How a product is cut: which side, at multiples of how many rows or columns, into how many."""

    side: int
    quantum: int
    parts: int


def emit_product(frame: Frame, members: Sequence[Instruction]) -> list[Step]:
    """`matmul`, and the elementwise work that follows it."""
    head, rest = members[0], members[1:]
    node = head.node
    if not node.size:
        return list(group_rows(frame, rest)) if rest else []
    if rest and not frame.is_stored(node):
        frame.moved[node] = room(frame, head, rest)
    note = comment(head)
    c, a, b = (frame.view(v) for v in (node, *head.inputs))
    if node.dtype == np.float16:
        return [*_in_float32(frame, c, a, b, note), *(group_rows(frame, rest) if rest else [])]
    whole = product_of(c, a, b)
    if dtype_name(node.dtype) not in FAST:
        return [_plain(whole, note), *(group_rows(frame, rest) if rest else [])]
    once = frame.once(head.inputs[1])
    value = _oriented(whole, steady=once is not None)
    cut = cut_of(value)
    before, row = _rows(frame, value, cut, once if value is whole else None, note)
    if not rest:
        return [*before, row]
    after = None
    if value is whole and cut.side == BY_ROWS:
        after = epilogue(frame, rest, product(node.shape[:-1]), cut.quantum, cut.parts)
    if after is None:
        return [*before, row, *group_rows(frame, rest)]
    return [*before, Chain([row, after])]


def _in_float32(frame: Frame, c: View, a: View, b: View, note: str) -> list[Step]:
    """Return the rows of a product of halves: its sums are rounded once, at the end."""
    wide = [_like(frame, view) for view in (c, a, b)]
    value = _oriented(product_of(*wide), steady=False)
    before, row = _rows(frame, value, cut_of(value), None, note)
    steps = [r for v, w in zip((a, b), wide[1:], strict=True) for r in convert(v, w, note)]
    return [*steps, *before, row, *convert(wide[0], c, note)]


def _like(frame: Frame, view: View) -> View:
    """Return new memory for a view in float32, its axes in the order that they have in memory."""
    order = sorted(range(len(view.shape)), key=lambda i: -abs(view.strides[i]))
    steps = contiguous_strides(tuple(view.shape[i] for i in order))
    strides = dict(zip(order, steps, strict=True))
    place = frame.temporary(4 * product(view.shape))
    steps = tuple(strides[i] for i in range(len(order)))
    return View(place, 0, steps, view.shape, np.dtype(np.float32))


def room(frame: Frame, head: Instruction, rest: Sequence[Instruction]) -> Address:
    """Return where a product may lie that nobody else reads: in a result of what follows."""
    node = head.node
    read = [v for m in (head, *rest) for v in m.inputs if v is not node]
    made = {m.node for m in rest}
    for member in rest:
        to = member.node
        if frame.is_stored(to) and to.dtype == node.dtype and is_whole(frame.view(to)):
            place = frame.view(to).address
            others = (v for v in [*read, *made] if v is not to and _has_memory(frame, v))
            if not any(overlap(frame, place, node.nbytes, v) for v in others):
                return place
    return frame.temporary(node.nbytes)


def _has_memory(frame: Frame, value: Node) -> bool:
    owner = frame.plan.layouts.owner(value)
    return owner in frame.parameters or frame.is_stored(owner)


def product_of(c: View, a: View, b: View) -> Product:
    """Read off a product, its stack in as few axes as strides allow.

    Axes of the stack over which B is the same are rows like others, where they can be walked so.
    """
    shape = c.shape[:-1]
    a_steps = a.broadcast((*shape, a.shape[-1])).strides
    b_steps = b.broadcast((*shape[:-1], *b.shape[-2:])).strides
    shared = (*b_steps[:-2], 0)
    space = merged(shape, [c.strides[:-1], a_steps[:-1], shared])
    c_axes, a_axes, b_axes = space.strides
    if b_axes[-1]:  # a stack of single rows
        space_shape, c_axes, a_axes, b_axes = (
            (*space.shape, 1), (*c_axes, 0), (*a_axes, 0), (*b_axes, 0),
        )  # fmt: skip
    else:
        space_shape = space.shape
    return Product(
        Operand(c.address, c_axes[-1], c.strides[-1], c_axes[:-1]),
        Operand(a.address, a_axes[-1], a_steps[-1], a_axes[:-1]),
        Operand(b.address, b_steps[-2], b_steps[-1], b_axes[:-1]),
        space_shape[-1],
        c.shape[-1],
        a.shape[-1],
        space_shape[:-1],
        c.dtype,
    )


def _oriented(value: Product, steady: bool) -> Product:
    """Return a product the way round that its operands are best read.

    One column is one row. Where the elements of columns of B are neighbours and there are few
    rows, B is better read where it lies, as the left operand, than packed; unless it is steady,
    and packed only once.
    """
    if value.columns == 1 and value.rows > 1:
        return value.transposed
    down = value.b.row == 1 and value.b.column != 1
    if down and not steady and 1 < value.rows <= 64 and value.columns >= 2 * value.rows:
        return value.transposed
    return value


def cut_of(value: Product) -> Cut:
    """Return how a product is cut: along the side that has the parts; the sum over K never is."""
    wanted = parts_of(value.nanoseconds)
    if value.count >= wanted and value.count > 1:
        return Cut(BY_ROWS, value.rows, wanted)
    tall = -(-value.count * value.rows // TILE_ROWS)
    wide = -(-value.columns // TILE_COLUMNS)
    if tall >= min(wanted, wide) and value.rows > 1:
        return Cut(BY_ROWS, TILE_ROWS, min(wanted, tall))
    return Cut(BY_COLUMNS, TILE_COLUMNS, min(wanted, wide))


def _rows(
    frame: Frame, value: Product, cut: Cut, once: Once | None, note: str
) -> tuple[list[Step], Row]:
    """Return the row of a product, and those before it; `once`: how B may be packed seldom."""
    name = dtype_name(value.dtype)
    if value.rows == 1:
        scratch = (value.depth + WIDTH) * value.dtype.itemsize
        return [], _row(f"k_product_row_{name}", value, cut, IN_PLACE, scratch, note)
    lies = TO_BE_PACKED
    before: list[Step] = []
    if value.b.column == 1 and value.rows <= TILE_ROWS:
        lies = IN_PLACE
    elif once is not None:
        lies = PACKED
        value, row = _packed(value, once.memory, f"{note}, right operand in panels")
        once.rows.append(row)
    elif cut.side == BY_ROWS and cut.parts > value.count:
        lies = PACKED
        value, row = _packed(value, frame.temporary, f"{note}, right operand in panels")
        before = [row]
    wide = min(WIDTH, -(-value.columns // TILE_COLUMNS) * TILE_COLUMNS)
    room = 0 if lies == PACKED else min(DEPTH, value.depth) * wide
    scratch = ((DEPTH + 1) * STEP + room) * value.dtype.itemsize
    return before, _row(f"k_product_{name}", value, cut, lies, scratch, note)


def _packed(value: Product, memory: Callable[[int], Address], note: str) -> tuple[Product, Row]:
    """Return a product whose B lies in panels, and the row that puts it there."""
    each = value.depth * -(-value.columns // TILE_COLUMNS) * TILE_COLUMNS
    steps, count = [], 1
    for size, step in reversed(list(zip(value.batch, value.b.batch, strict=True))):
        steps.append(each * count if step else 0)
        count *= size if step else 1
    place = memory(each * count * value.dtype.itemsize)
    panels = Operand(place, 0, 1, tuple(reversed(steps)))
    kept = [i for i, step in enumerate(value.b.batch) if step]
    source = replace(
        value,
        batch=tuple(value.batch[i] for i in kept),
        c=replace(panels, batch=tuple(panels.batch[i] for i in kept)),
        a=replace(value.a, batch=(0,) * len(kept)),
        b=replace(value.b, batch=tuple(value.b.batch[i] for i in kept)),
    )
    size = count * value.depth * value.columns * value.dtype.itemsize
    parts = min(parts_of(size * 0.1), count * -(-value.columns // TILE_COLUMNS))
    name = f"k_product_pack_{dtype_name(value.dtype)}"
    row = _row(name, source, Cut(BY_COLUMNS, 1, parts), PACKED, 0, note)
    return replace(value, b=panels), row


def _plain(value: Product, note: str) -> Row:
    parts = min(parts_of(value.nanoseconds), value.count * value.rows)
    name = f"k_product_{dtype_name(value.dtype)}"
    scratch = 8 * value.columns
    return _row(name, value, Cut(BY_ROWS, 1, parts), IN_PLACE, scratch, note)


def _row(kernel: str, value: Product, cut: Cut, lies: int, scratch: int, note: str) -> Row:
    operands = (value.c, value.a, value.b)
    steps = [n for each in operands for n in (each.row, each.column)]
    axes = zip(value.batch, *(each.batch for each in operands), strict=True)
    numbers = (
        *(value.rows, value.columns, value.depth, *steps),
        *(cut.side, lies, cut.quantum, len(value.batch)),
        *(n for axis in axes for n in axis),
    )
    return Row(kernel, [each.address for each in operands], numbers, cut.parts, scratch, note)
