"""`keras.backend.numpy_backend`: the one backend by an older path."""

from __future__ import annotations

from typing import Any

import cornu_keras.backend as common
from cornu_keras.compat.keras2 import backend

__getattr__ = backend.__getattr__
__dir__ = backend.__dir__


def separable_conv(x: Any, w1: Any, w2: Any, padding: str, data_format: str) -> Any:
    """Return a separable convolution of whatever number of axes."""
    convolve = common.separable_conv1d if len(x.shape) == 3 else common.separable_conv2d
    return convolve(x, w1, w2, padding=padding, data_format=data_format)
