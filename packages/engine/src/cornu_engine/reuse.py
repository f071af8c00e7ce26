"""Compiled programs for other variables: what was compiled for one model serves the next alike.

A program depends on its variables only by their names, shapes and dtypes; what a backend made of
it is bound to their memory afterwards. So where many small models of one make are trained one
after the other, as in a search over hyperparameters, tracing is all that has to be done again.

What is kept refers to no variable, and to nothing of a user's: a program whose operations hold
other things than plain values is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from cornu_engine.bfloat16 import narrowed
from cornu_engine.dtypes import is_bfloat16
from cornu_engine.graph import Node, _attr_key, toposort
from cornu_engine.program import Program, build_program
from cornu_engine.settings import limits
from cornu_engine.trace import Trace, as_node
from cornu_engine.variable import Arena, Variable

_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.dtype, np.generic)

_active: ContextVar[bool] = ContextVar("cornu_reuse", default=False)
_lock = threading.Lock()
_kept: OrderedDict[Any, tuple[Program, Any, list[object]]] = OrderedDict()


@contextlib.contextmanager
def reuse() -> Iterator[None]:
    """Keep what is compiled inside a `with` block, and take what was kept.

    Examples
    --------
    >>> from cornu.backends import resolve
    >>> with reuse():
    ...     for _ in range(2):  # compiled once
    ...         with Trace("double") as trace:
    ...             y = trace.input("x", (2,), "float32") * 2
    ...         program, double = compiled_trace("double", trace, [y], resolve("numpy"))
    >>> double([1, 2])
    [array([2., 4.], dtype=float32)]
    """
    token = _active.set(True)
    try:
        yield
    finally:
        _active.reset(token)


def is_reusing(backend: Any) -> bool:
    """Tell whether what a backend makes is kept here.

    Examples
    --------
    >>> from cornu.backends import resolve
    >>> with reuse():
    ...     is_reusing(resolve("numpy"))
    True
    """
    return (_active.get() or limits.shared) and hasattr(backend, "settings")


def compiled_trace(
    name: str, trace: Trace, outputs: Sequence[Any], backend: Any
) -> tuple[Program, Any]:
    """Return the program of a trace, and what a backend made of it or of one alike.

    Parameters
    ----------
    name : str
        "train", "test", "predict", …
    trace : Trace
    outputs : sequence of Node or array
        Returned by each call, in this order.
    backend : Backend
    """
    program, executable, _ = compiled_with_key(name, trace, outputs, backend)
    return program, executable


def compiled_with_key(
    name: str, trace: Trace, outputs: Sequence[Any], backend: Any
) -> tuple[Program, Any, Any]:
    """Return the same, and under which key `kept` finds it for other variables; None if not.

    Parameters
    ----------
    name, trace, outputs, backend
        As in `compiled_trace`.
    """
    roots = [as_node(output) for output in outputs]
    variables = list(trace.variables)
    key = structure(trace, roots) if is_reusing(backend) else None
    if key is not None:
        key = (name, backend.settings(), key)
        known = kept(key, variables)
        if known is not None:
            return *known, key
    program = build_program(name, trace, roots)
    executable = narrowed(backend.compile(program), roots)
    if key is not None:
        _keep(key, program, executable, variables)
    return program, executable, key


def structure(trace: Trace, outputs: Sequence[Node]) -> Any:
    """Return what equals that of every trace which leads to the same program.

    Returns
    -------
    hashable or None
        None for a program that must not be kept.

    Examples
    --------
    >>> def double():
    ...     with Trace("double") as trace:
    ...         return structure(trace, [trace.input("x", (2,), "float32") * 2])
    >>> double() == double()
    True
    """
    variables = list(trace.variables)
    place = {variable: i for i, variable in enumerate(variables)}
    leaves: dict[Node, Any] = {
        node: ("input", i, node.attrs.get("name"), node.shape, node.dtype)
        for i, node in enumerate(trace.inputs)
    }
    for variable, node in trace.variables.items():
        pieces = tuple(variable.pieces) if isinstance(variable, Arena) else ()
        leaves[node] = ("variable", place[variable], variable.path, pieces, node.shape, node.dtype)
    rows: list[Any] = []
    names: dict[Node, Any] = {}  # of each value: its row, or what it is where no leaf is below it
    constants = 0
    roots = [*leaves, *outputs, *trace.updates.values()]
    for node in toposort(roots):
        if node in leaves:
            names[node] = len(rows)
            rows.append(leaves[node])
            continue
        if is_bfloat16(node.dtype) or not all(map(_is_plain, node.attrs.values())):
            return None
        constants += sum(v.nbytes for v in node.attrs.values() if isinstance(v, np.ndarray))
        if constants > limits.reused_constants:
            return None
        operands = tuple(names[i] for i in node.inputs)
        attrs = tuple((name, _content(value)) for name, value in sorted(node.attrs.items()))
        row = (node.op, operands, attrs, node.shape, node.dtype)
        if any(isinstance(name, int) for name in operands):
            names[node] = len(rows)
            rows.append((*row, node.scope))
        else:  # may be older than the trace: equal operations are one node everywhere
            names[node] = row
    updates = tuple((place[variable], names[node]) for variable, node in trace.updates.items())
    return tuple(rows), tuple(names[node] for node in outputs), updates


def _content(value: Any) -> Any:
    """Return what equals that of every equal value; an array may be gone when it is compared."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, hashlib.sha256(value.tobytes()).digest()
    return _attr_key(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    return isinstance(value, (*_PLAIN, np.ndarray))


def kept(key: Any, variables: Sequence[Variable]) -> tuple[Program, Any] | None:
    """Return the program kept under a key and its executable, for these variables; or None.

    Parameters
    ----------
    key : hashable
        From `compiled_with_key`.
    variables : sequence of Variable
        In the order in which the trace met those that they stand for.
    """
    with _lock:
        known = _kept.get(key)
        if known is None:
            return None
        _kept.move_to_end(key)
    program, executable, stand_ins = known
    mapping: Mapping[Any, Any] = dict(zip(stand_ins, variables, strict=True))
    own = program.with_variables(mapping)
    return own, executable.with_variables(own, mapping)


def _keep(key: Any, program: Program, executable: Any, variables: Sequence[Variable]) -> None:
    """Keep a program and its executable, if its backend can give it other variables."""
    stand_ins: list[Any] = [object() for _ in variables]
    mapping: Mapping[Any, Any] = dict(zip(variables, stand_ins, strict=True))
    bare = program.with_variables(mapping)
    remake = getattr(executable, "with_variables", None)  # not every backend's has it
    alike = None if remake is None else remake(bare, mapping)
    if alike is None:
        return
    with _lock:
        _kept[key] = (bare, alike, stand_ins)
        while len(_kept) > limits.reused:
            _kept.popitem(last=False)


def _unlock() -> None:
    """In a forked child: another thread of the parent may have held the lock."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)
