"""The gradient of a convolution along its input, in the three ways that are fast.

*Taps*: one product per element of the window, added where that element lay. Takes any geometry.
*Rows*: for a stride of 1 along the last axis, windows of the gradient along that axis become
columns, and only the taps along the other axes are added up. *Flip*: for strides of 1, a
convolution of the padded gradient with the mirrored kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from cornu_backend_numpy.kernels.columns import column_blocks, group_values
from cornu_backend_numpy.kernels.convolution import convolution
from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch, empty
from cornu_backend_numpy.kernels.winograd import WinogradInputGradient, applies
from cornu_backend_numpy.settings import limits


def input_gradient(
    g: np.ndarray,
    kernel: np.ndarray,
    out: np.ndarray,
    geometry: Geometry,
    groups: int,
    scratch: Scratch,
) -> Callable[[], None]:
    """Return what computes the gradient of `Convolution` along its input.

    Parameters
    ----------
    g, kernel, out : ndarray
        Gradient of the output, kernel, gradient of the input.
    geometry : Geometry
    groups : int
    scratch : Scratch
    """
    channels, filters = kernel.shape[-2:]
    back = flipped(geometry)
    can_row = (
        groups == 1
        and geometry.strides[-1] == 1
        and min(back.padding[-1]) >= 0
        and prod(geometry.size) > 1
    )
    can_flip = can_row and set(geometry.strides) == {1} and min(map(min, back.padding)) >= 0
    adjoint = (
        can_row
        and set(geometry.strides) == {1}
        and filters > channels
        and applies(geometry, groups, channels, filters, g.shape[1], g.dtype)
        and min(map(min, back.padding[1:])) >= 0
    )
    if adjoint:
        return WinogradInputGradient(g, kernel, out, geometry, scratch)
    halved = applies(back, groups, filters, channels, out.shape[1], g.dtype)
    if can_flip and (
        halved or filters <= channels
    ):  # else its windows hold more than the sums of the others
        return ByFlip(g, kernel, out, geometry, scratch)
    if can_row:
        return ByRows(g, kernel, out, geometry, scratch)
    return ByTaps(g, kernel, out, geometry, groups, scratch)


def flipped(geometry: Geometry) -> Geometry:
    """Return the geometry of the convolution that carries a gradient back."""
    padding = tuple(
        (reach - 1 - low, reach - 1 - high)
        for reach, (low, high) in zip(geometry.reach, geometry.padding, strict=True)
    )
    return Geometry(geometry.size, (1,) * geometry.rank, padding, geometry.dilation)


class ByTaps:
    """One product per element of the window."""

    def __init__(
        self,
        g: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        groups: int,
        scratch: Scratch,
    ) -> None:
        batch, *counts, _ = g.shape
        *spatial, channels = out.shape[1:]
        size, width = prod(geometry.size), channels // groups
        self._out = out
        self._kernel = kernel.reshape(size, width, groups, -1).transpose(0, 2, 3, 1)
        images = _images(batch, prod(counts) * channels * size * out.itemsize)
        (products,) = scratch.arrays(((size, groups, images * prod(counts), width), out.dtype))
        self._blocks = []
        for first in range(0, batch, images) if g.size else ():
            chosen = slice(first, min(first + images, batch))
            n = chosen.stop - first
            part = products[:, :, : n * prod(counts)]
            shaped = part.reshape(*geometry.size, groups, n, *counts, width)
            target = out[chosen].reshape(n, *spatial, groups, width)
            pairs = [
                (target[tap.inputs], np.moveaxis(shaped[tap.element], 0, -2)[tap.windows])
                for tap in geometry.taps(tuple(spatial))
            ]
            self._blocks.append((group_values(g[chosen], groups), part, pairs))

    def __call__(self) -> None:
        """Do the work."""
        kernel = self._kernel
        self._out.fill(0)
        for g, products, pairs in self._blocks:
            np.matmul(g, kernel, out=products)
            for target, values in pairs:
                np.add(target, values, out=target)


class ByRows:
    """Columns along the last axis, taps along the others."""

    def __init__(
        self,
        g: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        scratch: Scratch,
    ) -> None:
        *lead, last, channels, filters = kernel.shape
        *spatial, _ = out.shape[1:]
        taps = prod(lead)
        mirrored = kernel[..., ::-1, :, :].reshape(taps, last, channels, filters)
        self._mirrored = mirrored.transpose(1, 3, 0, 2)
        self._copy = empty(self._mirrored.shape, kernel.dtype)
        self._kernel = self._copy.reshape(1, last * filters, taps * channels)
        self._out = out
        along, across = _split(geometry)
        self._blocks = []
        for block, (chosen, _) in column_blocks(g, along, 1, scratch, whole=True):
            positions = block.matrix.shape[1]
            (products,) = scratch.beside.arrays(((1, positions, taps * channels), out.dtype))
            shaped = products.reshape(-1, *g.shape[1:-2], spatial[-1], taps, channels)
            by_tap = np.moveaxis(shaped, -2, 0).reshape(*lead, *shaped.shape[:-2], channels)
            pairs = [
                (out[chosen][tap.inputs], by_tap[tap.element[:-1]][tap.windows])
                for tap in across.taps(tuple(spatial))
            ]
            self._blocks.append((block, products, pairs))

    def __call__(self) -> None:
        """Do the work."""
        kernel = self._kernel
        np.copyto(self._copy, self._mirrored)
        self._out.fill(0)
        for block, products, pairs in self._blocks:
            np.matmul(block.fill(), kernel, out=products)
            for target, values in pairs:
                np.add(target, values, out=target)


class ByFlip:
    """A convolution with the mirrored kernel."""

    def __init__(
        self,
        g: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        scratch: Scratch,
    ) -> None:
        mirrored = kernel[(slice(None, None, -1),) * geometry.rank]
        self._mirrored = np.swapaxes(mirrored, -1, -2)
        self._copy = empty(self._mirrored.shape, kernel.dtype)
        self._convolution = convolution(g, self._copy, out, flipped(geometry), 1, scratch)

    def __call__(self) -> None:
        """Do the work."""
        np.copyto(self._copy, self._mirrored)
        self._convolution()


def _images(batch: int, bytes_of_image: int) -> int:
    return max(1, min(batch, limits.taps // max(1, bytes_of_image)))


def _split(geometry: Geometry) -> tuple[Geometry, Geometry]:
    """Return the mirrored windows along the last axis, and the windows along the others."""
    ones, none = (1,) * (geometry.rank - 1), ((0, 0),) * (geometry.rank - 1)
    reach, (low, high) = geometry.reach[-1], geometry.padding[-1]
    mirrored = (reach - 1 - low, reach - 1 - high)
    along = Geometry(
        (*ones, geometry.size[-1]), (*ones, 1), (*none, mirrored), (*ones, geometry.dilation[-1])
    )
    across = Geometry(
        (*geometry.size[:-1], 1),
        (*geometry.strides[:-1], 1),
        (*geometry.padding[:-1], (0, 0)),
        (*geometry.dilation[:-1], 1),
    )
    return along, across
