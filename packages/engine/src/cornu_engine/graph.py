"""Values of a traced computation.

A `Node` is one value (or, for `scan` and some composites, several). Nodes are immutable and
hash-consed: the same operation on the same operands is the same object, so common subexpressions
vanish by construction. A traced function may write `x == y` and means numbers; where no function is
traced, as in what plans and emits programs, `==` and `in` ask for the same object.
"""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu_engine.allowance import spend
from cornu_engine.current import concrete_value, is_tracing, known_value
from cornu_engine.errors import GraphError
from cornu_engine.operators import ArrayOperators
from cornu_engine.shapes import Shape, Sizes, product

_SCOPE: ContextVar[str] = ContextVar("cornu_scope", default="")
_INTERNED: weakref.WeakValueDictionary[tuple, Node] = weakref.WeakValueDictionary()
_COUNTER = itertools.count()
_SMALL_CONSTANT = 256  # bytes; larger constants are shared by identity, not by content


class Node(ArrayOperators):
    """One traced value: an operation, its operands and its static attributes.

    Do not call the constructor; `make_node` interns.

    Attributes
    ----------
    op : str
        Name of the primitive or composite.
    inputs : tuple of Node
    attrs : dict
        Static attributes; never mutated.
    shape, dtype : tuple of int, numpy.dtype
        Of the value. A node with several outputs has tuples of both (`is_tuple`), and `item` nodes
        pick one.
    scope : str
        Path of the layer that made it; a label for people, no part of its identity.
    serial : int
        Order of creation; operands always come before their users.
    """

    __slots__ = ("__weakref__", "attrs", "dtype", "inputs", "op", "scope", "serial", "shape")

    op: str
    inputs: tuple[Node, ...]
    attrs: dict[str, Any]
    shape: Any
    dtype: Any
    scope: str
    serial: int

    @property
    def is_tuple(self) -> bool:
        """Whether the node has several outputs."""
        return isinstance(self.dtype, tuple)

    @property
    def ndim(self) -> int:
        """Rank of the value."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return product(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of the value."""
        return self.size * self.dtype.itemsize

    def __eq__(self, other: object) -> Any:
        return super().__eq__(other) if is_tracing() else self is other

    def __ne__(self, other: object) -> Any:
        return super().__ne__(other) if is_tracing() else self is not other

    __hash__ = object.__hash__

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a traced scalar.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        if self.is_tuple:
            return f"<traced {self.op} of {len(self.shape)} values>"
        value = None if is_tracing() else known_value(self)
        if value is not None:
            return repr(value)
        return f"<traced {self.op} {self.shape} {self.dtype}>"

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        value = np.asarray(concrete_value(self, "an array"))
        return value if dtype is None else value.astype(dtype)

    def __bool__(self) -> bool:
        return bool(concrete_value(self, "True or False"))

    def __float__(self) -> float:
        return float(concrete_value(self, "a float"))

    def __int__(self) -> int:
        return int(concrete_value(self, "an int"))

    def __index__(self) -> int:
        return int(concrete_value(self, "an index"))

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)

    def item(self) -> Any:
        """Return the value as a Python number, where it is known."""
        return self.__array__().item()

    def tolist(self) -> Any:
        """Return the value as nested lists, where it is known."""
        return self.__array__().tolist()

    def numpy(self) -> np.ndarray:
        """Return the value as an array, where it is known (`run_eagerly=True`)."""
        return self.__array__()

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: dict) -> Node:
        return self


def takes_mark(name: str, read: Callable[[Node], Any]) -> None:
    """Let nodes have an attribute that code for other values sets: it reads as this, come what may.

    Nodes are interned, so one that kept what is set would show it wherever the same is computed.
    """
    if hasattr(Node, name):
        raise GraphError(f"Nodes have an attribute {name!r} already.")
    setattr(Node, name, property(read, lambda node, mark: None))


def make_node(
    op: str, inputs: Sequence[Node], attrs: dict[str, Any], shape: Any, dtype: Any
) -> Node:
    """Return the node of this operation on these operands, making it if it is new."""
    spend()
    key = (op, *(id(i) for i in inputs), _attrs_key(attrs), shape, dtype)
    known = _INTERNED.get(key)
    if known is not None:
        return known
    node = object.__new__(Node)
    node.op, node.inputs, node.attrs = op, tuple(inputs), attrs
    node.shape, node.dtype = Sizes(shape), dtype
    node.scope, node.serial = _SCOPE.get(), next(_COUNTER)
    return _INTERNED.setdefault(key, node)


def moment() -> int:
    """Return a number above the serials of all nodes so far, and below those of nodes to come."""
    return next(_COUNTER)


def leaf(op: str, shape: Shape, dtype: np.dtype, **attrs: Any) -> Node:
    """Return a new leaf that equals no other: an input, a variable, a parameter of a body."""
    shape, dtype = tuple(shape), np.dtype(dtype)
    attrs.update(shape=shape, dtype=dtype, identity=next(_COUNTER))
    return make_node(op, (), attrs, shape, dtype)


def constant(value: Any, dtype: Any = None) -> Node:
    """Return a node holding a fixed array."""
    # a copy, for the graph must not change under its owner's hands; in order, as layouts say it is
    array = np.array(value, dtype=dtype, order="C")
    array.setflags(write=False)
    return make_node("constant", (), {"value": array}, array.shape, array.dtype)


def _attrs_key(attrs: dict[str, Any]) -> Any:
    return tuple((name, _attr_key(value)) for name, value in sorted(attrs.items())) if attrs else ()


def _attr_key(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.nbytes <= _SMALL_CONSTANT:
            return (value.dtype.str, value.shape, value.tobytes())
        return id(value)  # alive as long as the node that holds it
    if isinstance(value, float):
        return value.hex()  # tells -0.0 from 0.0 and equals itself when it is NaN
    if isinstance(value, bool):
        return ("bool", value)
    return value


@contextlib.contextmanager
def scope(path: str) -> Iterator[None]:
    """Label the nodes made inside with a layer's path.

    Examples
    --------
    >>> with scope("dense_1"):
    ...     leaf("input", (), np.dtype("float32")).scope
    'dense_1'
    """
    token = _SCOPE.set(path)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def current_scope() -> str:
    """Return the path that new nodes are labelled with."""
    return _SCOPE.get()


def toposort(roots: Iterable[Node]) -> list[Node]:
    """Return all nodes that `roots` need, operands first.

    Examples
    --------
    >>> a = constant(1.0)
    >>> [n.op for n in toposort([-a])]
    ['constant', 'neg']
    """
    reached: dict[Node, None] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in reached:
            reached[node] = None
            stack.extend(node.inputs)
    return sorted(reached, key=lambda n: n.serial)  # a node is always younger than its operands
