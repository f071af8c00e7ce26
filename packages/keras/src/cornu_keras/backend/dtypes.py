"""Names of dtypes, as Keras 3's backend module has them."""

from __future__ import annotations

from typing import Any

from cornu_engine.dtypes import canonical, is_float
from cornu_engine.dtypes import result_type as _result_type


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype; `floatx` for `None`.

    Examples
    --------
    >>> K.standardize_dtype(np.float64)
    'float64'
    """
    return canonical(dtype).name


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is a floating one.

    Examples
    --------
    >>> K.is_float_dtype("float16")
    True
    """
    return is_float(canonical(dtype))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is an integer one.

    Examples
    --------
    >>> K.is_int_dtype("uint8")
    True
    """
    return canonical(dtype).kind in "iu"


def result_type(*dtypes: Any) -> str:
    """The dtype in which operands of these dtypes meet.

    Examples
    --------
    >>> K.result_type("int64", "float16")
    'float16'
    """
    return _result_type(*dtypes).name
