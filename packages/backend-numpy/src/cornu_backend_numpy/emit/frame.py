"""Where lines of source go, and what the values in them are called.

A program has one frame; a loop inside it (blocks of rows, steps of a scan) has another. A frame
writes two kinds of lines: `prepare` lines run once, or once per turn of a loop, before any work,
and make views; `body` lines are the work.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cornu_backend_numpy.emit.names import Names
from cornu_backend_numpy.emit.stages import noted
from cornu_backend_numpy.emit.views import view_expression
from cornu_engine.graph import Node
from cornu_engine.instructions import Place, Steps
from cornu_engine.primitives import PRIMITIVES

_WORD = re.compile(r"[A-Za-z_]\w*")


class Frame:
    """The source of one stretch of instructions, and the names of its values.

    Parameters
    ----------
    plan : Steps
    names : Names
        Shared by all frames of a program.
    constants : dict of str to ndarray
        Arrays the source refers to; shared.
    parent : Frame or None
        Of the lines around a loop.

    Attributes
    ----------
    prepare, body : list of str
    known : dict of Node to str
        What each value is called here.
    turning : set of str
        Names that mean something else in each turn.
    used : dict of str to None
        Turning names that the body mentions, in order.
    own : int or None
        Bytes that each further thread needs for one block of rows, if there are such threads.
    """

    memory = "memory"
    once = True  # whether the work of each thread is one turn

    def __init__(
        self,
        plan: Steps,
        names: Names,
        constants: dict[str, np.ndarray],
        parent: Frame | None = None,
    ) -> None:
        self.plan, self.names, self.constants, self.parent = plan, names, constants, parent
        # By what they are: scalars by their number, arrays by themselves.
        self.constant_names: dict[Any, str] = parent.constant_names if parent is not None else {}
        self.prepare: list[str] = []
        self.body: list[str] = []
        self.known: dict[Node, str] = {}
        self.turning: set[str] = set()
        self.used: dict[str, None] = {}
        self.tiles: dict[tuple[Node, int], str] = {}
        self.own: int | None = None
        self.scattered: set[Node] = set()  # results whose rows do not lie side by side here

    # ---- lines

    def line(self, text: str, comment: str = "") -> None:
        """Add a line of work."""
        self.body.append(noted(text, comment))

    def define(self, name: str, expression: str) -> str:
        """Make `name` stand for an expression, evaluated as seldom as what it mentions allows."""
        self.settle(name, [f"{name} = {expression}"])
        return name

    def settle(self, name: str, lines: list[str]) -> None:
        """Put the lines that make `name` where they run as seldom as what they mention allows."""
        mentioned = {word for line in lines for word in _WORD.findall(line)}
        if self.parent is None or mentioned & self.turning:
            self.prepare.extend(lines)
            if self.parent is not None:
                self.turning.add(name)
        else:
            self.parent.settle(name, lines)

    def use(self, name: str) -> str:
        """Note that the work mentions a name."""
        if name in self.turning:
            self.used[name] = None
        elif self.parent is not None:
            self.parent.use(name)
        return name

    @property
    def turn(self) -> str:
        """What each turn of the loop unpacks."""
        return ", ".join(self.used) + ("," if len(self.used) == 1 else "")

    # ---- values

    def value(self, node: Node) -> str:
        """Return the name of a value."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._name(node)
        return found

    def operand(self, node: Node) -> str:
        """Return the name of a value that a line of work mentions."""
        return self.use(self.value(node))

    def _name(self, node: Node) -> str:
        if not self._is_view(node):
            return self.owner(node)
        chain = [node.inputs[0]]  # of views of views: it may be longer than calls can be deep
        while chain[-1] not in self.known and self._is_view(chain[-1]):
            chain.append(chain[-1].inputs[0])
        for one in reversed(chain):
            source = self.value(one)
        return self._view(node, source)

    def _is_view(self, node: Node) -> bool:
        row = PRIMITIVES.get(node.op)
        is_view = row is not None and row.kind == "view"
        return is_view and self.plan.layouts.owner(node) is not node

    def _view(self, node: Node, source: str) -> str:
        expression = view_expression(node, source, self.shape(node), self.shape(node.inputs[0]))
        if expression == source:
            return source
        return self.define(self.names.of(node), expression)

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape that a value has in this frame."""
        return node.shape

    def owner(self, node: Node) -> str:
        """Return the name of a value that has memory of its own."""
        if node.op == "constant":
            return self.constant(node.attrs["value"], self.names.of(node))
        if node.op == "iota":
            counted = np.arange(node.size, dtype=node.dtype)
            return self.constant(counted, self.names.new(f"arange_{node.size}"))
        return self.define(self.names.of(node), self.place(node, self.plan.places[node]))

    def place(self, node: Node, place: Place) -> str:
        """Return the expression for memory."""
        dtype = f'"{node.dtype}"'
        if place.kind == "state":
            assert place.variable is not None
            state = self.value(self.plan.state[place.variable])
            first = place.offset // node.dtype.itemsize
            if place.offset == 0 and place.variable.shape == node.shape:
                return state
            return f"{state}.reshape(-1)[{first}:{first + node.size}].reshape({node.shape})"
        return f"at({self.memory}, {place.offset}, {self.shape(node)}, {dtype})"

    def constant(self, value: np.ndarray, name: str) -> str:
        """Return the name of a fixed array."""
        key = (value.dtype.str, value.tobytes()) if value.shape == () else id(value)
        known = self.constant_names.setdefault(key, name)
        self.constants[known] = value
        return known

    def scalar(self, number: Any, dtype: Any) -> str:
        """Return the name of a number as an array without axes: faster than a scalar."""
        value = np.array(number, dtype)
        hint = str(number).replace("-", "minus_").replace(".", "_").replace("+", "")
        return self.constant(value, self.names.new(f"c_{hint}"))

    # ---- memory and kernels

    def temporary(self, shape: tuple[int, ...], dtype: Any, hint: str = "t") -> str:
        """Return an array that lasts for one instruction."""
        name = self.names.new(hint)
        return self.use(self.define(name, f'scratch.arrays(({shape}, "{np.dtype(dtype)}"))[0]'))

    def temporary_like(self, node: Node, dtype: Any, hint: str = "t") -> str:
        """Return an array with the shape of a value, that lasts for one instruction."""
        return self.temporary(node.shape, dtype, hint)

    def array_like(self, node: Node, hint: str) -> str:
        """Return an array with the shape of a value, that nothing else uses."""
        name = self.names.new(hint)
        return self.use(self.define(name, f'scratch.own({self.shape(node)}, "{node.dtype}")'))

    def tile(self, node: Node, times: int) -> str:
        """Return a value repeated `times` times in one row, copied when this line is reached."""
        found = self.tiles.get((node, times))
        if found is None:
            source = self.operand(node)
            table = self.names.new(f"{source} {times} times")
            self.define(table, f'np.empty(({times}, {node.size}), "{node.dtype}")')
            self.line(f"np.copyto({self.use(table)}, {source}.reshape(-1))")
            found = self.define(self.names.new(f"{table} row"), f"{table}.reshape(-1)")
            self.tiles[node, times] = found
        return self.use(found)

    def straight(self, node: Node) -> str:
        """Return the name of an operand, or of a copy with its numbers in order where this pays."""
        return self.operand(node)

    def tiles_of(self, node: Node, width: int, most: int) -> int:
        """Return how many rows of `width` elements may be taken as one of at most `most`."""
        rows, times = self.rows_apart(node) // width, 1
        while rows and rows % (times * 2) == 0 and times * 2 * width <= most:
            times *= 2
        return times

    def rows_apart(self, node: Node) -> int:
        """Return the number of elements that always come together in this frame."""
        return node.size

    def lies_there(self, part: Node, whole: Node) -> bool:
        """Tell whether a part of a concatenation has been computed inside the whole."""
        return False

    def first_row(self, node: Node) -> str:
        """Return which rows of a result belong to this turn, as further arguments."""
        return ""

    def first_word(self, node: Node) -> str:
        """Return which part of a stream of random words belongs to this turn."""
        return ""

    def kernel(self, hint: str, expression: str) -> str:
        """Prepare a kernel and return its name."""
        return self.use(self.define(self.names.new(hint), expression))

    def aspect(self, node: Node, suffix: str, expression: str) -> str:
        """Return a view of a value made by `expression`, in which `{}` stands for the value."""
        source = self.value(node)
        name = self.names.new(f"{source} {suffix}")
        return self.use(self.define(name, expression.format(source)))
