"""Convolution with half the products: four rows of the output from six rows of the input.

Along the first spatial axis a window of three needs six products for four results (Lavin and Gray,
2016, the one-dimensional F(4, 3)); along the others windows become columns as in `convolution`. The
transforms are products with 6 x 6 matrices, which BLAS does at the speed of memory. Results are
about twice as far from the exact ones as those of a plain product.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np

from cornu_backend_numpy.kernels.geometry import Geometry
from cornu_backend_numpy.kernels.scratch import Scratch
from cornu_backend_numpy.settings import limits

# Interpolation at 0, 1, -1, 2, -2 and infinity.
_INPUT = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    np.float32,
)
_KERNEL = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    np.float32,
)
_OUTPUT = np.array(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], np.float32
)


def applies(
    geometry: Geometry, groups: int, channels: int, filters: int, lines: int, dtype: np.dtype
) -> bool:
    """Tell whether the transforms are possible and cost less than they save.

    Parameters
    ----------
    geometry : Geometry
    groups, channels, filters : int
    lines : int
        Size of the output along the first spatial axis.
    dtype : numpy.dtype
    """
    possible = (
        dtype == np.float32
        and groups == 1
        and geometry.rank > 1
        and (geometry.size[0], geometry.strides[0], geometry.dilation[0]) == (3, 1, 1)
    )
    return (
        possible
        and min(channels, filters) >= limits.winograd
        and (4 * -(-lines // 4) <= limits.winograd_waste * lines)
    )


class _Block(NamedTuple):
    """Views for some images: each pair is (target, source) of a copy."""

    pad: tuple[np.ndarray, np.ndarray] | None
    stack: tuple[np.ndarray, np.ndarray]
    rows: tuple[np.ndarray, np.ndarray]  # (6, numbers): stacked rows, and transformed ones
    columns: tuple[np.ndarray, np.ndarray]
    matrix: np.ndarray  # (6, positions, window)
    images: slice
    tiles: int

    def fill(self) -> np.ndarray:
        """Transform the rows and return their columns."""
        if self.pad is not None:
            np.copyto(*self.pad)
        np.copyto(*self.stack)
        np.matmul(_INPUT, self.rows[0], out=self.rows[1])
        np.copyto(*self.columns)
        return self.matrix


def _blocks(x: np.ndarray, filters: int, geometry: Geometry, scratch: Scratch) -> Iterator[_Block]:
    """Yield the images in blocks whose columns stay in the cache."""
    batch, *spatial, channels = x.shape
    counts = geometry.counts(tuple(spatial))
    tiles = -(-counts[0] // 4)
    rest = Geometry(
        (1, *geometry.size[1:]),
        (1, *geometry.strides[1:]),
        ((0, 0), *geometry.padding[1:]),
        (1, *geometry.dilation[1:]),
    )
    width = rest.padded((1, *spatial[1:]))[1:]
    window = prod(geometry.size[1:]) * channels
    positions = tiles * prod(counts[1:])
    images = max(1, min(batch, limits.winograd_block // max(1, 6 * positions * window * filters)))
    for first in range(0, batch, images) if positions else ():
        chosen = slice(first, min(first + images, batch))
        n = chosen.stop - first
        padded, pad = _padded(x[chosen], geometry, 4 * tiles + 2, scratch)
        steps = padded.strides
        overlapping = np.lib.stride_tricks.as_strided(
            padded, (6, n, tiles, *padded.shape[2:]), (steps[1], steps[0], 4 * steps[1], *steps[2:])
        )
        (stacked,) = scratch.arrays((overlapping.shape, x.dtype))
        (turned,) = scratch.beside.arrays((overlapping.shape, x.dtype))
        flat = turned.reshape(6 * n * tiles, 1, *width, channels)
        windows = Geometry(rest.size, rest.strides, ((0, 0),) * rest.rank, rest.dilation).windows(
            flat
        )
        (columns,) = scratch.arrays((windows.shape, x.dtype))
        rows = (stacked.reshape(6, -1), turned.reshape(6, -1))
        yield _Block(
            pad,
            (stacked, overlapping),
            rows,
            (columns, windows),
            columns.reshape(6, -1, window),
            chosen,
            tiles,
        )


def _padded(
    images: np.ndarray, geometry: Geometry, lines: int, scratch: Scratch
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray] | None]:
    """Return the images with their padding, and as many lines as whole tiles need."""
    batch, *spatial, channels = images.shape
    sizes = geometry.padded(tuple(spatial))
    if not geometry.is_padded and sizes[0] == lines and images.flags.c_contiguous:
        return images, None
    shape = (batch, max(lines, sizes[0]), *sizes[1:], channels)
    padded, inner = scratch.bordered(shape, geometry.inner(tuple(spatial)), images.dtype)
    return padded[:, :lines], (inner, images)


def _tile_rows(
    values: np.ndarray, by_row: np.ndarray
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[np.ndarray]]:
    """Pair the rows of (batch, rows, …) with what stands for them in (4, batch, tiles, …).

    Returns the pairs, and the parts that stand for rows beyond the last.
    """
    batch, lines, *rest = values.shape
    tiles = by_row.shape[2]
    if lines == 4 * tiles:
        return [(np.moveaxis(values.reshape(batch, tiles, 4, *rest), 2, 0), by_row)], []
    rows = [values[:, i::4][:, :tiles] for i in range(4)]
    pairs = [(r, part[:, : r.shape[1]]) for r, part in zip(rows, by_row, strict=True)]
    return pairs, [
        part[:, r.shape[1] :] for r, part in zip(rows, by_row, strict=True) if r.shape[1] < tiles
    ]


class WinogradConvolution:
    """out = x * kernel, for windows of three along the first spatial axis.

    Parameters
    ----------
    x, kernel, out : ndarray
    geometry : Geometry
    scratch : Scratch
    """

    def __init__(
        self,
        x: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        scratch: Scratch,
    ) -> None:
        self._kernel = kernel.reshape(3, -1)
        (self._turned,) = scratch.shared(((6, kernel[0].size), kernel.dtype))
        self._matrices = self._turned.reshape(6, -1, kernel.shape[-1])
        self._blocks = []
        for block in _blocks(x, kernel.shape[-1], geometry, scratch):
            shape = (block.images.stop - block.images.start, block.tiles, *out.shape[2:])
            (products,) = scratch.beside.arrays(((6, *shape), x.dtype))
            (results,) = scratch.arrays(((4, *shape), x.dtype))
            pairs, _ = _tile_rows(out[block.images], results)
            flat = (
                products.reshape(*block.matrix.shape[:2], -1),
                products.reshape(6, -1),
                results.reshape(4, -1),
            )
            self._blocks.append((block, *flat, pairs))

    def __call__(self) -> None:
        """Do the work."""
        np.matmul(_KERNEL, self._kernel, out=self._turned)
        matrices = self._matrices
        for block, products, six, four, pairs in self._blocks:
            np.matmul(block.fill(), matrices, out=products)
            np.matmul(_OUTPUT, six, out=four)
            for target, rows in pairs:
                np.copyto(target, rows)


class WinogradKernelGradient:
    """Gradient of `WinogradConvolution` along its kernel.

    Parameters
    ----------
    x, g, out : ndarray
        Input, gradient of the output, gradient of the kernel.
    geometry : Geometry
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
        scratch: Scratch,
        accumulate: bool = False,
    ) -> None:
        filters = out.shape[-1]
        self._out, self._accumulate = out.reshape(3, -1), accumulate
        transformed = ((6, out[0].size // filters, filters), out.dtype)
        self._total, self._part, self._share = scratch.shared(
            transformed, transformed, (self._out.shape, out.dtype)
        )
        self._blocks = []
        for block in _blocks(x, filters, geometry, scratch):
            shape = (block.images.stop - block.images.start, block.tiles, *g.shape[2:])
            (stacked,) = scratch.beside.arrays(((4, *shape), g.dtype))
            (turned,) = scratch.beside.beside.arrays(((6, *shape), g.dtype))
            pairs, beyond = _tile_rows(g[block.images], stacked)
            flat = (
                stacked.reshape(4, -1),
                turned.reshape(6, -1),
                turned.reshape(*block.matrix.shape[:2], filters),
            )
            self._blocks.append((block, *flat, pairs, beyond))

    def __call__(self) -> None:
        """Do the work."""
        total, part = self._total, self._part
        target = total
        for block, four, six, turned, pairs, beyond in self._blocks:
            columns = block.fill().transpose(0, 2, 1)
            for source, rows in pairs:
                np.copyto(rows, source)
            for rows in beyond:
                rows.fill(0)
            np.matmul(_OUTPUT.T, four, out=six)
            np.matmul(columns, turned, out=target)
            if target is part:
                np.add(total, part, out=total)
            target = part
        if self._accumulate:
            np.matmul(_KERNEL.T, total.reshape(6, -1), out=self._share)
            np.add(self._out, self._share, out=self._out)
        else:
            np.matmul(_KERNEL.T, total.reshape(6, -1), out=self._out)


class WinogradInputGradient:
    """Gradient of `WinogradConvolution` along its input: the transforms transposed, in reverse.

    Parameters
    ----------
    g, kernel, out : ndarray
        Gradient of the output, kernel, gradient of the input.
    geometry : Geometry
        With strides of 1.
    scratch : Scratch
    """

    def __init__(
        self,
        g: np.ndarray,
        kernel: np.ndarray,
        out: np.ndarray,
        geometry: Geometry,
        scratch: Scratch,
    ) -> None:
        rank, channels = geometry.rank, kernel.shape[-2]
        self._kernel = kernel.reshape(3, -1)
        shape = (6, kernel[0].size)
        self._turned, matrices = scratch.shared((shape, kernel.dtype), (shape, kernel.dtype))
        backwards = (slice(None), *(slice(None, None, -1),) * (rank - 1))
        mirrored = self._turned.reshape(6, *kernel.shape[1:])[backwards]
        self._mirrored = np.swapaxes(mirrored, -1, -2)
        self._matrices = matrices.reshape(self._mirrored.shape)
        self._flat = self._matrices.reshape(6, -1, channels)
        self._blocks = [
            self._block(g[i], out[i], geometry, scratch) for i in self._images(g, out, geometry)
        ]

    def _images(self, g: np.ndarray, out: np.ndarray, geometry: Geometry) -> list[slice]:
        positions = -(-g.shape[1] // 4) * prod(out.shape[2:-1])
        window = prod(geometry.size[1:]) * g.shape[-1]
        images = max(1, limits.winograd_block // max(1, 6 * positions * window * out.shape[-1]))
        return [slice(i, i + images) for i in range(0, len(g), images)]

    def _block(self, g: np.ndarray, out: np.ndarray, geometry: Geometry, scratch: Scratch) -> tuple:
        n, lines, *spatial, filters = g.shape
        *width, channels = out.shape[2:]
        tiles, size = -(-lines // 4), geometry.size[1:]
        sides = [
            (r - 1 - a, r - 1 - b)
            for r, (a, b) in zip(geometry.reach[1:], geometry.padding[1:], strict=True)
        ]
        padded = [m + a + b for m, (a, b) in zip(spatial, sides, strict=True)]
        inner = tuple(slice(a, a + m) for m, (a, _) in zip(spatial, sides, strict=True))
        whole = (slice(None),) * 3
        bordered, values = scratch.bordered(
            (4, n, tiles, *padded, filters), (*whole, *inner, slice(None)), g.dtype
        )
        (turned,) = scratch.beside.arrays(((6, n, tiles, *padded, filters), g.dtype))
        along = Geometry(
            (1, *size), (1,) * geometry.rank, ((0, 0),) * geometry.rank, (1, *geometry.dilation[1:])
        )
        windows = along.windows(turned.reshape(6 * n * tiles, 1, *padded, filters))
        (columns,) = scratch.arrays((windows.shape, g.dtype))
        (products,) = scratch.beside.arrays(((6, n, tiles, *width, channels), g.dtype))
        (rows,) = scratch.arrays((products.shape, g.dtype))
        low, reached = geometry.padding[0][0], 4 * tiles + 2
        direct = low == 0 and out.shape[1] == reached and out.flags.c_contiguous
        (own,) = scratch.beside.beside.arrays(((n, reached, *width, channels), g.dtype))
        total = out if direct else own
        return (
            *_tile_rows(g, values),
            (bordered.reshape(4, -1), turned.reshape(6, -1)),
            (columns, windows),
            (columns.reshape(6, -1, prod(size) * filters), products.reshape(6, -1, channels)),
            (products.reshape(6, -1), rows.reshape(6, -1)),
            (
                np.moveaxis(total[:, : 4 * tiles].reshape(n, tiles, 4, *width, channels), 2, 0),
                rows[:4],
            ),
            total[:, 4 * tiles :],
            [(total[:, a::4][:, :tiles], rows[a]) for a in (4, 5)],
            None if direct else (out, total[:, low : low + out.shape[1]]),
        )

    def __call__(self) -> None:
        """Do the work."""
        np.matmul(_KERNEL, self._kernel, out=self._turned)
        np.copyto(self._matrices, self._mirrored)
        matrices = self._flat
        for pairs, beyond, output, columns, product, back, first, last, more, place in self._blocks:
            for source, rows in pairs:
                np.copyto(rows, source)
            for rows in beyond:
                rows.fill(0)
            np.matmul(_OUTPUT.T, output[0], out=output[1])
            np.copyto(*columns)
            np.matmul(product[0], matrices, out=product[1])
            np.matmul(_INPUT.T, back[0], out=back[1])
            np.copyto(*first)
            last.fill(0)
            for target, rows in more:
                np.add(target, rows, out=target)
            if place is not None:
                target, rows = place
                np.copyto(target[:, : rows.shape[1]], rows)
                target[:, rows.shape[1] :].fill(0)
