"""What emitted source may call: NumPy, and the kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine.primitives.linear import window_view
from cornu_backend_numpy.kernels.convolution import Convolution, KernelGradient
from cornu_backend_numpy.kernels.fold import Fold
from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.indexing import gather, scatter_add
from cornu_backend_numpy.kernels.input_gradient import input_gradient
from cornu_backend_numpy.kernels.pooling import (
    AveragePool,
    AveragePoolGradient,
    MaxPool,
    MaxPoolGradient,
)
from cornu_backend_numpy.kernels.random_bits import RandomBits
from cornu_backend_numpy.kernels.scratch import aligned_bytes
from cornu_backend_numpy.kernels.special import erf, erfinv


def at(memory: np.ndarray, offset: int, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return the array that lies at `offset` bytes of memory."""
    return np.ndarray(shape, np.dtype(dtype), memory, offset)


NAMESPACE: dict[str, Any] = {
    "AveragePool": AveragePool,
    "AveragePoolGradient": AveragePoolGradient,
    "Convolution": Convolution,
    "Fold": Fold,
    "Geometry": Geometry,
    "KernelGradient": KernelGradient,
    "MaxPool": MaxPool,
    "MaxPoolGradient": MaxPoolGradient,
    "RandomBits": RandomBits,
    "allocate": aligned_bytes,
    "at": at,
    "erf": erf,
    "erfinv": erfinv,
    "gather": gather,
    "input_gradient": input_gradient,
    "np": np,
    "scatter_add": scatter_add,
    "window_view": window_view,
}
