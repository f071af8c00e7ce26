"""Adding sliding windows up where they came from."""

from __future__ import annotations

import numpy as np

Static = tuple[int, ...]


class Fold:
    """out = the sum of the windows `g`, each element where it was taken from.

    Parameters
    ----------
    g : ndarray
        (*counts, *size): windows over `axes` of `out`, their elements along the last axes.
    out : ndarray
    axes, size, strides, dilation : tuple of int
    """

    def __init__(
        self,
        g: np.ndarray,
        out: np.ndarray,
        axes: Static,
        size: Static,
        strides: Static,
        dilation: Static,
    ) -> None:
        self._out = out
        self._pairs = []
        for offset in np.ndindex(*size) if g.size else ():
            region = [slice(None)] * out.ndim
            for axis, first, stride, gap in zip(axes, offset, strides, dilation, strict=True):
                start = first * gap
                region[axis] = slice(start, start + (g.shape[axis] - 1) * stride + 1, stride)
            chosen = (..., *offset)
            self._pairs.append((out[tuple(region)], g[chosen]))

    def __call__(self) -> None:
        """Do the work."""
        self._out.fill(0)
        for target, part in self._pairs:
            np.add(target, part, out=target)
