"""What emitted source may call: NumPy, and the kernels."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from cornu_backend_numpy.kernels.convolution import convolution, kernel_gradient
from cornu_backend_numpy.kernels.fold import Fold
from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.indexing import gather, scatter_add
from cornu_backend_numpy.kernels.input_gradient import input_gradient
from cornu_backend_numpy.kernels.pooling import (
    AveragePool,
    AveragePoolGradient,
    MaxPool,
    MaxUnpool,
    max_pool_winners,
)
from cornu_backend_numpy.kernels.random_bits import RandomBits
from cornu_backend_numpy.kernels.scratch import aligned_bytes, empty
from cornu_backend_numpy.kernels.special import erf, erfinv
from cornu_backend_numpy.kernels.sums import AddRows
from cornu_backend_numpy.settings import limits
from cornu_engine.primitives.linear import window_view


def at(memory: np.ndarray, offset: int, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return the array that lies at `offset` bytes of memory."""
    return np.ndarray(shape, np.dtype(dtype), memory, offset)


def share(length: int, rows: int, part: int, parts: int) -> list[tuple[int, int]]:
    """Return the (first, last) rows of the blocks of one part of several.

    Examples
    --------
    >>> share(10, 3, 0, 2), share(10, 3, 1, 2)
    ([(0, 3), (3, 6)], [(6, 9), (9, 10)])
    """
    blocks = [(i, min(i + rows, length)) for i in range(0, length, rows)]
    cuts = [len(blocks) * p // parts for p in (part, part + 1)]
    return blocks[cuts[0] : cuts[1]]


def add_up(shares: list[tuple[tuple[np.ndarray, ...], Any]]) -> None:
    """Add the totals of all parts to those of the first, in order."""
    first = shares[0][0]
    for totals, _ in shares[1:]:
        for total, more in zip(first, totals, strict=True):
            np.add(total, more, out=total)


NAMESPACE: dict[str, Any] = {
    "AddRows": AddRows,
    "AveragePool": AveragePool,
    "AveragePoolGradient": AveragePoolGradient,
    "Fold": Fold,
    "Geometry": Geometry,
    "MaxPool": MaxPool,
    "MaxUnpool": MaxUnpool,
    "RandomBits": RandomBits,
    "add_up": add_up,
    "allocate": aligned_bytes,
    "at": at,
    "convolution": convolution,
    "erf": erf,
    "erfinv": erfinv,
    "gather": gather,
    "input_gradient": input_gradient,
    "kernel_gradient": kernel_gradient,
    "max_pool_winners": max_pool_winners,
    "np": np,
    "scatter_add": scatter_add,
    "share": share,
    "window_view": window_view,
}


def namespace() -> dict[str, Any]:
    """Return the names for one program."""
    if limits.dirty:
        return {**NAMESPACE, "np": SimpleNamespace(**{**vars(np), "empty": empty})}
    return dict(NAMESPACE)
