"""Names that Python and NumPy had when scripts of Keras 2 were written: they are there again.

Only what is missing is set, and only where a script is run by Cornu.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__all__ = ["restore"]

# In NumPy: what they are called now, or what they were in Python.
NUMPY = {
    "Inf": "inf",
    "NAN": "nan",
    "NaN": "nan",
    "PINF": "inf",
    "alltrue": "all",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "infty": "inf",
    "mat": "asmatrix",
    "product": "prod",
    "rank": "ndim",
    "round_": "round",
    "row_stack": "vstack",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "unicode_": "str_",
}
BUILTIN = {kind.__name__: kind for kind in (bool, int, float, complex, object, str)}
BUILTIN |= {"long": int, "unicode": str}


def restore() -> None:
    """Set the names that are missing in the modules which are loaded."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        _set(numpy, {old: getattr(numpy, new) for old, new in NUMPY.items() if hasattr(numpy, new)})
        _set(numpy, BUILTIN)
        _set(numpy, {"NINF": -numpy.inf, "asscalar": lambda a: numpy.asarray(a).item()})
        _set(numpy, {"in1d": lambda a, b, **k: numpy.isin(numpy.ravel(a), b, **k)})
    import collections
    import collections.abc
    import time

    _set(collections, {name: getattr(collections.abc, name) for name in collections.abc.__all__})
    _set(time, {"clock": time.perf_counter})


def _set(module: ModuleType, names: dict[str, Any]) -> None:
    for name, value in names.items():
        if name not in vars(module):
            setattr(module, name, value)
