"""`tf.function`: a Python function as one program per shapes and dtypes of what it is given."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.backends import resolve
from cornu_engine import tree
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node
from cornu_engine.reuse import compiled_trace
from cornu_engine.trace import TRACING, Trace, current_trace
from cornu_engine.variable import Storage, Variable
from cornu_keras.compat.tensorflow.tape import Recording
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

__all__ = [
    "Function",
    "executing_eagerly",
    "function",
    "functions_run_eagerly",
    "run_functions_eagerly",
]

_eagerly = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Let functions run line by line, to debug them."""
    global _eagerly
    _eagerly = run_eagerly


def functions_run_eagerly() -> bool:
    """Tell whether functions run line by line."""
    return _eagerly


def executing_eagerly() -> bool:
    """Tell whether operations are computed at once."""
    return current_trace() is None or isinstance(current_trace(), Recording)


def function(func: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Return a function that runs as one program.

    Python runs once for each kind of arguments: numbers, texts and objects are part of the program,
    tensors and arrays are what it is given. A function whose Python asks for the value of a tensor,
    as in `if x > 0`, runs line by line instead.

    Examples
    --------
    >>> from cornu_keras.compat.tensorflow.values import Tensor
    >>> @function
    ... def double(x):
    ...     return x * 2
    >>> double(Tensor([1.0, 2.0])).numpy()
    array([2., 4.], dtype=float32)
    """
    if func is None:
        return lambda inner: Function(inner, **options)
    return Function(func, **options)


class Function:
    """A Python function with its programs.

    Parameters
    ----------
    python_function : callable
    input_signature, autograph, jit_compile, reduce_retracing, experimental_relax_shapes : optional
        As TensorFlow takes them; they change no result.
    """

    def __init__(
        self,
        python_function: Callable[..., Any],
        input_signature: Any = None,
        autograph: bool = True,
        jit_compile: Any = None,
        reduce_retracing: bool = False,
        experimental_relax_shapes: bool | None = None,
        name: str | None = None,
    ) -> None:
        self.python_function = python_function
        self.input_signature = input_signature
        self._programs: dict[Any, tuple[int, Any, Any, list[Any]]] = {}
        self._asks_for_values = False
        functools.update_wrapper(self, python_function)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__.setdefault("_tf_functions", {})
        name = self.python_function.__name__
        if name not in kept:
            kept[name] = Function(self.python_function.__get__(instance, owner))
        return kept[name]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for these arguments, made where there is none."""
        if current_trace() is not None or _eagerly or self._asks_for_values:
            return self.python_function(*args, **kwargs)
        leaves = tree.flatten((args, kwargs))
        values = [_array(leaf) for leaf in leaves]
        key = tuple(
            _static(leaf) if value is None else (value.shape, value.dtype.str)
            for leaf, value in zip(leaves, values, strict=True)
        )
        kept = self._programs.get(key)
        if kept is None or kept[0] != Storage.epoch:
            try:
                kept = self._programs[key] = self._compiled((args, kwargs), values)
            except TracedValueError:
                self._asks_for_values = True
                return self.python_function(*args, **kwargs)
        _, run, outputs, places = kept
        results = run(*(v for v in values if v is not None))
        flat = [as_tensors(results[p]) if isinstance(p, int) else p[0] for p in places]
        return tree.pack_sequence_as(outputs, flat)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """Return the function for these arguments: it is the same, as programs are kept."""
        return self

    def _compiled(self, given: Any, values: list[Any]) -> tuple[int, Any, Any, list[Any]]:
        with TRACING:
            with Trace("function", in_vain=True) as trace:  # layers make their weights
                self._traced(trace, given, values)
            while True:  # until nothing moves: optimizers lay out what they train at first
                epoch = Storage.epoch
                with Trace("function") as trace:
                    outputs = self._traced(trace, given, values)
                if epoch == Storage.epoch:
                    break
            flat = tree.flatten(outputs)
            nodes: list[Any] = []
            places: list[Any] = []
            for value in flat:
                if isinstance(value, (Node, np.ndarray)):
                    places.append(len(nodes))
                    nodes.append(value)
                else:
                    places.append((value,))
            name = getattr(self.python_function, "__name__", "function")
            _, run = compiled_trace(name, trace, nodes, resolve(None))
        return epoch, run, outputs, places

    def _traced(self, trace: Trace, given: Any, values: list[Any]) -> Any:
        leaves = tree.flatten(given)
        nodes = [
            leaf if value is None else trace.input(f"x{i}", value.shape, value.dtype)
            for i, (leaf, value) in enumerate(zip(leaves, values, strict=True))
        ]
        args, kwargs = tree.pack_sequence_as(given, nodes)
        outputs = self.python_function(*args, **kwargs)
        return tree.map_structure(lambda x: x.value if isinstance(x, Variable) else x, outputs)


def _array(leaf: Any) -> Any:
    """Return what is given to the program at each call, None for what is part of it."""
    if isinstance(leaf, Variable):
        return None if leaf.tracked else leaf.numpy() if leaf.ndim else np.asarray(leaf.numpy())
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biuf":
        return np.asarray(convert_to_tensor(leaf).numpy())
    return None


def _static(leaf: Any) -> Any:
    try:
        hash(leaf)
    except TypeError:
        return id(leaf)
    return (type(leaf), leaf)
