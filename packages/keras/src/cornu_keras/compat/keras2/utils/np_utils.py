"""`keras.utils.np_utils`: labels as rows, and rows of length one."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_keras.utilities.arrays import normalize
from cornu_keras.utilities.arrays import to_categorical as _to_categorical

__all__ = ["normalize", "to_categorical"]


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Turn class indices into one-hot rows of `float32`.

    Examples
    --------
    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    return _to_categorical(y, num_classes, dtype)
