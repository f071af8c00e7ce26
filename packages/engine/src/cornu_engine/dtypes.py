"""Which dtype an operation computes in.

The lattice is Keras 3's (and JAX's): booleans give way to integers, integers to floats, and a
Python scalar takes the dtype of the array it meets. `float32 + int64` is float32, where NumPy would
say float64.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from cornu_engine import config

DTypeLike: TypeAlias = Any

_KIND_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}
_WEAK = {bool: np.dtype(bool), int: np.dtype(np.int32)}


def canonical(dtype: DTypeLike) -> np.dtype:
    """Return `dtype` as one of the dtypes a program may hold.

    Parameters
    ----------
    dtype : str, type or numpy.dtype
        `"float32"`, `np.float32`, `float` (the default float), `int` (int32) or `bool`.

    Raises
    ------
    TypeError
        For complex, object, string and date dtypes, which no program can hold.

    Examples
    --------
    >>> canonical(float)
    dtype('float32')
    """
    if dtype is None or dtype is float:
        return np.dtype(config.floatx())
    if isinstance(dtype, type) and dtype in _WEAK:
        return _WEAK[dtype]
    try:
        native = np.dtype(dtype).newbyteorder("=")
    except TypeError as error:
        raise TypeError(
            f"{dtype!r} is no dtype that a program can hold. Use a NumPy one of numbers, such as "
            "'float32', 'int32' or 'bool'."
        ) from error
    if native.kind not in _KIND_RANK:
        raise TypeError(
            f"A program holds numbers and booleans only, not {np.dtype(dtype)!s}. "
            "Convert the data first, e.g. with x.astype('float32')."
        )
    return native


def result_type(*dtypes: DTypeLike) -> np.dtype:
    """Return the dtype in which operands of these dtypes meet.

    Python's `bool`, `int` and `float` stand for scalars without a dtype of their own: they raise
    the kind (an int array and `float` give the default float) but never the width.

    Examples
    --------
    >>> result_type("float32", "int64"), result_type("float16", float), result_type("int8", float)
    (dtype('float32'), dtype('float16'), dtype('float32'))
    """
    weak = [d for d in dtypes if _is_weak(d)]
    strong = [canonical(d) for d in dtypes if not _is_weak(d)]
    if not strong:
        return max((canonical(d) for d in weak), key=lambda d: _KIND_RANK[d.kind])
    joined = strong[0]
    for other in strong[1:]:
        joined = _join(joined, other)
    if float in weak and joined.kind != "f":
        return np.dtype(config.floatx())
    if int in weak and joined.kind == "b":
        return np.dtype(np.int32)
    return joined


def _is_weak(dtype: DTypeLike) -> bool:
    return any(dtype is t for t in (bool, int, float))  # not ==: NumPy holds float64 equal to float


def _join(a: np.dtype, b: np.dtype) -> np.dtype:
    if a == b:
        return a
    if "f" in (a.kind, b.kind) and a.kind != b.kind:
        return a if a.kind == "f" else b  # the float, however wide the integer is
    joined = np.promote_types(a, b)
    return joined if joined.kind != "f" or a.kind == "f" else np.dtype(config.floatx())
