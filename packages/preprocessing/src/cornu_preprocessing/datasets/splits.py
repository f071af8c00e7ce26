"""Rows in a random order, the one that Keras draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError

__all__ = ["Split", "shuffled", "split"]

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def shuffled(generator: np.random.RandomState, *arrays: np.ndarray) -> list[np.ndarray]:
    """Return arrays in one random order."""
    order = np.arange(len(arrays[0]))
    generator.shuffle(order)
    return [array[order] for array in arrays]


def split(x: Any, y: Any, test_split: float) -> Split:
    """Return training and test rows, the latter from the end.

    Example
    -------
    >>> (_, train), (_, test) = split(np.zeros(5), np.arange(5), 0.2)
    >>> train.tolist(), test.tolist()
    ([0, 1, 2, 3], [4])
    """
    if not 0 <= test_split < 1:
        raise DataError(f"test_split={test_split} must be 0 or more, and below 1.")
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])
