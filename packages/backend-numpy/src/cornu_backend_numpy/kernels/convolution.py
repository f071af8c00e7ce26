"""Convolution, and its gradient along the kernel, as products of matrices.

Arrays are channels-last: x (batch, *spatial, channels), kernel (*size, channels / groups, filters).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.kernels.columns import column_blocks, group_kernel, group_values
from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch, empty
from cornu_backend_numpy.kernels.winograd import (
    WinogradConvolution,
    WinogradKernelGradient,
    applies,
)


class Convolution:
    """out = x * kernel: the windows of a few images become a matrix, and one product their outputs.

    Parameters
    ----------
    x, kernel, out : ndarray
        Read and written by every call.
    geometry : Geometry
    groups : int
    scratch : Scratch

    Examples
    --------
    >>> x, kernel, out = np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1)), np.empty((1, 2, 2, 1))
    >>> geometry = Geometry((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1))
    >>> Convolution(x, kernel, out, geometry, 1, Scratch())()
    >>> out.ravel()
    array([9., 9., 9., 9.])
    """

    def __init__(
        self,
        x: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        groups: int,
        scratch: Scratch,
    ) -> None:
        self._kernel = group_kernel(kernel, groups)
        self._blocks = [
            (block, group_values(out[place], groups))
            for block, place in column_blocks(x, geometry, groups, scratch)
        ]

    def __call__(self) -> None:
        """Do the work."""
        kernel = self._kernel
        for block, out in self._blocks:
            np.matmul(block.fill(), kernel, out=out)


class KernelGradient:
    """Gradient of `Convolution` along its kernel: columns, transposed, times that of the output.

    Parameters
    ----------
    x, g, out : ndarray
        Input, gradient of the output, gradient of the kernel.
    geometry : Geometry
    groups : int
    scratch : Scratch
    accumulate : bool
        Add to `out` instead of setting it.
    """

    def __init__(
        self,
        x: np.ndarray,
        g: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        groups: int,
        scratch: Scratch,
        accumulate: bool = False,
    ) -> None:
        self._out = out
        self._fresh = not accumulate
        self._groups = group_kernel(out, groups)
        self._blocks = [
            (block, group_values(g[place], groups))
            for block, place in column_blocks(x, geometry, groups, scratch)
        ]
        self._part = empty(self._groups.shape, out.dtype)

    def __call__(self) -> None:
        """Do the work."""
        total, part, fresh = self._groups, self._part, self._fresh
        for block, g in self._blocks:
            columns = block.fill().transpose(0, 2, 1)
            if fresh:
                np.matmul(columns, g, out=total)
                fresh = False
            else:
                np.matmul(columns, g, out=part)
                np.add(total, part, out=total)
        if fresh:
            self._out.fill(0)  # no windows at all


def convolution(
    x: np.ndarray,
    kernel: np.ndarray,
    out: np.ndarray,
    geometry: Geometry,
    groups: int,
    scratch: Scratch,
) -> Callable[[], None]:
    """Return what computes out = x * kernel, the fastest way that these shapes allow."""
    channels, filters = kernel.shape[-2:]
    if applies(geometry, groups, channels, filters, out.shape[1], x.dtype):
        return WinogradConvolution(x, kernel, out, geometry, scratch)
    return Convolution(x, kernel, out, geometry, groups, scratch)


def kernel_gradient(
    x: np.ndarray,
    g: np.ndarray,
    out: np.ndarray,
    geometry: Geometry,
    groups: int,
    scratch: Scratch,
    accumulate: bool = False,
) -> Callable[[], None]:
    """Return what computes the gradient along the kernel, the fastest way these shapes allow."""
    channels, filters = out.shape[-2:]
    if applies(geometry, groups, channels, filters, g.shape[1], x.dtype):
        return WinogradKernelGradient(x, g, out, geometry, scratch, accumulate)
    return KernelGradient(x, g, out, geometry, groups, scratch, accumulate)
