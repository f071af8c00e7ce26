"""Convolutions and what they carry back: by matrices of windows, or by tiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cornu_export.python.helpers.values import _int8_product
from cornu_export.python.helpers.windows import _by_columns, _counts, _spatial_windows, _taps

Array = npt.NDArray[np.generic]


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
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    np.float32,
)


def _by_tiles(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Array:
    """Convolve with half the products: four lines of the output from six of the input.

    Lavin and Gray (2016), F(4, 3) along the first spatial axis.
    """
    *size, channels, filters = kernel.shape
    batch, *spatial, _ = x.shape
    counts = _counts(tuple(spatial), tuple(size), strides, padding, dilation)
    tiles = -(-counts[0] // 4)
    lines = 4 * tiles + 2
    inner = [slice(a, a + n) for n, (a, _) in zip(spatial, padding, strict=True)]
    sizes = [n + a + b for n, (a, b) in zip(spatial, padding, strict=True)]
    padded: Array = np.zeros((batch, max(lines, sizes[0]), *sizes[1:], channels), x.dtype)
    place = (slice(None), *inner)
    padded[place] = x
    window = int(np.prod(size[1:])) * channels
    matrices: Array = np.matmul(_KERNEL, kernel.reshape(3, -1)).reshape(6, window, filters)
    out: Array = np.empty((batch, *counts, filters), x.dtype)
    work = 6 * tiles * int(np.prod(counts[1:])) * window * filters
    images = max(1, min(batch, 5_000_000 // max(1, work)))
    for first in range(0, batch, images) if work else ():
        part = padded[first : first + images, :lines]
        steps, n = part.strides, len(part)
        six = np.lib.stride_tricks.as_strided(
            part, (6, n, tiles, *part.shape[2:]), (steps[1], steps[0], 4 * steps[1], *steps[2:])
        )
        turned: Array = np.matmul(_INPUT, np.ascontiguousarray(six).reshape(6, -1))
        flat = turned.reshape(6 * n * tiles, 1, *part.shape[2:])
        columns = _spatial_windows(flat, (1, *size[1:]), (1, *strides[1:]), (1, *dilation[1:]))
        products: Array = np.matmul(np.ascontiguousarray(columns).reshape(6, -1, window), matrices)
        four: Array = np.matmul(_OUTPUT, products.reshape(6, -1))
        rows = four.reshape(4, n, tiles, *counts[1:], filters)
        for i in range(4):
            target = out[first : first + images, i::4]
            target[...] = rows[i][:, : target.shape[1]]
    return out


def _convolution(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Array:
    """Convolve images (batch, *spatial, channels) with (*size, channels of a group, filters)."""
    x, kernel = np.ascontiguousarray(x), np.ascontiguousarray(kernel)
    *size, channels, filters = kernel.shape
    counts = _counts(x.shape[1:-1], tuple(size), strides, padding, dilation)
    if (
        x.dtype == np.float32
        and groups == 1
        and len(size) > 1
        and (size[0], strides[0], dilation[0]) == (3, 1, 1)
        and min(channels, filters) >= 8
        and 4 * -(-counts[0] // 4) <= 1.3 * counts[0]
    ):
        return _by_tiles(x, kernel, strides, padding, dilation)
    out: Array = np.empty((x.shape[0], *counts, filters), x.dtype)
    by_group = kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    blocks = _by_columns(x, tuple(size), strides, padding, dilation, groups, False)
    for columns, images, lines in blocks:
        target = out[images, lines].reshape(-1, groups, filters // groups).transpose(1, 0, 2)
        np.matmul(columns, by_group, out=target)
    return out


def _int8_convolution(
    x: Array,
    kernel: Array,
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Array:
    """Do what `_convolution` does, of int8 in int32."""
    x, (*size, _, filters) = np.ascontiguousarray(x), kernel.shape
    counts = _counts(x.shape[1:-1], tuple(size), strides, padding, dilation)
    out: Array = np.empty((x.shape[0], *counts, filters), np.int32)
    by_group = kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    blocks = _by_columns(x, tuple(size), strides, padding, dilation, groups, False)
    for columns, images, lines in blocks:
        target = out[images, lines].reshape(-1, groups, filters // groups).transpose(1, 0, 2)
        target[...] = _int8_product(columns, by_group)
    return out


def _back_by_tiles(
    g: Array,
    kernel: Array,
    shape: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Array:
    """Do what `_by_tiles` does the other way round: its transforms transposed, in reverse."""
    *size, channels, filters = kernel.shape
    batch, lines, *spatial, _ = g.shape
    width, ones = shape[2:-1], (1,) * len(size)
    tiles, window = -(-lines // 4), int(np.prod(size[1:])) * filters
    spread: Array = np.matmul(_KERNEL, kernel.reshape(3, -1)).reshape(6, *kernel.shape[1:])
    backwards = [slice(None), *(slice(None, None, -1) for _ in size[1:])]
    mirrored = spread[tuple(backwards)]
    matrices = np.ascontiguousarray(np.swapaxes(mirrored, -1, -2)).reshape(6, window, channels)
    reaches = [(k - 1) * d for k, d in zip(size[1:], dilation[1:], strict=True)]
    sides = [(r - a, r - b) for r, (a, b) in zip(reaches, padding[1:], strict=True)]
    sizes = [n + a + b for n, (a, b) in zip(spatial, sides, strict=True)]
    inner = [slice(a, a + n) for n, (a, _) in zip(spatial, sides, strict=True)]
    out: Array = np.zeros(shape, g.dtype)
    work = 6 * tiles * int(np.prod(width)) * window * channels
    images = max(1, 5_000_000 // max(1, work))
    for first in range(0, batch, images) if work else ():
        part = g[first : first + images]
        four: Array = np.zeros((4, len(part), tiles, *sizes, filters), g.dtype)
        for i in range(4):
            rows = part[:, i::4]
            place = (slice(None), slice(rows.shape[1]), *inner)
            four[i][place] = rows
        six: Array = np.matmul(_OUTPUT.T, four.reshape(4, -1))
        flat = six.reshape(6 * len(part) * tiles, 1, *sizes, filters)
        columns = _spatial_windows(flat, (1, *size[1:]), ones, (1, *dilation[1:]))
        products: Array = np.matmul(np.ascontiguousarray(columns).reshape(6, -1, window), matrices)
        turned: Array = np.matmul(_INPUT.T, products.reshape(6, -1))
        lined = turned.reshape(6, len(part), tiles, *width, channels)
        total: Array = np.zeros((len(part), 4 * tiles + 2, *width, channels), g.dtype)
        for i in range(6):
            target = total[:, i::4][:, :tiles]
            if i < 4:
                target[...] = lined[i]
            else:
                np.add(target, lined[i], out=target)
        kept = total[:, padding[0][0] : padding[0][0] + shape[1]]
        out[first : first + images, : kept.shape[1]] = kept
    return out


def _transposed_convolution(
    g: Array,
    kernel: Array,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Array:
    """Return what a convolution of this kernel carries back to its images, of some shape."""
    g, kernel = np.ascontiguousarray(g), np.ascontiguousarray(kernel)
    *size, channels, filters = kernel.shape
    *lead, last = size
    reaches = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    back = tuple((r - 1 - a, r - 1 - b) for r, (a, b) in zip(reaches, padding, strict=True))
    single = set(strides) == {1}
    by_row = groups == 1 and strides[-1] == 1 and min(back[-1]) >= 0 and int(np.prod(size)) > 1
    tiles = (
        g.dtype == np.float32
        and groups == 1
        and len(size) > 1
        and (size[0], dilation[0]) == (3, 1)
        and min(channels, filters) >= 8
    )
    if (
        tiles
        and by_row
        and single
        and filters > channels
        and 4 * -(-g.shape[1] // 4) <= 1.3 * g.shape[1]
        and min(map(min, back[1:])) >= 0
    ):
        return _back_by_tiles(g, kernel, shape, padding, dilation)
    halved = tiles and 4 * -(-shape[1] // 4) <= 1.3 * shape[1]
    if by_row and single and min(map(min, back)) >= 0 and (halved or filters <= channels):
        mirrored = np.swapaxes(kernel[(slice(None, None, -1),) * len(size)], -1, -2)
        return _convolution(g, mirrored, strides, back, dilation, 1)
    out: Array = np.zeros(shape, g.dtype)
    spatial = shape[1:-1]
    if by_row:  # columns along the last axis, taps along the others
        taps, ones, none = int(np.prod(lead)), (1,) * len(lead), ((0, 0),) * len(lead)
        turned = kernel[..., ::-1, :, :].reshape(taps, last, channels, filters)
        matrix = np.ascontiguousarray(turned.transpose(1, 3, 0, 2))
        matrix = matrix.reshape(1, last * filters, taps * channels)
        across = _taps(
            spatial, (*lead, 1), (*strides[:-1], 1), (*padding[:-1], (0, 0)), (*dilation[:-1], 1)
        )
        along = (*ones, last), (*ones, 1), (*none, back[-1]), (*ones, dilation[-1])
        for columns, images, _ in _by_columns(g, *along, 1, True):
            products: Array = np.matmul(columns, matrix)
            shaped = products.reshape(-1, *g.shape[1:-2], spatial[-1], taps, channels)
            by_tap = np.moveaxis(shaped, -2, 0).reshape(*lead, *shaped.shape[:-2], channels)
            for element, inputs, windows in across:
                target = out[images][inputs]
                np.add(target, by_tap[element[:-1]][windows], out=target)
        return out
    taps, width, counts = int(np.prod(size)), channels, g.shape[1:-1]
    turned = kernel.reshape(taps, width, groups, -1).transpose(0, 2, 3, 1)
    bytes_of_image = int(np.prod(counts)) * channels * groups * taps * g.itemsize
    images_at_once = max(1, min(len(g), (1 << 20) // max(1, bytes_of_image)))
    everywhere = _taps(spatial, tuple(size), strides, padding, dilation)
    for first in range(0, len(g), images_at_once) if g.size else ():
        part = g[first : first + images_at_once]
        by_group = part.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
        products = np.matmul(by_group, turned)
        shaped = products.reshape(*size, groups, len(part), *counts, width)
        region = out[first : first + images_at_once].reshape(len(part), *spatial, groups, width)
        for element, inputs, windows in everywhere:
            target = region[inputs]
            np.add(target, np.moveaxis(shaped[element], 0, -2)[windows], out=target)
    return out
