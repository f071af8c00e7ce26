"""Initializers that draw from a distribution given outright."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_layers.initializers.seeded import SeededInitializer


class RandomNormal(SeededInitializer):
    r"""Draw from a normal distribution: $w \sim N(\text{mean}, \text{stddev}^2)$.

    Parameters
    ----------
    mean, stddev : float
        Of the distribution.
    seed : int or SeedGenerator, optional
        See `SeededInitializer`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.RandomNormal(stddev=0.05, seed=0)((1000,))
    >>> bool(abs(w.std() - 0.05) < 0.005)
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        return self.draw("normal", shape, dtype, mean=self.mean, stddev=self.stddev)


class RandomUniform(SeededInitializer):
    r"""Draw from a uniform distribution: $w \sim U[\text{minval}, \text{maxval})$.

    Parameters
    ----------
    minval, maxval : float
        Bounds of the distribution.
    seed : int or SeedGenerator, optional
        See `SeededInitializer`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.RandomUniform(minval=0.0, maxval=1.0, seed=0)((1000,))
    >>> bool(w.min() >= 0), bool(w.max() < 1)
    (True, True)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        return self.draw("uniform", shape, dtype, minval=self.minval, maxval=self.maxval)


class TruncatedNormal(SeededInitializer):
    r"""Draw from a normal distribution cut off at two standard deviations.

    $w \sim N(\text{mean}, \text{stddev}^2)$ given $|w - \text{mean}| \le 2\,\text{stddev}$

    Parameters
    ----------
    mean, stddev : float
        Of the distribution before it is cut.
    seed : int or SeedGenerator, optional
        See `SeededInitializer`.

    Examples
    --------
    >>> from cornu import initializers
    >>> w = initializers.TruncatedNormal(stddev=1.0, seed=0)((1000,))
    >>> bool(abs(w).max() <= 2)
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        """Return the values of a new weight."""
        return self.draw("truncated_normal", shape, dtype, mean=self.mean, stddev=self.stddev)
