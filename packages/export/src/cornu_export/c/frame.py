"""Where the values of a plan lie in C, and the lines that compute them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps
from cornu_engine.layout import Strides, contiguous_strides
from cornu_engine.shapes import Shape
from cornu_engine.sourcetext import comment
from cornu_export.c.source import Source
from cornu_export.c.types import c_type
from cornu_lowering.views import position


@dataclass(frozen=True)
class Operand:
    """A value as strides, in elements, over an array of C.

    Attributes
    ----------
    array : str
    offset : int
        Of its first element.
    strides, shape : tuple of int
    dtype : dtype
    moving : str
        What a loop around adds to the offset, as an expression.
    """

    array: str
    offset: int
    strides: Strides
    shape: Shape
    dtype: np.dtype
    moving: str = ""

    def at(self, indices: Sequence[str], strides: Sequence[int] | None = None) -> str:
        """Return the expression of an element."""
        own = self.strides if strides is None else strides
        place = position(indices, own, self.offset)
        if self.moving:
            place = self.moving if place == "0" else f"{self.moving} + {place}"
        return f"{self.array}[{place}]"

    def pointer(self, extra: str = "") -> str:
        """Return the expression of the address of the first element, or of one further on."""
        terms = [t for t in (self.moving, extra, str(self.offset) if self.offset else "") if t]
        return f"&{self.array}[{' + '.join(terms) or '0'}]"

    @property
    def is_whole(self) -> bool:
        """Whether the elements lie in order, without gaps."""
        return all(
            n == 1 or s == w
            for n, s, w in zip(
                self.shape, self.strides, contiguous_strides(self.shape), strict=True
            )
        )


class Frame:
    """A plan being written: the program's own, or that of the body of a scan.

    Parameters
    ----------
    source : Source
    plan : Steps
    inputs : dict of Node to Operand
    lines : list of str
        That are written.
    depth : int
        Of the block of C around.
    """

    def __init__(
        self,
        source: Source,
        plan: Steps,
        inputs: dict[Node, Operand],
        lines: list[str],
        depth: int = 1,
    ) -> None:
        self.source, self.plan, self.inputs, self.lines = source, plan, inputs, lines
        self.depth = depth
        self.number = source.number()
        self._taken: dict[np.dtype, int] = {}

    # ---- lines

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append("    " * self.depth + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write what follows inside of braces."""
        self.line(f"{head} {{".lstrip())
        self.depth += 1
        yield
        self.depth -= 1
        self.line("}")

    @contextlib.contextmanager
    def loops(self, shape: Sequence[int], name: str = "i") -> Iterator[list[str]]:
        """Write what follows inside of one loop for each axis; yield the indices."""
        names = [f"{name}{axis}" for axis in range(len(shape))]
        with contextlib.ExitStack() as stack:
            for index, size in zip(names, shape, strict=True):
                stack.enter_context(self.loop(index, size))
            yield names

    def loop(self, index: str, size: int) -> contextlib.AbstractContextManager[None]:
        """Write what follows inside of a loop over `size` numbers."""
        return self.block(f"for (int32_t {index} = 0; {index} < {size}; ++{index})")

    def note(self, *instructions: Instruction) -> None:
        """Say in a comment what comes next."""
        parts = []
        for one in instructions:
            where = f"{one.node.scope}: " if one.node.scope else ""
            what = one.op if one.variable is None else f"store {one.variable.path}"
            parts.append(f"{where}{what}")
        shape = "" if instructions[-1].node.is_tuple else f" {instructions[-1].node.shape}"
        text = comment(", ".join(dict.fromkeys(parts)) + shape)
        self.line(f"/* {text} */")

    # ---- values

    def operand(self, node: Node) -> Operand:
        """Return where a value lies."""
        owner, strides = self.plan.layouts.of(node)
        base = self._owner(owner)
        offset = base.offset + self.offset(node, owner)
        return replace(base, offset=offset, strides=strides, shape=node.shape)

    def offset(self, node: Node, owner: Node) -> int:
        """Return where a view begins in the value that it is a view of."""
        offset = 0
        while node is not owner:
            inner = node.inputs[0]
            strides = self.plan.layouts.of(inner)[1]
            if node.op == "slice":
                offset += sum(a * s for a, s in zip(node.attrs["start"], strides, strict=True))
            elif node.op == "flip":
                offset += sum((inner.shape[a] - 1) * strides[a] for a in node.attrs["axes"])
            node = inner
        return offset

    def _owner(self, owner: Node) -> Operand:
        if owner in self.inputs:
            return self.inputs[owner]
        place = self.plan.places[owner]
        strides, size = contiguous_strides(owner.shape), owner.dtype.itemsize
        if place.kind == "constant":
            value = owner.attrs.get("value")
            if value is None:
                value = np.arange(owner.attrs["size"], dtype=owner.dtype)
            array, first = self.source.constant(owner, value)
            return Operand(array, first, strides, owner.shape, owner.dtype)
        if place.kind == "state":
            assert place.variable is not None
            found = self.inputs[self.plan.state[place.variable]]
            offset = found.offset + place.offset // size
            return Operand(found.array, offset, strides, owner.shape, owner.dtype)
        first = -(-place.offset // size)
        name = f"memory{self.number}"
        array = self.source.array(name, owner.dtype, first + owner.size, "Memory of values.")
        return Operand(array, first, strides, owner.shape, owner.dtype)

    def is_stored(self, node: Node) -> bool:
        """Tell whether a value computed in a group is wanted in memory."""
        place = self.plan.places.get(node)
        return place is not None and not place.local

    # ---- memory for one instruction

    def forget(self) -> None:
        """Give back what `scratch` has handed out."""
        self._taken = {}

    def scratch(self, shape: Shape, dtype: np.dtype) -> Operand:
        """Return memory that lasts for one instruction."""
        first, size = self._taken.get(dtype, 0), int(np.prod(shape))
        self._taken[dtype] = first + size
        array = self.source.array("scratch", dtype, first + size, "Memory of single operations.")
        return Operand(array, first, contiguous_strides(shape), tuple(shape), dtype)


def where(node: Node) -> str:
    """Return the layer that a value belongs to, for a message."""
    return node.scope or "the model"


def type_name(node: Node | Operand) -> str:
    """Return the type of C of a value's numbers."""
    return c_type(node.dtype, node.scope if isinstance(node, Node) else "").name
