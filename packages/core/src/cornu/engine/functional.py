"""Derivatives of plain functions: `cornu.grad` and `cornu.value_and_grad`."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.backends import resolve
from cornu.engine.gradients import gradients
from cornu.engine.graph import Node
from cornu.engine.program import build_program
from cornu.engine.rewrite import substitute
from cornu.engine.trace import Trace, as_node, convert, current_trace
from cornu.engine.variable import Storage

_KEPT = 64  # compiled functions; a graph is compiled once, whoever traces it


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that gives the value of `function` and its gradient.

    Parameters
    ----------
    function : callable
        Written in ops; returns a scalar.
    argnums : int or sequence of int
        The arguments to differentiate by.

    Returns
    -------
    callable
        `(value, gradient)`; the gradient is a tuple where `argnums` is a sequence.

    Raises
    ------
    ValueError
        Where the function does not return a scalar.

    Examples
    --------
    >>> value, slope = value_and_grad(lambda x: (x * x).sum())(np.float32([1, 2]))
    >>> float(value), slope
    (5.0, array([2., 4.], dtype=float32))
    """
    single = isinstance(argnums, int)
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(function)
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        if current_trace() is not None:
            value, slopes = _differentiate(function, args, kwargs, chosen)
        else:
            value, slopes = _run(function, args, kwargs, chosen)
        return value, slopes[0] if single else tuple(slopes)

    return both


def grad(function: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the gradient of a function that returns a scalar; apply it again for higher orders.

    Examples
    --------
    >>> float(grad(grad(lambda x: x * x * x))(2.0))
    12.0
    """
    both = value_and_grad(function, argnums)

    @functools.wraps(function)
    def slope(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return slope


def _differentiate(
    function: Callable[..., Any], args: tuple, kwargs: dict, chosen: tuple[int, ...]
) -> tuple[Node, list[Node]]:
    args = tuple(_as_float(a) if i in chosen else a for i, a in enumerate(args))
    value = as_node(function(*args, **kwargs))
    if value.shape != ():
        raise ValueError(
            "A gradient needs a function that returns a scalar, but it returned shape "
            f"{value.shape}; "
            "reduce it, e.g. with ops.sum."
        )
    return value, gradients([value], [args[i] for i in chosen])


def _as_float(value: Any) -> Node:
    node = as_node(value)
    if node.dtype.kind != "f":
        raise TypeError(f"A gradient by a value of dtype {node.dtype} does not exist; pass floats.")
    return node


def _run(
    function: Callable[..., Any], args: tuple, kwargs: dict, chosen: tuple[int, ...]
) -> tuple[Any, list[Any]]:
    with Trace(getattr(function, "__name__", "function")) as trace:
        arrays: list[np.ndarray] = []
        traced = []
        for i, arg in enumerate(args):
            if not (isinstance(arg, (np.ndarray, np.generic, float)) or i in chosen):
                traced.append(arg)
                continue
            array = np.asarray(convert(arg))
            arrays.append(array)
            traced.append(trace.input(f"arg{i}", array.shape, array.dtype))
        value, slopes = _differentiate(function, tuple(traced), kwargs, chosen)
    results = _compiled(trace, [value, *slopes])(*arrays)
    return results[0], results[1:]


_PROGRAMS: OrderedDict[tuple[int, ...], tuple[list[Node], Any]] = OrderedDict()
_ARGUMENTS: dict[tuple[Any, ...], Node] = {}


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
    outputs = substitute(outputs, stand_ins)
    backend = resolve()
    signature = (id(backend), Storage.epoch, *map(id, outputs))
    if signature not in _PROGRAMS:
        run = backend.compile(build_program(trace.name, trace, outputs))
        _PROGRAMS[signature] = (outputs, run)  # holding the nodes keeps their identity theirs
        if len(_PROGRAMS) > _KEPT:
            _PROGRAMS.popitem(last=False)
    _PROGRAMS.move_to_end(signature)
    return _PROGRAMS[signature][1]
