"""Pooling as passes over whole arrays: one per element of the window.

Arrays are channels-last, (batch, *spatial, channels).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch
from cornu_backend_numpy.settings import limits

View = tuple[np.ndarray, np.ndarray]


def _views(x: np.ndarray, out: np.ndarray, geometry: Geometry) -> list[View]:
    """Return the inputs that each element of the window meets, and the outputs of those windows."""
    spatial = x.shape[1:-1]
    return [(x[tap.inputs], out[tap.windows]) for tap in geometry.taps(spatial)]


def _tiles(geometry: Geometry, spatial: tuple[int, ...]) -> bool:
    """Tell whether every input lies in exactly one window."""
    counts = geometry.counts(spatial)
    covered = tuple(n * s for n, s in zip(counts, geometry.strides, strict=True))
    return geometry.size == geometry.strides and not geometry.is_padded and covered == spatial


def _lowest(dtype: np.dtype) -> float:
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


class MaxPool:
    """out = the largest value of each window; padding never wins.

    Parameters
    ----------
    x, out : ndarray
    geometry : Geometry

    Examples
    --------
    >>> x, out = np.float32([1, 3, 2, 5]).reshape(1, 4, 1), np.empty((1, 2, 1), "float32")
    >>> MaxPool(x, out, Geometry((2,), (2,), ((0, 0),), (1,)))()
    >>> out.ravel()
    array([3., 5.], dtype=float32)
    """

    def __init__(self, x: np.ndarray, out: np.ndarray, geometry: Geometry) -> None:
        self._out = out
        self._lowest = _lowest(x.dtype)
        self._views = _views(x, out, geometry)
        self._padded = geometry.is_padded

    def __call__(self) -> None:
        """Do the work."""
        views = self._views
        if self._padded or len(views) < 2:
            self._out.fill(self._lowest)
        else:
            (first, target), (second, _), *views = views
            np.maximum(first, second, out=target)
        for values, target in views:
            np.maximum(values, target, out=target)


class MaxPoolWinners:
    """out = which element of each window is the largest, the first of equals.

    Parameters
    ----------
    x, out : ndarray
    geometry : Geometry
    scratch : Scratch
    """

    def __init__(
        self, x: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch
    ) -> None:
        best, larger = scratch.arrays((out.shape, x.dtype), (out.shape, bool))
        self._out, self._best = out, best
        self._lowest = _lowest(x.dtype)
        self._views = [
            (
                geometry.number(tap),
                *(x[tap.inputs], best[tap.windows], larger[tap.windows], out[tap.windows]),
            )
            for tap in geometry.taps(x.shape[1:-1])
        ]

    def __call__(self) -> None:
        """Do the work."""
        self._best.fill(self._lowest)
        self._out.fill(0)
        for number, values, best, larger, winners in self._views:
            np.greater(values, best, out=larger)
            np.maximum(values, best, out=best)
            np.copyto(winners, number, where=larger)


class MaxPoolWinnersOfPairs:
    """`MaxPoolWinners` for windows of 2 by 2 that tile the input: columns first, then rows."""

    def __init__(self, x: np.ndarray, out: np.ndarray, scratch: Scratch) -> None:
        batch, height, width, channels = x.shape
        images = max(1, limits.pool // max(1, x[:1].nbytes))
        self._blocks = []
        for first in range(0, batch, images):
            chosen = slice(first, min(first + images, batch))
            half = (chosen.stop - first, height // 2, 2, width // 2, channels)
            larger, right, lower = scratch.arrays(
                (half, x.dtype), (half, bool), (out[chosen].shape, bool)
            )
            pairs = x[chosen].reshape(*half[:4], 2, channels)
            self._blocks.append(
                (
                    *(pairs[..., 0, :], pairs[..., 1, :], larger, right),
                    *(larger[:, :, 0], larger[:, :, 1], lower),
                    *(right[:, :, 0].view(np.uint8), right[:, :, 1].view(np.uint8)),
                    *(lower.view(np.uint8), out[chosen]),
                )
            )

    def __call__(self) -> None:
        """Do the work."""
        for (
            a,
            b,
            larger,
            right,
            above,
            below,
            lower,
            upper_side,
            lower_side,
            row,
            out,
        ) in self._blocks:
            np.maximum(a, b, out=larger)
            np.greater(b, a, out=right)
            np.greater(below, above, out=lower)
            np.bitwise_xor(upper_side, lower_side, out=out)  # the side in the row that won …
            np.bitwise_and(out, row, out=out)
            np.bitwise_xor(out, upper_side, out=out)
            np.add(row, row, out=row)  # … and twice the row
            np.bitwise_or(out, row, out=out)


def max_pool_winners(
    x: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch
) -> Callable[[], None]:
    """Return what finds the winners of `MaxPool`, the fastest way that this geometry allows."""
    pairs = geometry.size == (2, 2) and _tiles(geometry, x.shape[1:-1])
    if pairs and x.flags.c_contiguous and out.flags.c_contiguous:
        return MaxPoolWinnersOfPairs(x, out, scratch)
    return MaxPoolWinners(x, out, geometry, scratch)


class MaxUnpool:
    """out = each window's value where its winner is, and 0 elsewhere; overlapping windows add up.

    Parameters
    ----------
    winners, g, out : ndarray
        Numbers of elements, values of the windows, and where they go.
    geometry : Geometry
    scratch : Scratch
    """

    def __init__(
        self,
        winners: np.ndarray,
        g: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        scratch: Scratch,
    ) -> None:
        bits = np.dtype(f"i{g.dtype.itemsize}")  # times 0 or 1: infinities and NaN stay out
        hit, share = scratch.arrays((g.shape, bool), (g.shape, g.dtype))
        spatial = out.shape[1:-1]
        self._out, self._tiled = out, _tiles(geometry, spatial)
        self._views = [
            (
                geometry.number(tap),
                winners[tap.windows],
                g.view(bits)[tap.windows],
                hit[tap.windows],
                (out[tap.inputs] if self._tiled else share[tap.windows]).view(bits),
                share[tap.windows],
                out[tap.inputs],
            )
            for tap in geometry.taps(spatial)
        ]

    def __call__(self) -> None:
        """Do the work."""
        tiled = self._tiled
        if not tiled:
            self._out.fill(0)
        for number, winners, values, hit, taken, share, target in self._views:
            np.equal(winners, number, out=hit)
            np.multiply(values, hit, out=taken)
            if not tiled:
                np.add(target, share, out=target)


class AveragePool:
    """out = the mean of each window over the values in it; padding is not counted.

    Parameters
    ----------
    x, out : ndarray
    geometry : Geometry
    """

    def __init__(self, x: np.ndarray, out: np.ndarray, geometry: Geometry) -> None:
        self._out = out
        self._views = _views(x, out, geometry)
        self._counts = window_counts(x.shape[1:-1], geometry, out.dtype)

    def __call__(self) -> None:
        """Do the work."""
        self._out.fill(0)
        for values, target in self._views:
            np.add(values, target, out=target)
        np.divide(self._out, self._counts, out=self._out)


class AveragePoolGradient:
    """Gradient of `AveragePool`.

    Parameters
    ----------
    g, out : ndarray
        Gradient of the output, gradient of the input.
    geometry : Geometry
    scratch : Scratch
    """

    def __init__(
        self, g: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch
    ) -> None:
        (self._share,) = scratch.arrays((g.shape, g.dtype))
        self._g, self._out = g, out
        self._views = _views(out, self._share, geometry)
        self._counts = window_counts(out.shape[1:-1], geometry, g.dtype)
        self._tiled = _tiles(geometry, out.shape[1:-1])

    def __call__(self) -> None:
        """Do the work."""
        np.divide(self._g, self._counts, out=self._share)
        if self._tiled:
            for target, share in self._views:
                np.copyto(target, share)
            return
        self._out.fill(0)
        for target, share in self._views:
            np.add(target, share, out=target)


def window_counts(spatial: tuple[int, ...], geometry: Geometry, dtype: np.dtype) -> np.ndarray:
    """Return how many real values each window holds, (1, *counts, 1)."""
    counts = np.zeros((1, *geometry.counts(spatial), 1), dtype)
    for tap in geometry.taps(spatial):
        counts[tap.windows] += 1
    return counts
