"""How Python calls become nodes.

Every operation passes through `apply`: on arrays it computes at once, on traced values it makes a
node. A `Trace` gathers what a traced function reads and updates.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cornu_engine import operators
from cornu_engine.current import CURRENT
from cornu_engine.dtypes import FLOATS, canonical
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node, constant, leaf, make_node
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import calls_run, p
from cornu_engine.values import read_only
from cornu_engine.variable import Arena, Variable

# Held while layers are built and steps are traced: both change layers, which threads may share.
TRACING = threading.RLock()
if hasattr(os, "register_at_fork"):  # a child has no thread that would let go of it
    os.register_at_fork(after_in_child=TRACING._at_fork_reinit)  # type: ignore[attr-defined]

AUTOCAST: ContextVar[str | None] = ContextVar("cornu_autocast", default=None)
_BELOW = ("cornu_engine", "numpy")  # what all operations stand on
if TYPE_CHECKING:
    from typing_extensions import Self

F = TypeVar("F", bound=Callable[..., Any])


class Trace:
    """What one traced function reads and updates.

    Parameters
    ----------
    name : str
        Shown in errors and programs.
    in_vain : bool
        Nothing comes of it: a step is traced so that its layers make their weights.

    Attributes
    ----------
    inputs : list of Node
        In the order of `input` calls.
    variables : dict of Variable to Node
        The leaf that stands for each variable read.
    updates : dict of Variable to Node
        The values that the program leaves in variables.
    regions : list of Region
        What is computed again where its derivative is taken: see `cornu_engine.again`.
    symbolic : dict
        What models computed on the way for their symbolic tensors, by the tensors' keys: a loss
        that refers to a tensor of the model reads its value here.

    Examples
    --------
    >>> with Trace("double") as trace:
    ...     y = trace.input("x", (2,), "float32") * 2
    >>> y.shape
    (2,)
    """

    eager = False  # whether inputs carry values, so that a node's number may be asked for

    def __init__(self, name: str = "trace", in_vain: bool = False) -> None:
        self.name = name
        self.in_vain = in_vain
        self.inputs: list[Node] = []
        self.variables: dict[Variable, Node] = {}
        self.updates: dict[Variable, Node] = {}
        self.regions: list[Any] = []
        self.symbolic: dict[Any, Any] = {}
        self.stand_in: Any = None  # makes an input for a symbolic tensor, where shapes are asked
        self.host: Any = None  # what computes on arrays, before the program, for a layer above
        self._tokens: list[Token] = []

    def __enter__(self) -> Self:
        self._tokens.append(CURRENT.set(self))
        return self

    def __exit__(self, *error: Any) -> None:
        CURRENT.reset(self._tokens.pop())

    def input(self, name: str, shape: Sequence[int], dtype: Any = None, value: Any = None) -> Node:
        """Declare an input; its `value` is used by eager traces only."""
        node = leaf("input", tuple(shape), canonical(dtype), name=name)
        self.inputs.append(node)
        return node

    def read(self, variable: Variable) -> Node:
        """Return the value of a variable at this point of the trace."""
        if variable in self.updates:
            return self.updates[variable]
        if variable.arena is not None:
            start, stop = variable.arena.piece(variable)
            flat = p.slice(self.read(variable.arena), start=(start,), stop=(stop,), step=(1,))
            return p.reshape(flat, shape=variable.shape)
        if variable not in self.variables:
            self.variables[variable] = leaf(
                "variable", variable.shape, variable.dtype, name=variable.path
            )
        return self.variables[variable]

    def assign(self, variable: Variable, value: Any) -> Node:
        """Record that the program leaves `value` in `variable`."""
        node = as_node(value, like=variable.dtype)
        if node.dtype != variable.dtype:
            node = p.cast(node, dtype=variable.dtype)
        if node.shape != variable.shape:
            raise ValueError(
                f"A value of shape {node.shape} cannot be assigned to {variable.path!r} of shape "
                f"{variable.shape}."
            )
        self.read(variable)  # a variable that is written is also part of the program's state
        if variable.arena is not None:
            self._assign_piece(variable.arena, variable, node)
        else:
            self.updates[variable] = node
        return node

    def _assign_piece(self, arena: Arena, variable: Variable, node: Node) -> None:
        flat = self.read(arena)
        start, stop = arena.piece(variable)
        spans = [(0, start), (stop, arena.size)]
        before, after = (p.slice(flat, start=(a,), stop=(b,), step=(1,)) for a, b in spans)
        parts = [before, p.reshape(node, shape=(variable.size,)), after]
        self.updates[arena] = p.concat(*(x for x in parts if x.size), axis=0)


def current_trace() -> Trace | None:
    """Return the innermost active trace, or None."""
    return CURRENT.get()


def traced_in_vain() -> bool:
    """Tell whether a step is being traced only to make weights: optimizers are built later."""
    trace = CURRENT.get()
    return trace is not None and trace.in_vain


def is_traced(*values: Any) -> bool:
    """Tell whether an operation on these values would make a node.

    Examples
    --------
    >>> is_traced(np.ones(2))
    False
    """
    kinds = Node if CURRENT.get() is None else (Node, Variable)
    for value in values:  # noqa: SIM110 - once for each operation: a generator costs a call a step
        if isinstance(value, kinds):
            return True
    return False


def as_node(value: Any, like: Any = None) -> Node:
    """Return a value as a node; a Python scalar takes the dtype `like`."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Variable):
        trace = CURRENT.get()
        return constant(value.array) if trace is None else trace.read(value)
    if getattr(type(value), "__cornu_symbolic__", False):
        value = value.current_value(default=value)
        if isinstance(value, Node):
            return value
    return constant(convert(value) if like is None else _scalar(value, like))


