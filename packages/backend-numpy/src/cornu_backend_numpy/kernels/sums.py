"""Sums over rows, set or added to a total."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from cornu_backend_numpy.kernels.scratch import Scratch
from cornu_backend_numpy.settings import limits


class AddRows:
    """total = sum of `x` over axes, or total += it.

    Where these are the leading axes of contiguous memory the sum is ones @ x: BLAS adds at the
    speed of memory, `np.add.reduce` ten times slower.

    Parameters
    ----------
    x, total : ndarray
    axes : tuple of int
    keepdims : bool
        Whether `total` has the summed axes, with size 1.
    scratch : Scratch
    accumulate : bool
    """

    def __init__(
        self,
        x: np.ndarray,
        total: np.ndarray,
        axes: tuple[int, ...],
        keepdims: bool,
        scratch: Scratch,
        accumulate: bool = True,
    ) -> None:
        self._total, self._accumulate = total, accumulate
        leading = axes == tuple(range(len(axes))) and x.flags.c_contiguous and x.dtype.itemsize >= 4
        self._run = self._product(x, axes, scratch) if leading else self._reduce(x, axes, keepdims)

    def _product(
        self, x: np.ndarray, axes: tuple[int, ...], scratch: Scratch
    ) -> Callable[[], None]:
        width = prod(x.shape[len(axes) :])
        rows, fold = prod(x.shape[: len(axes)]), 1
        while width * fold * 2 <= limits.summed_row and rows % (fold * 2) == 0:
            fold *= 2  # several rows side by side: longer rows, fewer terms per sum
        matrix = x.reshape(rows // fold, fold * width)
        sums, share = scratch.arrays(((fold * width,), x.dtype), ((width,), x.dtype))
        many, few = np.ones(rows // fold, x.dtype), np.ones(fold, x.dtype)
        table, total, accumulate = (
            sums.reshape(fold, width),
            self._total.reshape(width),
            self._accumulate,
        )

        def run() -> None:
            np.dot(many, matrix, out=sums)
            if accumulate:
                np.dot(few, table, out=share)
                np.add(total, share, out=total)
            else:
                np.dot(few, table, out=total)

        return run

    def _reduce(self, x: np.ndarray, axes: tuple[int, ...], keepdims: bool) -> Callable[[], None]:
        total, accumulate = self._total, self._accumulate
        wide = np.float32 if x.dtype == np.float16 else None

        def run() -> None:
            share = np.add.reduce(x, axes, dtype=wide, keepdims=keepdims)  # type: ignore[call-overload]
            if accumulate:
                np.add(total, share, out=total, casting="unsafe")
            else:
                np.copyto(total, share, casting="unsafe")

        return run

    def __call__(self) -> None:
        """Do the work."""
        self._run()
