"""The geometry of a window that slides over the spatial axes of (batch, *spatial, channels)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Geometry:
    """A window: one number, or one (low, high) pair, per spatial axis.

    Attributes
    ----------
    size, strides, dilation : tuple of int
    padding : tuple of (int, int)
        What is added before and after each axis.

    Examples
    --------
    >>> Geometry((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)).counts((8, 8))
    (4, 4)
    """

    size: Sizes
    strides: Sizes
    padding: tuple[tuple[int, int], ...]
    dilation: Sizes

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.size)

    @property
    def reach(self) -> Sizes:
        """Extent of the window with the gaps of its dilation."""
        return tuple((n - 1) * d + 1 for n, d in zip(self.size, self.dilation, strict=True))

    @property
    def is_padded(self) -> bool:
        """Whether any axis is padded."""
        return any(low or high for low, high in self.padding)

    def padded(self, spatial: Sizes) -> Sizes:
        """Return the sizes with the padding."""
        return tuple(n + low + high for n, (low, high) in zip(spatial, self.padding, strict=True))

    def counts(self, spatial: Sizes) -> Sizes:
        """Return how many windows lie along each axis."""
        sizes = zip(self.padded(spatial), self.reach, self.strides, strict=True)
        return tuple(max(0, (n - reach) // stride + 1) for n, reach, stride in sizes)

    def inner(self, spatial: Sizes) -> tuple[slice, ...]:
        """Return where the values lie in the padded (batch, *spatial, channels)."""
        sides = zip(spatial, self.padding, strict=True)
        return (slice(None), *(slice(low, low + n) for n, (low, _) in sides), slice(None))

    def windows(self, padded: np.ndarray) -> np.ndarray:
        """Return the view (batch, *counts, *size, channels) of a padded array."""
        batch, *spatial, channels = padded.shape
        first, *steps, last = padded.strides
        reach = zip(spatial, self.reach, self.strides, strict=True)
        counts = tuple(max(0, (n - r) // s + 1) for n, r, s in reach)
        outer = (n * s for n, s in zip(steps, self.strides, strict=True))
        inner = (n * d for n, d in zip(steps, self.dilation, strict=True))
        return np.lib.stride_tricks.as_strided(
            padded, (batch, *counts, *self.size, channels), (first, *outer, *inner, last)
        )

    def taps(self, spatial: Sizes) -> Iterator[Tap]:
        """Yield, for each element of the window, which inputs it meets at which windows."""
        counts = self.counts(spatial)
        for index in product(*map(range, self.size)):
            ranges = [
                _meeting(n, count, stride, tap * gap - low)
                for n, count, stride, tap, gap, (low, _) in zip(
                    spatial, counts, self.strides, index, self.dilation, self.padding, strict=True
                )
            ]
            if all(stop > start for _, start, stop in ranges):
                inputs = tuple(
                    slice(a, a + (stop - start - 1) * stride + 1, stride)
                    for (a, start, stop), stride in zip(ranges, self.strides, strict=True)
                )
                windows = tuple(slice(start, stop) for _, start, stop in ranges)
                all_ = (slice(None),)
                yield Tap(index, (*all_, *inputs, *all_), (*all_, *windows, *all_))

    def number(self, tap: Tap) -> int:
        """Return the number of an element of the window, the last axis running fastest."""
        return int(np.ravel_multi_index(tap.element, self.size))


class Tap(NamedTuple):
    """One element of the window, the inputs it meets, and the windows at which it meets them."""

    element: Sizes
    inputs: tuple[slice, ...]
    windows: tuple[slice, ...]


def _meeting(size: int, count: int, stride: int, shift: int) -> tuple[int, int, int]:
    """Return the first input met and the range of windows w with 0 <= w * stride + shift < size."""
    start = max(0, -(shift // stride))
    stop = min(count, (size - 1 - shift) // stride + 1)
    return start * stride + shift, start, stop
