"""Clipping by a norm that is known (Keras 2)."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops


def clip_norm(g: Any, c: float, n: Any) -> Any:
    """Return the gradient `g`, scaled by `c / n` where its norm `n` is at least `c`.

    Parameters
    ----------
    g : array
    c : float
        Longest it may be; 0 or less leaves it as it is.
    n : array or float
        Its norm.

    Examples
    --------
    >>> import numpy as np
    >>> clip_norm(np.float32([3.0, 4.0]), 1.0, 5.0)
    array([0.6, 0.8], dtype=float32)
    """
    if c <= 0:
        return g
    return ops.where(ops.greater_equal(n, c), ops.divide(ops.multiply(g, c), n), g)
