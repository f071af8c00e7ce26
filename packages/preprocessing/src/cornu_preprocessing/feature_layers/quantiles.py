"""Quantiles of more numbers than fit in memory, by a summary that is updated batch by batch.

A summary is an array of two rows: values in ascending order, and how many numbers each stands for.
"""

from __future__ import annotations

import numpy as np

__all__ = ["EMPTY", "boundaries", "update"]

EMPTY = np.zeros((2, 0), "float32")


def update(summary: np.ndarray, values: np.ndarray, epsilon: float) -> np.ndarray:
    """Return the summary of what a summary stands for and of more values.

    Parameters
    ----------
    summary : ndarray
        Shape (2, n).
    values : ndarray
    epsilon : float
        The summary keeps about 1 / epsilon values.
    """
    values = np.sort(np.asarray(values, "float32"), axis=None)
    step = max(values.size * epsilon, 1)
    kept = values[int(step - 1) :: int(step)]
    new = np.stack([kept, np.full_like(kept, step)])
    merged = np.concatenate((new, summary), axis=1)
    return _compressed(merged[:, np.argsort(merged[0])], epsilon)


def boundaries(summary: np.ndarray, bins: int) -> np.ndarray:
    """Return the values between bins that hold about the same number each.

    Example
    -------
    >>> boundaries(update(EMPTY, np.arange(100), 0.01), 4).round()
    array([24., 49., 74.], dtype=float32)
    """
    return _compressed(summary, 1.0 / bins)[0, :-1]


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    total = summary[1].cumsum()
    values = np.interp(shares, total / total[-1], summary[0])
    counts = np.diff(np.interp(shares, total / total[-1], total), prepend=0)
    return np.stack((values, counts)).astype("float32")
