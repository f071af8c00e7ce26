"""Windows that slide over images: their places, sums, largest values and matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]


def _windows(
    x: Array,
    axes: tuple[int, ...],
    size: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Array:
    """Return windows that slide over axes of `x`, their elements along new last axes."""
    shape, steps = list(x.shape), list(x.strides)
    for axis, window, stride, gap in zip(axes, size, strides, dilation, strict=True):
        shape[axis] = max(0, (x.shape[axis] - (window - 1) * gap - 1) // stride + 1)
        steps[axis] = x.strides[axis] * stride
    inner = [x.strides[axis] * gap for axis, gap in zip(axes, dilation, strict=True)]
    return np.lib.stride_tricks.as_strided(x, (*shape, *size), (*steps, *inner))


def _fold(
    g: Array,
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    size: tuple[int, ...],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
) -> Array:
    """Return the sum of windows, each element where it was taken from."""
    out: Array = np.zeros(shape, g.dtype)
    for element in np.ndindex(*size) if g.size else ():
        region = [slice(None)] * len(shape)
        for axis, first, stride, gap in zip(axes, element, strides, dilation, strict=True):
            start = first * gap
            region[axis] = slice(start, start + (g.shape[axis] - 1) * stride + 1, stride)
        target = out[tuple(region)]
        of_element = (..., *element)
        np.add(target, g[of_element], out=target)
    return out


def _taps(
    spatial: tuple[int, ...],
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> list[tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...]]]:
    """Return, for each element of a window, the inputs it meets, and at which windows."""
    found = []
    for element in np.ndindex(*size):
        inputs, windows = [slice(None)], [slice(None)]
        for axis, n in enumerate(spatial):
            low, high = padding[axis]
            stride, gap = strides[axis], dilation[axis]
            reach = (size[axis] - 1) * gap + 1
            count = max(0, (n + low + high - reach) // stride + 1)
            shift = element[axis] * gap - low
            start = max(0, -(shift // stride))
            stop = min(count, (n - 1 - shift) // stride + 1)
            first = start * stride + shift
            inputs.append(slice(first, first + (stop - start - 1) * stride + 1, stride))
            windows.append(slice(start, stop))
        if all(w.stop > w.start for w in windows[1:]):
            all_ = slice(None)
            found.append((element, (*inputs, all_), (*windows, all_)))
    return found


def _counts(
    spatial: tuple[int, ...],
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> tuple[int, ...]:
    """Return how many windows lie along each axis."""
    return tuple(
        max(0, (n + low + high - (k - 1) * gap - 1) // stride + 1)
        for n, k, stride, (low, high), gap in zip(
            spatial, size, strides, padding, dilation, strict=True
        )
    )


def _max_pool(
    x: Array,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    """Return the largest value of each window; padding never wins."""
    ones, spatial = (1,) * len(size), x.shape[1:-1]
    counts = _counts(spatial, size, strides, padding, ones)
    out: Array = np.empty((x.shape[0], *counts, x.shape[-1]), x.dtype)
    taps = _taps(spatial, size, strides, padding, ones)
    if any(map(any, padding)) or len(taps) < 2:
        out.fill(-np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype.type(0).dtype.name).min)
    else:
        (_, first, windows), (_, second, _), *taps = taps
        np.maximum(x[first], x[second], out=out[windows])
    for _, inputs, windows in taps:
        np.maximum(x[inputs], out[windows], out=out[windows])
    return out


def _avg_pool(
    x: Array,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
) -> Array:
    """Return the mean of each window over the values in it; padding is not counted."""
    ones, spatial = (1,) * len(size), x.shape[1:-1]
    counts = _counts(spatial, size, strides, padding, ones)
    out: Array = np.zeros((x.shape[0], *counts, x.shape[-1]), x.dtype)
    many: Array = np.zeros((1, *counts, 1), x.dtype)
    for _, inputs, windows in _taps(spatial, size, strides, padding, ones):
        np.add(x[inputs], out[windows], out=out[windows])
        np.add(many[windows], x.dtype.type(1), out=many[windows])
    np.divide(out, many, out=out)
    return out


def _bordered(x: Array, padding: tuple[tuple[int, int], ...]) -> Array:
    """Return images with zeros around them."""
    if not any(map(any, padding)):
        return x
    sizes = [n + a + b for n, (a, b) in zip(x.shape[1:-1], padding, strict=True)]
    out: Array = np.zeros((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    inner = [slice(a, a + n) for n, (a, _) in zip(x.shape[1:-1], padding, strict=True)]
    place = (slice(None), *inner)
    out[place] = x
    return out


def _spatial_windows(
    x: Array, size: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...]
) -> Array:
    """Return the windows of images: (batch, *windows, *size, channels)."""
    batch, *spatial, channels = x.shape
    first, *steps, last = x.strides
    counts = _counts(tuple(spatial), size, strides, ((0, 0),) * len(size), dilation)
    outer = [n * s for n, s in zip(steps, strides, strict=True)]
    inner = [n * d for n, d in zip(steps, dilation, strict=True)]
    shape = (batch, *counts, *size, channels)
    return np.lib.stride_tricks.as_strided(x, shape, (first, *outer, *inner, last))


def _by_columns(
    x: Array,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
    whole: bool,
) -> list[tuple[Array, slice, slice]]:
    """Return matrices of windows, and the images and lines of the output that each belongs to."""
    batch, *spatial, channels = x.shape
    counts = _counts(tuple(spatial), size, strides, padding, dilation)
    positions, window = int(np.prod(counts)), int(np.prod(size)) * channels // groups
    if not batch * positions:
        return []
    all_images, all_lines = slice(0, batch), slice(0, counts[0])
    padded = _bordered(x, padding)
    plain = groups == 1 and {*size, *strides} <= {1} and padded is x and x.flags.c_contiguous
    if plain:  # the images are their own matrix
        return [(x.reshape(1, -1, channels), all_images, all_lines)]
    bytes_of_image = positions * window * groups * x.itemsize
    upright = channels == groups == 1 and strides[-1] == 1 and counts[-1] > size[-1]
    images = max(1, min(batch, (1 << 20) // bytes_of_image))
    lines = max(1, min(counts[0], (1 << 20) * counts[0] // bytes_of_image))
    lines = counts[0] if whole else lines
    found = _spatial_windows(padded, size, strides, dilation)
    grouped = np.moveaxis(found.reshape(*found.shape[:-1], groups, -1), -2, 0)
    rank, blocks = len(size), []
    for image in range(0, batch, images):
        for line in range(0, counts[0], lines):
            part = grouped[:, image : image + images, line : line + lines]
            place = slice(image, image + part.shape[1]), slice(line, line + part.shape[2])
            if upright:
                part = part.transpose(0, *range(rank + 2, 2 * rank + 3), *range(1, rank + 2))
                flat = np.ascontiguousarray(part).reshape(groups, window, -1)
                blocks.append((flat.transpose(0, 2, 1), *place))
            else:
                flat = np.ascontiguousarray(part).reshape(groups, -1, window)
                blocks.append((flat, *place))
    return blocks
