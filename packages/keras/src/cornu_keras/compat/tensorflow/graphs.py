"""TensorFlow 1's graphs, as far as scripts wrote them: placeholders, and operations on them.

A placeholder is a symbolic tensor. From the first one on, what is computed of variables alone is a
description as well, so that a loss may hold a penalty of weights.
"""

from __future__ import annotations

import contextlib
import functools
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import KerasTensor, Layer
from cornu.models import Input
from cornu_engine import tree
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable as State
from cornu_keras.compat.tensorflow.kinds import as_dtype

__all__ = [
    "Graph", "GraphKeys", "Operation", "add_to_collection", "assign", "assign_add", "assign_sub",
    "default_graph", "get_collection", "get_default_graph", "group", "initialize", "initializer",
    "is_symbolic", "note_variable", "of_variables", "open_session", "placeholder",
    "placeholder_with_default", "recorded", "reset_default_graph", "session_for",
    "trainable_variables", "variables", "variables_of",
]  # fmt: skip


class Graph:
    """What a script makes: the variables, each for as long as something else holds it."""

    def __init__(self) -> None:
        self._variables: list[weakref.ref[Any]] = []
        self.named: dict[str, Any] = {}  # what `get_variable` made
        self.collections: dict[str, list[Any]] = {}
        self.has_placeholders = False

    def variables(self) -> list[Any]:
        """Return the variables that are there, in the order in which they were made."""
        return [v for v in (reference() for reference in self._variables) if v is not None]

    def note(self, variable: Any) -> None:
        """Count a variable among those of the graph."""
        self._variables.append(weakref.ref(variable, self._variables.remove))

    @functools.cached_property
    def begin(self) -> Any:
        """What a session comes to first where no placeholder is: it has a value already."""
        made = Input(batch_shape=(), name=f"begin_{id(self)}")
        made._operation.__dict__["fixed_value"] = np.zeros((), "float32")
        return made

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Collect here what is made inside."""
        token = _graph.set(self)
        try:
            yield self
        finally:
            _graph.reset(token)

    def finalize(self) -> None:
        """Do nothing: a program is made of what is asked for."""

    def get_tensor_by_name(self, name: str) -> Any:
        """Refuse: tensors are held by Python's names."""
        raise KeyError(
            f"Tensors are not found by names such as {name!r} here: keep the tensor that the "
            "operation returned, or `model.get_layer(name).output`."
        )

    get_operation_by_name = get_tensor_by_name


_first = Graph()
_graph: ContextVar[Graph] = ContextVar("cornu_tf_graph", default=_first)


def default_graph() -> Graph:
    """Return the graph that is made now."""
    return _graph.get()


get_default_graph = default_graph


def reset_default_graph() -> None:
    """Forget variables and placeholders."""
    graph = default_graph()
    graph._variables.clear()
    graph.named.clear()
    graph.collections.clear()
    graph.has_placeholders = False


def note_variable(variable: Any) -> None:
    """Count a variable among those of the graph that is made now."""
    default_graph().note(variable)


class GraphKeys:
    """Names of what graphs collected."""

    GLOBAL_VARIABLES = VARIABLES = "variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    LOCAL_VARIABLES = "local_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    SUMMARIES = "summaries"


def variables(scope: str | None = None) -> list[Any]:
    """Return the variables that were made, or those whose names begin so."""
    return [v for v in default_graph().variables() if v.name.startswith(scope or "")]


def trainable_variables(scope: str | None = None) -> list[Any]:
    """Return those that are trained."""
    return [v for v in variables(scope) if v.trainable]


def add_to_collection(name: str, value: Any) -> None:
    """Keep something under a name."""
    default_graph().collections.setdefault(name, []).append(value)


def get_collection(key: str, scope: str | None = None) -> list[Any]:
    """Return variables, or what was kept under a name."""
    kinds = {GraphKeys.GLOBAL_VARIABLES: variables,
             GraphKeys.TRAINABLE_VARIABLES: trainable_variables}  # fmt: skip
    kept = default_graph().collections.get(key, [])
    return kinds[key](scope) if key in kinds else list(kept)


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Any:
    """Return a symbolic tensor, which `Session.run` is told the value of.

    Examples
    --------
    >>> with Graph().as_default():
    ...     placeholder("float32", [None, 3]).shape.as_list()
    [None, 3]
    """
    if shape is None:
        raise ValueError(
            "tf.placeholder() needs a shape here, with None for sizes that are open: "
            "tf.placeholder(tf.float32, [None, 3])."
        )
    default_graph().has_placeholders = True
    sizes = [getattr(n, "value", n) for n in ([shape] if isinstance(shape, int) else shape)]
    made = Input(batch_shape=tuple(sizes), dtype=str(as_dtype(dtype)), name=name)
    made._is_placeholder = True
    return made


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Any:
    """Return a symbolic tensor that need not be told."""
    value = np.asarray(input)
    made = placeholder(value.dtype, value.shape if shape is None else shape, name)
    made._operation.__dict__["fixed_value"] = value
    return made


