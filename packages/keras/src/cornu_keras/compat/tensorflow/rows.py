"""From the tables to functions: tensors come back, and old names of arguments are known."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from cornu_keras.compat.tensorflow.by_numpy import beyond_programs, by_numpy
from cornu_keras.compat.tensorflow.graphs import of_variables, recorded
from cornu_keras.compat.tensorflow.values import as_tensors

__all__ = ["functions"]

# What says how TensorFlow computes, and changes no result.
HOW = frozenset(
    "a_is_sparse b_is_sparse back_prop fast infer_shape name parallel_iterations "
    "return_same_structure shape_invariants swap_memory validate_indices".split()
)

# What is known of a variable before it is read.
STATIC = frozenset("ones_like rank set_seed shape shape_n size zeros_like".split())

TABLES = tuple("arithmetic arrays chance labels linear neural reductions signals special".split())

# What arguments were called in TensorFlow 1.
OLD = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "dimension": "axis",
    "dim": "axis",
    "filter": "filters",
    "value": "input",
}


@functools.cache
def functions() -> dict[str, dict[str, Callable[..., Any]]]:
    """Return the functions of all tables by their modules: "" is `tf` itself."""
    found: dict[str, dict[str, Callable[..., Any]]] = {}
    for table in TABLES:
        rows = import_module(f"cornu_keras.compat.tensorflow.tables.{table}").ROWS
        for addresses, function in rows.items():
            first = addresses.split()[0].rpartition(".")[2]
            called = speaking(first, function)
            for address in addresses.split():
                module, _, name = address.rpartition(".")
                found.setdefault(module, {})[name] = called
    return found


def speaking(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of TensorFlow's: `name=` is taken, and what it returns are tensors.

    So is what else says how TensorFlow computes; any other argument that is not known is a
    TypeError.

    Examples
    --------
    >>> total = speaking("total", lambda x, keepdims=False: x.sum(keepdims=keepdims))
    >>> import numpy as np
    >>> total(np.ones(3), keep_dims=True, name="sum").numpy()
    array([3.])
    """
    signature = inspect.signature(function)
    takes = signature.parameters

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for given in [k for k in kwargs if k in HOW and k not in takes]:
            del kwargs[given]
        for given in [k for k in kwargs if k not in takes and OLD.get(k) in takes]:
            kwargs[OLD[given]] = kwargs.pop(given)
        if name not in STATIC and of_variables((args, kwargs)):
            return recorded(function, *args, **kwargs)
        if beyond_programs(args):
            return as_tensors(by_numpy(name, function)(*args, **kwargs))
        return as_tensors(function(*args, **kwargs))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"TensorFlow's `{name}`."
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call
