"""An initializer: a shape in, an array out."""

import numpy as np

from cornu.base import Initializer


class Sinusoidal(Initializer):
    """The position table of Vaswani et al., "Attention Is All You Need", 2017.

    Row ``p`` of a weight of shape ``(positions, features)`` holds the sines, then the cosines, of
    ``p`` at wavelengths from ``2 pi`` to ``base * 2 pi``.

    Parameters
    ----------
    base : float
        How much longer the longest wavelength is than the shortest.
    """

    def __init__(self, base=10_000.0):
        self.base = base

    def __call__(self, shape, dtype=None):
        positions, features = shape
        half = (features + 1) // 2
        angles = np.arange(positions)[:, None] * self.base ** (-np.arange(half) / half)
        table = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :features]
        return table.astype(dtype or "float32")
