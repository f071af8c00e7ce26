"""Which dtype an operation computes in.

The lattice is Keras 3's (and JAX's): booleans give way to integers, integers to floats, and a
Python scalar takes the dtype of the array it meets. `float32 + int64` is float32, where NumPy would
say float64.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from cornu_engine import config
from cornu_engine.errors import quoted

DTypeLike: TypeAlias = Any

_SCALARS = (bool, int, float)
_SINGLE = np.dtype(np.float32)  # where float16 and bfloat16 meet
# What a program may hold. Of equal dtypes NumPy has several; these are the ones arrays share, so
# that they may be compared by `is`.
_HELD = {
    dtype: dtype
    for dtype in map(
        np.dtype,
        "longdouble float64 float32 float16 int64 int32 int16 int8 uint64 uint32 uint16 uint8 "
        "bool".split(),
    )
}


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
    ModuleNotFoundError
        For bfloat16 without `ml_dtypes`.

    Examples
    --------
    >>> canonical(float)
    dtype('float32')
    """
    if isinstance(dtype, np.dtype) and dtype in _HELD:
        return _HELD[dtype]
    if dtype is None or dtype is float:
        dtype = config.floatx()
    elif dtype is int:
        dtype = np.int32
    try:
        native = np.dtype(dtype).newbyteorder("=")
    except TypeError as error:
        if dtype == "bfloat16":
            return _bfloat16()
        raise TypeError(
            f"{quoted(dtype)} is no dtype that a program can hold. Use a NumPy one of numbers, "
            "such as 'float32', 'int32' or 'bool'."
        ) from error
    if native not in _HELD and is_bfloat16(native):
        return _bfloat16()
    if native not in _HELD:
        raise TypeError(
            f"A program holds numbers and booleans only, not {np.dtype(dtype)!s}. "
            "Convert the data first, e.g. with x.astype('float32'); where it is None, look for a "
            "function without a return."
        )
    return _HELD[native]


def _bfloat16() -> np.dtype:
    try:
        import ml_dtypes
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "NumPy has no bfloat16: ml_dtypes brings it. Install it with: pip install ml_dtypes"
        ) from error
    return _HELD.setdefault(found := np.dtype(ml_dtypes.bfloat16), found)


FLOATS = frozenset("fV")  # the kinds of dtypes that `is_float` tells


def is_float(dtype: np.dtype) -> bool:
    """Tell whether a program's dtype is a floating one, as bfloat16 is.

    Examples
    --------
    >>> is_float(np.dtype("float16")), is_float(np.dtype("int32"))
    (True, False)
    """
    return dtype.kind in FLOATS


def is_bfloat16(dtype: Any) -> bool:
    """Tell whether a dtype is that of `ml_dtypes`."""
    return isinstance(dtype, np.dtype) and dtype.kind == "V" and dtype.name == "bfloat16"


def float_limits(dtype: np.dtype) -> Any:
    """Return what `numpy.finfo` tells of a floating dtype.

    Examples
    --------
    >>> float(float_limits(np.dtype("float16")).max)
    65504.0
    """
    if is_bfloat16(dtype):
        import ml_dtypes

        return ml_dtypes.finfo(dtype)
    return np.finfo(dtype)


def result_type(*dtypes: DTypeLike) -> np.dtype:
    """Return the dtype in which operands of these dtypes meet.

    Python's `bool`, `int` and `float` stand for scalars without a dtype of their own: they raise
    the kind (an int array and `float` give the default float) but never the width. Of no operands
    it is the default float.

    Examples
    --------
    >>> result_type("float32", "int64"), result_type("float16", float), result_type("int8", float)
    (dtype('float32'), dtype('float16'), dtype('float32'))
    """
    joined: np.dtype | None = None
    scalars = set()
    for dtype in dtypes:
        if isinstance(dtype, type) and dtype in _SCALARS:  # NumPy holds float64 equal to `float`
            scalars.add(dtype)
        else:
            strong = canonical(dtype)
            joined = strong if joined is None else _join(joined, strong)
    if (float in scalars or not dtypes) and (joined is None or not is_float(joined)):
        return canonical(float)
    if int in scalars and (joined is None or joined.kind == "b"):
        return canonical(int)
    return canonical(bool) if joined is None else joined


def _join(a: np.dtype, b: np.dtype) -> np.dtype:
    if a is b:
        return a
    if is_float(a) != is_float(b):
        return a if is_float(a) else b  # the float, however wide the integer is
    if is_float(a):
        return a if a.itemsize > b.itemsize else b if b.itemsize > a.itemsize else _HELD[_SINGLE]
    joined = np.promote_types(a, b)
    return joined if joined.kind != "f" else np.dtype(config.floatx())
