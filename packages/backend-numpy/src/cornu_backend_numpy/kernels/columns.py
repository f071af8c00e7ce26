"""The windows of an array as matrices that products of matrices can take, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch
from cornu_backend_numpy.settings import limits

Pair = tuple[np.ndarray, np.ndarray]
Place = tuple[slice, slice]


class Block:
    """Some windows and the matrix (groups, positions, window) that they are copied to.

    Parameters
    ----------
    matrix : ndarray
    copy, pad : tuple of ndarray, optional
        (target, source) of the copies that fill it.
    """

    __slots__ = ("_copy", "_pad", "matrix")

    def __init__(
        self, matrix: np.ndarray, copy: Pair | None = None, pad: Pair | None = None
    ) -> None:
        self.matrix, self._copy, self._pad = matrix, copy, pad

    def fill(self) -> np.ndarray:
        """Copy the windows; return the matrix."""
        if self._pad is not None:
            np.copyto(*self._pad)
        if self._copy is not None:
            np.copyto(*self._copy)
        return self.matrix


def column_blocks(
    x: np.ndarray, geometry: Geometry, groups: int, scratch: Scratch, whole: bool = False
) -> Iterator[tuple[Block, Place]]:
    """Yield the windows of `x` in blocks of a few images, or of a few lines of a large one.

    Parameters
    ----------
    x : ndarray
        (batch, *spatial, channels)
    geometry : Geometry
    groups : int
        Groups of channels, each with a matrix of its own.
    scratch : Scratch
    whole : bool
        Never cut an image.

    Yields
    ------
    block : Block
    place : tuple of slice
        Where its positions lie in (batch, first spatial axis of the output).
    """
    batch, *spatial, channels = x.shape
    counts = geometry.counts(tuple(spatial))
    positions, window = prod(counts), prod(geometry.size) * channels // groups
    if not batch * positions:
        return
    if _is_pointwise(x, geometry, groups):
        yield Block(x.reshape(1, -1, channels)), (slice(0, batch), slice(0, counts[0]))
        return
    bytes_of_image = positions * window * groups * x.itemsize
    upright = _is_upright(x, geometry, groups, counts)
    images = max(1, min(batch, limits.columns // bytes_of_image))
    lines = (
        counts[0] if whole else max(1, min(counts[0], limits.columns * counts[0] // bytes_of_image))
    )
    size = images * lines * (positions // counts[0]) * window * groups
    (columns,) = scratch.arrays(((size,), x.dtype))
    for first in range(0, batch, images):
        chosen = slice(first, min(first + images, batch))
        padded, pad = _padded(x[chosen], geometry, scratch)
        windows = _grouped(geometry.windows(padded), groups)
        for line in range(0, counts[0], lines):
            part = windows[:, :, line : line + lines]
            place = (chosen, slice(line, line + part.shape[2]))
            if upright:
                rank = geometry.rank
                part = part.transpose(0, *range(rank + 2, 2 * rank + 3), *range(1, rank + 2))
            target = columns[: part.size].reshape(part.shape)
            matrix = (
                target.reshape(groups, window, -1).transpose(0, 2, 1)
                if upright
                else target.reshape(groups, -1, window)
            )
            yield Block(matrix, (target, part), None if line else pad), place


def _is_pointwise(x: np.ndarray, geometry: Geometry, groups: int) -> bool:
    """Tell whether `x` is its own matrix of columns."""
    steps = {*geometry.size, *geometry.strides}
    return groups == 1 and steps <= {1} and not geometry.is_padded and x.flags.c_contiguous


def _is_upright(x: np.ndarray, geometry: Geometry, groups: int, counts: tuple[int, ...]) -> bool:
    """Tell whether windows lie better in columns than in rows: of one channel, they are runs."""
    return (
        x.shape[-1] == groups == 1 and geometry.strides[-1] == 1 and counts[-1] > geometry.size[-1]
    )


def _padded(
    images: np.ndarray, geometry: Geometry, scratch: Scratch
) -> tuple[np.ndarray, Pair | None]:
    if not geometry.is_padded:
        return images, None
    batch, *spatial, channels = images.shape
    shape = (batch, *geometry.padded(tuple(spatial)), channels)
    padded, inner = scratch.bordered(shape, geometry.inner(tuple(spatial)), images.dtype)
    return padded, (inner, images)


def _grouped(windows: np.ndarray, groups: int) -> np.ndarray:
    """(batch, *counts, *size, channels) -> (groups, batch, *counts, *size, channels of a group)"""
    return np.moveaxis(windows.reshape(*windows.shape[:-1], groups, -1), -2, 0)


def group_values(values: np.ndarray, groups: int) -> np.ndarray:
    """Return the view (groups, positions, channels of a group) of (batch, *spatial, channels).

    Raises
    ------
    ValueError
        Where the memory of `values` does not allow it.
    """
    found = values.reshape(-1, groups, values.shape[-1] // groups).transpose(1, 0, 2)
    if not np.may_share_memory(found, values):
        raise ValueError("The values of a convolution must lie side by side in memory.")
    return found


def group_kernel(kernel: np.ndarray, groups: int) -> np.ndarray:
    """Return the view (groups, window, filters of a group) of a kernel."""
    return kernel.reshape(-1, groups, kernel.shape[-1] // groups).transpose(1, 0, 2)
