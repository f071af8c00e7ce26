"""Pooling as passes over whole arrays: one per element of the window.

Arrays are channels-last, (batch, *spatial, channels).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch

BLOCK_BYTES = 1 << 19  # of inputs that several passes go over: they should stay in the cache

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
        self._lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
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


class MaxPoolGradient:
    """Gradient of `MaxPool`: the first of equal maxima takes all of it.

    Each element of the window in turn takes what is left of the gradient where it is the maximum.

    Parameters
    ----------
    x, g, out : ndarray
        Input, gradient of the output, gradient of the input.
    geometry : Geometry
    scratch : Scratch
    """

    def __init__(
        self, x: np.ndarray, g: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch
    ) -> None:
        bits = np.dtype(
            f"i{g.dtype.itemsize}"
        )  # multiplied by 0 or 1 as integers, infinities and NaN stay out
        left, top, hit, share = scratch.arrays(
            (g.shape, g.dtype), (g.shape, x.dtype), (g.shape, bool), (g.shape, g.dtype)
        )
        self._g, self._left, self._out = g, left, out
        self._max = MaxPool(x, top, geometry)
        self._tiled = _tiles(geometry, x.shape[1:-1])
        self._views = [
            (
                x[tap.inputs],
                top[tap.windows],
                hit[tap.windows],
                left.view(bits)[tap.windows],
                (out[tap.inputs] if self._tiled else share[tap.windows]).view(bits),
                share[tap.windows],
                out[tap.inputs],
            )
            for tap in geometry.taps(x.shape[1:-1])
        ]

    def __call__(self) -> None:
        """Do the work."""
        self._max()
        np.copyto(self._left, self._g)
        tiled = self._tiled
        if not tiled:
            self._out.fill(0)
        for values, top, hit, left, taken, share, target in self._views:
            np.greater_equal(values, top, out=hit)
            np.multiply(left, hit, out=taken)
            np.bitwise_xor(left, taken, out=left)
            if not tiled:
                np.add(target, share, out=target)


class MaxPoolGradientOfPairs:
    """`MaxPoolGradient` for windows of 2 by 2 that tile the input: rows first, then columns."""

    def __init__(self, x: np.ndarray, g: np.ndarray, out: np.ndarray, scratch: Scratch) -> None:
        batch, height, width, channels = x.shape
        images = max(1, BLOCK_BYTES // max(1, x[:1].nbytes))
        bits = np.dtype(f"i{g.dtype.itemsize}")
        self._blocks = []
        for first in range(0, batch, images):
            chosen = slice(first, min(first + images, batch))
            n = chosen.stop - first
            half = (n, height // 2, 2, width // 2, channels)
            tops, shares, hit, upper = scratch.arrays(
                (half, x.dtype), (half, g.dtype), (half, bool), ((n, *g.shape[1:]), bool)
            )
            pairs = (*half[:4], 2, channels)
            values, result = x[chosen].reshape(pairs), out[chosen].reshape(pairs).view(bits)
            self._blocks.append(
                (
                    *(values[..., i, :] for i in range(2)),
                    *(result[..., i, :] for i in range(2)),
                    *(tops, tops[:, :, 0], tops[:, :, 1]),
                    *(shares.view(bits), shares.view(bits)[:, :, 0], shares.view(bits)[:, :, 1]),
                    *(g[chosen].view(bits), hit, upper),
                )
            )

    def __call__(self) -> None:
        """Do the work."""
        for (
            left,
            right,
            to_left,
            to_right,
            tops,
            top,
            low,
            shares,
            share,
            rest,
            g,
            hit,
            upper,
        ) in self._blocks:
            np.maximum(left, right, out=tops)
            np.greater_equal(top, low, out=upper)  # the first of equal rows
            np.multiply(g, upper, out=share)
            np.bitwise_xor(g, share, out=rest)
            np.greater_equal(left, right, out=hit)
            np.multiply(shares, hit, out=to_left)
            np.bitwise_xor(shares, to_left, out=to_right)


def max_pool_gradient(
    x: np.ndarray, g: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch
) -> Callable[[], None]:
    """Return what computes the gradient of `MaxPool`, the fastest way that this geometry allows."""
    dense = x.flags.c_contiguous and out.flags.c_contiguous
    if (
        geometry.size == (2, 2)
        and _tiles(geometry, x.shape[1:-1])
        and dense
        and g.flags.c_contiguous
    ):
        return MaxPoolGradientOfPairs(x, g, out, scratch)
    return MaxPoolGradient(x, g, out, geometry, scratch)


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