def convert(value: Any, dtype: Any = None) -> Any:
    """Return a value as a Node or an array, in `dtype` if given.

    Python floats and lists of them become the default float; integers int32.

    Examples
    --------
    >>> convert([1.0, 2.0]).dtype
    dtype('float32')
    """
    if isinstance(value, Variable):
        if dtype is None and value.autocast and value.dtype.kind in FLOATS:
            dtype = AUTOCAST.get()
        value = value.value
    if isinstance(value, Node):
        return (
            value
            if dtype is None or value.dtype == np.dtype(dtype)
            else p.cast(value, dtype=canonical(dtype))
        )
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value, canonical(dtype or value.dtype))
    if isinstance(value, (list, tuple)) and is_traced(*value):
        parts = [convert(v, dtype) for v in value]
        rows = [p.reshape(as_node(v), shape=(1, *v.shape)) for v in parts]
        return p.concat(*rows, axis=0)
    array = np.asarray(value.toarray() if hasattr(value, "toarray") else value)  # SciPy's sparse
    if dtype is None and not hasattr(value, "dtype"):
        dtype = {"f": float, "i": np.int32}.get(array.dtype.kind)
        if dtype is np.int32 and array.size and np.abs(array).max() > np.iinfo(np.int32).max:
            dtype = np.int64
    return array.astype(canonical(array.dtype if dtype is None else dtype))


