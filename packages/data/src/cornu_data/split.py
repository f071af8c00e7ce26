"""The last part of the data as validation data."""

from __future__ import annotations

import math
import numbers
from typing import Any

from cornu_data.numbers import written
from cornu_engine import tree
from cornu_engine.errors import DataError

__all__ = ["train_validation_split"]


def train_validation_split(arrays: Any, fraction: float) -> tuple[Any, Any]:
    """Split arrays into the first rows and the last, before anything is shuffled.

    Parameters
    ----------
    arrays : structure of numpy.ndarray
    fraction : float
        Part of the rows that becomes validation data, between 0 and 1.

    Returns
    -------
    tuple
        The arrays of the first rows, and those of the last. They are views.

    Examples
    --------
    >>> import numpy as np
    >>> first, last = train_validation_split(np.arange(5), 0.4)
    >>> first, last
    (array([0, 1, 2]), array([3, 4]))
    """
    if not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        write = written(
            "validation_split", fraction if isinstance(fraction, str) else "", 0.2, float
        )
        raise DataError(
            f"validation_split={fraction!r} is not between 0 and 1: it is the fraction of the "
            f"samples to validate on, as in {write}."
        )
    samples = next(len(array) for array in tree.flatten(arrays) if array is not None)
    at = math.floor(samples * (1.0 - fraction))
    if at in (0, samples):
        raise DataError(
            f"validation_split={fraction!r} of {samples} samples leaves {at} to train on and "
            f"{samples - at} to validate on. Provide more data or another fraction."
        )

    def part(start: int, stop: int) -> Any:
        return tree.map_structure(lambda a: None if a is None else a[start:stop], arrays)

    return part(0, at), part(at, samples)
