"""Names of dtypes in the names of kernels."""

from __future__ import annotations

import numpy as np


def dtype_name(dtype: np.dtype) -> str:
    """Return the name of a dtype in the names of kernels.

    Examples
    --------
    >>> dtype_name(np.dtype("float32")), dtype_name(np.dtype(bool))
    ('f4', 'b1')
    """
    return f"{dtype.kind}{dtype.itemsize}"


def integer_kind(dtype: np.dtype) -> int:
    """Return a dtype of whole numbers as `c/integers.h` knows it: bytes, negative with a sign.

    Examples
    --------
    >>> integer_kind(np.dtype("int32")), integer_kind(np.dtype("uint8"))
    (-4, 1)
    """
    return -dtype.itemsize if dtype.kind == "i" else dtype.itemsize
