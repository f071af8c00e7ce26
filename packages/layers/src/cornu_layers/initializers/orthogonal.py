"""Orthogonal matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_layers.initializers.seeded import SeededInitializer


class Orthogonal(SeededInitializer):
    r"""Fill a weight with a random orthogonal matrix: $w^T w = \text{gain}^2 I$.

    Every rotation is as likely as any other. A weight of higher rank is filled as a matrix of its
    last axis against all others. With fewer rows than columns the rows are orthogonal, else the
    columns.

    Parameters
    ----------
    gain : float
        Length of each column (or row).
    seed : int or SeedGenerator, optional
        See `SeededInitializer`.

    Raises
    ------
    ShapeError
        When the weight has rank 0 or 1.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.Orthogonal(seed=0)((3, 3))
    >>> (w.T @ w).round(3) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]], dtype=float32)

    References
    ----------
    Saxe et al., "Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Networks"
    (2014), https://arxiv.org/abs/1312.6120
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        if len(shape) < 2:
            raise ShapeError(
                f"Orthogonal needs a weight of rank 2 or more; this one has shape {tuple(shape)}. "
                "Choose another initializer for it, e.g. 'zeros'."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = self.draw("normal", (max(rows, columns), min(rows, columns)), "float64")
        q, r = np.linalg.qr(normal)
        q = q * np.sign(np.diagonal(r))  # without this, QR prefers some rotations to others
        if rows < columns:
            q = q.T
        return (self.gain * q).reshape(shape).astype(dtype or config.floatx())
