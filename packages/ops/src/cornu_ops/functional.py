"""Derivatives of plain functions: `cornu.grad` and `cornu.value_and_grad`."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.backends import resolve
from cornu_engine.bfloat16 import narrowed
from cornu_engine.dtypes import is_float
from cornu_engine.gradients import gradients
from cornu_engine.graph import Node
from cornu_engine.program import build_program
from cornu_engine.rewrite import substitute
from cornu_engine.settings import limits
from cornu_engine.trace import Trace, as_node, convert, current_trace
from cornu_engine.variable import Storage, Variable


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that gives the value of `function` and its gradient.

    Parameters
    ----------
    function : callable
        Written in ops, layers and models; returns a scalar.
    argnums : int or sequence of int
        The arguments to differentiate by: arrays or variables, alone or in lists, tuples and
        dicts. By a variable means by every use of it, also by the layer that holds it.
    has_aux : bool
        Whether `function` returns a pair: the scalar, and more values that are not differentiated.

    Returns
    -------
    callable
        `(value, gradient)`; the gradient has the structure of the argument, and is a tuple of such
        where `argnums` is a sequence. With `has_aux`, the value is the pair.

    Raises
    ------
    ValueError
        Where the function does not return a scalar.

    Examples
    --------
    >>> value, slope = value_and_grad(lambda x: (x * x).sum())(np.float32([1, 2]))
    >>> float(value), slope
    (5.0, array([2., 4.], dtype=float32))

    By the weights of a model, each step of a training loop of one's own:

    >>> import cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> optimizer = cornu.optimizers.SGD(0.1)
    >>> def loss(weights, x, y):
    ...     return ((model(x) - y) ** 2).mean()
    >>> x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    >>> weights = model.trainable_variables
    >>> for _ in range(20):
    ...     value, slopes = value_and_grad(loss)(weights, x, y)
    ...     optimizer.apply(slopes, weights)
    >>> bool(value < 0.01)
    True
    """
    single = isinstance(argnums, int)
    places = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(function)
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = [_place(place, args, function) for place in places]
        run = _run if current_trace() is None else _differentiate
        value, aux, slopes = run(function, args, kwargs, chosen, has_aux)
        found = [
            tree.pack_sequence_as(args[i], part) if _holds_values(args[i]) else part[0]
            for i, part in zip(chosen, slopes, strict=True)
        ]
        return (value, aux) if has_aux else value, found[0] if single else tuple(found)

    return both


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the gradient of a function that returns a scalar; apply it again for higher orders.

    With `has_aux` it returns `(gradient, aux)`; see `value_and_grad`.

    Examples
    --------
    >>> float(grad(grad(lambda x: x * x * x))(2.0))
    12.0
    """
    both = value_and_grad(function, argnums, has_aux)

    @functools.wraps(function)
    def slope(*args: Any, **kwargs: Any) -> Any:
        value, slopes = both(*args, **kwargs)
        return (slopes, value[1]) if has_aux else slopes

    return slope


Found = tuple[Any, Any, list[list[Any]]]  # value, aux, and the gradients by each leaf of each place


def _place(place: int, args: tuple, function: Callable[..., Any]) -> int:
    if not -len(args) <= place < len(args):
        name = getattr(function, "__name__", "the function")
        raise ValueError(
            f"argnums names the argument {place}, but {name} was called with {len(args)} by "
            "position (the first is 0). Pass what to differentiate by without a keyword."
        )
    return place % len(args)


def _holds_values(arg: Any) -> bool:
    """Tell a structure of values from a value, which a list of Python numbers also is."""
    if not tree.is_nested(arg):
        return False
    values = (Node, Variable, np.ndarray, np.generic)
    return isinstance(arg, dict) or any(isinstance(leaf, values) for leaf in tree.flatten(arg))


def _leaves(arg: Any) -> list[Any]:
    return tree.flatten(arg) if _holds_values(arg) else [arg]


def _map(function: Callable[[Any], Any], arg: Any) -> Any:
    return tree.map_structure(function, arg) if _holds_values(arg) else function(arg)


def _differentiate(
    function: Callable[..., Any], args: tuple, kwargs: dict, chosen: list[int], has_aux: bool
) -> Found:
    args = tuple(_map(_as_float, arg) if i in chosen else arg for i, arg in enumerate(args))
    wanted = [[as_node(leaf) for leaf in _leaves(args[i])] for i in chosen]
    returned, aux = function(*args, **kwargs), None
    if has_aux:
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise ValueError(
                "With has_aux=True the function returns a pair: the scalar, and what else it finds."
            )
        returned, aux = returned
    value = as_node(returned)
    if value.shape != ():
        raise ValueError(
            "A gradient needs a function that returns a scalar, but it returned shape "
            f"{value.shape}; "
            "reduce it, e.g. with ops.sum."
        )
    slopes = iter(gradients([value], [node for nodes in wanted for node in nodes]))
    return value, aux, [[next(slopes) for _ in nodes] for nodes in wanted]


def _as_float(value: Any) -> Any:
    """Return a variable as it is: its uses elsewhere are differentiated too."""
    node = as_node(value)
    if not is_float(node.dtype):
        raise TypeError(f"A gradient by a value of dtype {node.dtype} does not exist; pass floats.")
    return value if isinstance(value, Variable) else node


def _run(
    function: Callable[..., Any], args: tuple, kwargs: dict, chosen: list[int], has_aux: bool
) -> Found:
    arrays: list[np.ndarray] = []

    def declare(value: Any) -> Any:
        array = np.asarray(convert(value))
        arrays.append(array)
        return trace.input(f"arg{len(arrays) - 1}", array.shape, array.dtype)

    def wanted(leaf: Any) -> Any:
        return leaf if isinstance(leaf, Variable) else declare(leaf)

    def given(leaf: Any) -> Any:
        return declare(leaf) if isinstance(leaf, (np.ndarray, np.generic, float)) else leaf

    with Trace(getattr(function, "__name__", "function")) as trace:
        traced = [_map(wanted if i in chosen else given, arg) for i, arg in enumerate(args)]
        named = {name: _map(given, arg) for name, arg in kwargs.items()}
        value, aux, slopes = _differentiate(function, tuple(traced), named, chosen, has_aux)
        leaves = [as_node(x) if isinstance(x, Variable) else x for x in tree.flatten(aux)]
    nodes = [leaf for leaf in leaves if isinstance(leaf, Node)]
    flat = [slope for part in slopes for slope in part]
    results = iter(_compiled(trace, [value, *nodes, *flat])(*arrays))
    value = next(results)
    leaves = [next(results) if isinstance(leaf, Node) else leaf for leaf in leaves]
    aux = tree.pack_sequence_as(aux, leaves)
    return value, aux, [[next(results) for _ in part] for part in slopes]


_PROGRAMS: OrderedDict[tuple[Any, ...], tuple[list[Node], Any]] = OrderedDict()
_ARGUMENTS: dict[tuple[Any, ...], Node] = {}
_LOCK = threading.Lock()


def _compiled(trace: Trace, outputs: list[Node]) -> Any:
    """Compile a traced function, or find what an equal one was compiled to.

    With the same stand-ins for its inputs an equal graph is the same nodes, so their identity is
    the key.
    """
    stand_ins = {}
    for i, node in enumerate(trace.inputs):
        key = (i, node.shape, node.dtype)
        stand_ins[node] = _ARGUMENTS.setdefault(key, node)
    for variable, node in trace.variables.items():
        if variable.stand_in is None or variable.stand_in.shape != node.shape:
            variable.stand_in = node
        stand_ins[node] = trace.variables[variable] = variable.stand_in
    trace.inputs = [stand_ins[n] for n in trace.inputs]
    updated = list(trace.updates)
    nodes = substitute([*outputs, *trace.updates.values()], stand_ins)
    outputs = nodes[: len(outputs)]
    trace.updates = dict(zip(updated, nodes[len(outputs) :], strict=True))
    backend = resolve()
    signature = (id(backend), Storage.epoch, len(outputs), *map(id, nodes), *map(id, updated))
    with _LOCK:
        kept = _PROGRAMS.pop(signature, None)
        if kept is None:  # holding the nodes keeps their identity theirs
            program = build_program(trace.name, trace, outputs)
            kept = nodes, narrowed(backend.compile(program), outputs)
        _PROGRAMS[signature] = kept
        if len(_PROGRAMS) > limits.reused:
            _PROGRAMS.popitem(last=False)
    return kept[1]
