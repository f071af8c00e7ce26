"""Instructions that no kernel takes: they run by their definitions, in Python, and are named.

`program(…)` lists them: nothing is slow in silence.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_backend_native.lower.frame import Frame, comment
from cornu_backend_native.lower.rows import Row
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.reference import evaluate
from cornu_lowering.views import View

KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)


class _Task(ctypes.Structure):
    _fields_ = (("at", ctypes.POINTER(ctypes.c_void_p)),)


def emit_by_definition(frame: Frame, members: Sequence[Instruction]) -> list[Row]:
    """Return a row that calls back into Python."""
    results = dict.fromkeys(v for each in members for v in each.outputs)
    inputs = list(dict.fromkeys(v for each in members for v in each.inputs if v not in results))
    outputs = [v for v in results if len(members) == 1 or frame.is_stored(v)]
    roots = [each.node for each in members]

    def run(arrays: list[np.ndarray]) -> None:
        values: dict[Node, Any] = dict(zip(inputs, arrays, strict=False))
        made = evaluate(roots, values)
        each = (v for root, value in zip(roots, made, strict=True) for v in _items(root, value))
        computed = dict(zip(results, each, strict=True))
        for node, to in zip(outputs, arrays[len(inputs) :], strict=True):
            to[...] = computed[node]

    views = [frame.view(v) for v in (*inputs, *outputs)]
    function = callback(views, run)
    frame.source.callbacks.append(function)
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    note = "; ".join(comment(each) for each in members)
    return [Row(address, [v.address for v in views], note=f"{note}, by definition")]


def _items(node: Node, value: Any) -> Sequence[Any]:
    return value if node.is_tuple else (value,)


def callback(views: Sequence[View], run: Callable[[list[np.ndarray]], None]) -> Any:
    """Return a kernel that hands the arrays of a row to a Python function."""

    def kernel(task: int, part: int, scratch: int) -> None:
        at = _Task.from_address(task).at
        run([_array(at[i] or 0, view) for i, view in enumerate(views)])

    return KERNEL(kernel)


def _array(address: int, view: View) -> np.ndarray:
    steps = tuple(s * view.dtype.itemsize for s in view.strides)
    if 0 in view.shape:
        return np.empty(view.shape, view.dtype)
    back = -sum(s * (n - 1) for s, n in zip(steps, view.shape, strict=True) if s < 0)
    span = back + view.dtype.itemsize
    span += sum(s * (n - 1) for s, n in zip(steps, view.shape, strict=True) if s > 0)
    raw = np.ctypeslib.as_array((ctypes.c_uint8 * span).from_address(address - back))
    return np.ndarray(view.shape, view.dtype, raw, back, steps)
