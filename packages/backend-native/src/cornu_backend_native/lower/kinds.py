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