@contextlib.contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Let operations take floating variables in another dtype than theirs; None ends that.

    Examples
    --------
    >>> with autocast("float16"):
    ...     convert(Variable(np.ones(2, "float32"))).dtype
    dtype('float16')
    """
    token = AUTOCAST.set(dtype)
    try:
        yield
    finally:
        AUTOCAST.reset(token)


def apply(name: str, *values: Any, **attrs: Any) -> Any:
    """Run or record one primitive: the dispatch that every operation passes through.

    Parameters
    ----------
    name : str
        A row of the table of primitives.
    *values : Node, Variable, array or scalar
        Operands of one dtype; Python scalars take the dtype of the others.
    **attrs
        Static attributes, hashable.

    Examples
    --------
    >>> apply("exp", np.zeros(2))
    array([1., 1.])
    """
    row = PRIMITIVES[name]
    if "dtype" in attrs:  # one spelling, so that equal operations are one, and files can say it
        attrs["dtype"] = np.dtype(attrs["dtype"])
    like = _operand_dtype(values[1:] if name == "where" else values)
    if is_traced(*values):
        nodes = [as_node(v, like) for v in values]
        shape, dtype = row.infer(*nodes, **attrs)
        return make_node(name, nodes, attrs, shape, dtype)
    with np.errstate(all="ignore"):
        arrays = [v if isinstance(v, np.ndarray) else _concrete(v, like) for v in values]
        return row.run(*arrays, **attrs)


class _Primitives:
    """What operators mean where nothing else is said: primitives, of operands of one dtype."""

    __all__ = ()
    _NAMES = {  # noqa: RUF012 - a table
        "absolute": "abs",
        "bitwise_and": "and_",
        "bitwise_not": "invert",
        "bitwise_or": "or_",
        "bitwise_xor": "xor",
        "equal": "eq",
        "floor_divide": "floordiv",
        "left_shift": "shift_left",
        "less": "lt",
        "less_equal": "le",
        "multiply": "mul",
        "negative": "neg",
        "not_equal": "ne",
        "power": "pow",
        "right_shift": "shift_right",
        "subtract": "sub",
        "true_divide": "div",
    }

    def greater(self, x: Any, y: Any) -> Any:
        return apply("lt", y, x)

    def greater_equal(self, x: Any, y: Any) -> Any:
        return apply("le", y, x)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        primitive = self._NAMES.get(name, name)
        if primitive not in PRIMITIVES:
            raise AttributeError(f"{name} comes with cornu-ops: import cornu_ops.")
        return functools.partial(apply, primitive)


calls_run(apply)
operators.spoken_in(_Primitives())


def _operand_dtype(values: Iterable[Any]) -> Any:
    for value in values:
        dtype = getattr(value, "dtype", None)
        if dtype is not None:
            return dtype
    return None


def _concrete(value: Any, like: Any) -> Any:
    return value.array if isinstance(value, Variable) else _scalar(value, like)


def _scalar(value: Any, like: Any) -> np.ndarray:
    if hasattr(value, "dtype") or like is None or not isinstance(value, (bool, int, float)):
        return convert(value)
    return np.asarray(value, like)


def op(function: F) -> F:
    """Make a function of values accept symbolic tensors of the functional API too.

    Examples
    --------
    >>> @op
    ... def double(x):
    ...     return x * 2
    >>> double(3)
    6
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        symbolic = find_symbolic(args) or (find_symbolic(kwargs.values()) if kwargs else None)
        if symbolic is not None:
            return symbolic.symbolic_apply(call, args, kwargs)
        try:
            result = function(*args, **kwargs)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            _name_operation(error, function)
            raise
        return read_only(result)

    return call  # type: ignore[return-value]


_NAMED = re.compile(r"\w+(\(\)|:)")  # "sum(): …", "glu() halves …", "conv: …"


def _name_operation(error: Exception, function: Callable[..., Any]) -> None:
    """Begin the text of an error with the operation it comes from, unless it names one already.

    Only what its own distribution raises, or what that stands on: the error of a function that was
    given to an operation is that function's.
    """
    name = function.__name__
    text = error.args[0] if error.args else None
    if not isinstance(text, str) or isinstance(error, TracedValueError):
        return
    if text.startswith(name) or _NAMED.match(text):
        return
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return
    raiser = last.tb_frame.f_globals.get("__name__", "").partition(".")[0]
    own = (function.__module__ or "").partition(".")[0]
    if raiser in (own, *_BELOW):
        error.args = (f"{name}(): {text}", *error.args[1:])


def find_symbolic(values: Iterable[Any]) -> Any:
    """Return the class of the symbolic tensors among values and what they hold, or None."""
    for value in values:
        if isinstance(value, (list, tuple, deque)):
            symbolic = find_symbolic(value)
            if symbolic is not None:
                return symbolic
        elif isinstance(value, dict):
            symbolic = find_symbolic(value.values())
            if symbolic is not None:
                return symbolic
        elif getattr(type(value), "__cornu_symbolic__", False):
            return type(value)
    return None
