"""Names of dtypes in the names of kernels."""

from __future__ import annotations

import numpy as np

from cornu_engine.errors import BackendError
from cornu_engine.instructions import Instruction


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


def check_rank(instruction: Instruction, most: int) -> None:
    """Refuse windows in more axes than the kernels go over.

    Raises
    ------
    BackendError
    """
    rank = len(instruction.node.attrs["strides"])
    if rank > most:
        raise BackendError(
            f"The native backend has kernels for windows in up to {most} axes, "
            f"{instruction.op!r} has one in {rank}: use another backend, as in CORNU_BACKEND=numpy."
        )