def is_symbolic(value: Any) -> bool:
    """Tell whether a value is known only when a session computes it."""
    return isinstance(value, KerasTensor)


def of_variables(args: Any) -> bool:
    """Tell whether a variable is among the arguments, where a graph is made and not run.

    Such an operation is a description, too: at once it would be a number that stays.
    """
    if current_trace() is not None:
        return False
    held = [x for x in tree.flatten(args) if isinstance(x, (State, KerasTensor))]
    if not any(isinstance(x, State) and x.tracked for x in held):
        return False
    return default_graph().has_placeholders or any(isinstance(x, KerasTensor) for x in held)


def variables_of(tensor: Any) -> list[Any]:
    """Return the variables that a symbolic tensor is computed from and that are trained."""
    found: dict[Any, None] = {}
    seen, stack = set(), [tensor]
    while stack:
        x = stack.pop()
        if id(x) in seen or x.node is None:
            continue
        seen.add(id(x))
        held = tree.flatten((x.node.args, x.node.kwargs))
        if isinstance(x._operation, Layer):
            held += x._operation.trainable_variables
        found.update((v, None) for v in held if isinstance(v, State) and v.tracked and v.trainable)
        stack.extend(x.node.input_tensors)
    order = {id(v): i for i, v in enumerate(default_graph().variables())}
    return sorted(found, key=lambda v: order.get(id(v), len(order)))


def recorded(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return symbolic tensors for what a function will compute, when a session runs it."""
    if any(isinstance(x, KerasTensor) for x in tree.flatten((args, kwargs))):
        return KerasTensor.symbolic_apply(function, args, kwargs)

    def after(_: Any, *inner: Any, **named: Any) -> Any:
        return function(*inner, **named)

    after.__name__ = getattr(function, "__name__", "operation")
    return KerasTensor.symbolic_apply(after, (default_graph().begin, *args), kwargs)


open_session: ContextVar[Any] = ContextVar("cornu_tf_session", default=None)


def session_for(session: Any = None) -> Any:
    """Return a session, or the one that is meant where none is told.

    Raises
    ------
    ValueError
        Where none is open.
    """
    found = session or open_session.get()
    if found is None:
        raise ValueError(
            "No session is open: write `with tf.Session() as sess:` around, or pass session=sess."
        )
    return found


class Operation:
    """What a session runs for its effect.

    Parameters
    ----------
    wanted : sequence of symbolic tensors
        What it needs the values of.
    then : callable, optional
        Is called with these values; what it returns is what the session returns.
    updates : sequence
        What `K.function(updates=…)` takes, to be done by the program itself.
    """

    def __init__(
        self,
        wanted: Sequence[Any] = (),
        then: Callable[..., Any] | None = None,
        updates: Sequence[Any] = (),
    ) -> None:
        self.wanted, self.updates = list(wanted), list(updates)
        self._then = then

    def then(self, values: Sequence[Any]) -> Any:
        """Do what is done with the values that it wanted."""
        return None if self._then is None else self._then(*values)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run in a session, or in the one whose `with` block this is."""
        session_for(session).run(self, feed_dict)


def group(*inputs: Any, name: Any = None) -> Operation:
    """Return an operation that does what several do; numbers that are known are done."""
    parts = [x for x in tree.flatten(inputs) if isinstance(x, Operation)]

    def then(*values: Any) -> None:
        rest = iter(values)
        for part in parts:
            part.then([next(rest) for _ in part.wanted])

    wanted = [x for part in parts for x in part.wanted]
    return Operation(wanted, then, [u for part in parts for u in part.updates])


def assign(ref: Any, value: Any, validate_shape: bool = True, use_locking: Any = None,
           name: Any = None) -> Any:  # fmt: skip
    """Set a variable: at once, or where a graph is made when a session says so."""
    return _changed(ref, lambda x: x, value)


def assign_add(ref: Any, value: Any, use_locking: Any = None, name: Any = None) -> Any:
    """Add to a variable, as `assign` sets it."""
    return _changed(ref, lambda x: ops.add(ref, x), value)


def assign_sub(ref: Any, value: Any, use_locking: Any = None, name: Any = None) -> Any:
    """Subtract from a variable, as `assign` sets it."""
    return _changed(ref, lambda x: ops.subtract(ref, x), value)


def _changed(ref: Any, new: Callable[[Any], Any], value: Any) -> Any:
    if not of_variables((ref, value)):
        ref.assign(new(value))
        return ref
    wanted = recorded(lambda x: ops.cast(new(x), ref.dtype), value)
    return Operation([wanted], lambda found: ref.assign(found).numpy())


def initializer(var_list: Any = None, name: Any = None) -> Operation:
    """Return what gives variables of `tf.Variable` their first values again.

    They have them when they are made; so have the weights of layers, which stay as they are.
    """

    def effect() -> None:
        for variable in variables() if var_list is None else var_list:
            variable.begin_again()

    return Operation(then=effect)


def initialize(*_: Any) -> Operation:
    """Return what gives all variables of `tf.Variable` their first values again."""
    return initializer()
