"""Functions that exported files hold: what the kernels of the NumPy backend do.

Each computes in the order of the kernel, so that the bits are the same. They use nothing but NumPy
and one another.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]


def _checked(given: npt.ArrayLike, name: str, kind: str, shape: tuple[int | None, ...]) -> Array:
    """Return an input as an array of the kind and shape that the model takes."""
    found: Array = np.asarray(given)
    fits = len(shape) == found.ndim and all(
        wanted in (None, size) for size, wanted in zip(found.shape, shape, strict=True)
    )
    if not fits or found.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} should be an array of {kind} numbers of shape {shape}, where None is any "
            f"size; got {found.dtype} of shape {found.shape}."
        )
    return found.astype(kind, order="C", copy=False)


def _product(a: Array, b: Array) -> Array:
    """Return the product of two matrices; `np.dot` starts sooner."""
    few = a.shape[0] * a.shape[1] * b.shape[1] < 262_144
    out: Array = np.dot(a, b) if few else np.matmul(a, b)
    return out


def _int8_product(a: Array, b: Array) -> Array:
    """Return the product of int8 in int32: float32 holds sums of up to 1,024 products exactly."""
    total: Array = np.zeros((), np.int32)
    for first in range(0, a.shape[-1], 1024):
        part = slice(first, first + 1024)
        left, right = a[..., part].astype(np.float32), b[..., part, :].astype(np.float32)
        total = np.add(total, np.matmul(left, right).astype(np.int32))
    return total


def _sum(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Return a sum over axes; of rows, or of columns, BLAS takes it as a product with ones."""
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes)
    count, size = len(axes), int(np.prod(shape))
    quick = x.dtype in (np.float32, np.float64) and x.size > 0 and 0 < count < x.ndim
    out: Array
    if quick and size and x.flags.c_contiguous and axes == tuple(range(count)):
        rows, fold = x.size // size, 1
        while size * fold * 2 <= 512 and rows % (fold * 2) == 0:
            fold *= 2  # several rows side by side: longer rows, fewer terms per sum
        out = np.dot(np.ones(rows // fold, x.dtype), x.reshape(rows // fold, size * fold))
        if fold > 1:
            out = np.dot(np.ones(fold, x.dtype), out.reshape(fold, size))
        return out.reshape(shape)
    if quick and size and x.flags.c_contiguous and axes == tuple(range(x.ndim - count, x.ndim)):
        width = x.size // size
        out = np.dot(x.reshape(-1, width), np.ones(width, x.dtype))
        return out.reshape(shape)
    wide = np.dtype(np.float32) if x.dtype == np.float16 else x.dtype
    out = np.add.reduce(x, axis=axes, dtype=wide, keepdims=True)
    return out.astype(x.dtype).reshape(shape)


def _sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)): where exp overflows the result is 0, as it should be."""
    one = x.dtype.type(1)
    out: Array = np.divide(one, np.add(np.exp(np.negative(x, order="C")), one))
    return out


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """Return the value of a polynomial, the highest power first."""
    out: Array = np.multiply(x, np.float32(coefficients[0]))
    for c in coefficients[1:-1]:
        out = np.multiply(np.add(out, np.float32(c)), x)
    total: Array = np.add(out, np.float32(coefficients[-1]))
    return total


_ERF_ABOVE = (
    0.00022905065861350646,
    0.0034082910107109506,
    0.050955695062380861,
    0.18520832239976145,
    1.128379143519084,
)
_ERF_BELOW = (
    -1.1791602954361697e-7,
    0.000023547966471313185,
    0.0010179625278914885,
    0.014070470171167667,
    0.11098505178285362,
    0.49746925110067538,
    1.0,
)


def _erf(x: Array) -> Array:
    """Return the error function of float32: x P(x * x) / Q(x * x) where it is not 1 or -1."""
    limit = 3.832506856900711
    bounded: Array = np.clip(x, np.float32(-limit), np.float32(limit))
    square: Array = np.square(bounded)
    quotient: Array = np.divide(bounded, _polynomial(square, _ERF_BELOW))
    out: Array = np.multiply(quotient, _polynomial(square, _ERF_ABOVE))
    bounded = np.clip(out, np.float32(-1), np.float32(1))
    return bounded


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


def _padded(
    x: Array,
    low: tuple[int, ...],
    high: tuple[int, ...],
    between: tuple[int, ...],
    value: float,
) -> Array:
    """Return `x` with numbers before, after and between its own."""
    sides = list(zip(x.shape, low, high, between, strict=True))
    out: Array = np.full([n + max(0, n - 1) * i + a + b for n, a, b, i in sides], value, x.dtype)
    inner = [slice(a, m - b, i + 1) for m, (_, a, b, i) in zip(out.shape, sides, strict=True)]
    out[tuple(inner)] = x
    return out


def _rows(x: Array, places: Array, axis: int) -> Array:
    """Return the rows of `x` that stand at some places."""
    size, rows = x.shape[axis], places.astype(np.int64)
    if places.size and not -size <= int(rows.min()) <= int(rows.max()) < size:
        raise ValueError(f"An input holds a number that is not in [0, {size}).")
    return np.take(x, rows, axis, mode="wrap")


def _added_rows(places: Array, rows: Array, shape: tuple[int, ...], axis: int) -> Array:
    """Return zeros to which rows have been added; those of equal places are summed at once."""
    out: Array = np.zeros(shape, rows.dtype)
    if not rows.size:
        return out
    size, rank = shape[axis], places.ndim
    front = np.moveaxis(out, axis, 0)
    moved = np.moveaxis(rows, range(axis, axis + rank), range(rank)).reshape(-1, *front.shape[1:])
    flat = places.reshape(-1).astype(np.int64)
    flat = np.where(flat < 0, flat + size, flat)
    order = np.argsort(flat, kind="stable")
    flat = flat[order]
    starts = np.flatnonzero(np.concatenate(([True], flat[1:] != flat[:-1])))
    counts = np.diff(starts, append=len(flat))
    alone = counts == 1
    front[flat[starts[alone]]] = moved[order[starts[alone]]]
    if not alone.all():
        shared = counts[~alone]
        repeated = moved[order[~np.repeat(alone, counts)]]
        first = np.cumsum(shared) - shared
        front[flat[starts[~alone]]] = np.add.reduceat(repeated, first, axis=0, dtype=out.dtype)
    return out


def _cumulated(x: Array, axis: int, reverse: bool) -> Array:
    """Return running sums along an axis, from either end."""
    turned = np.flip(x, axis) if reverse else x
    out: Array = np.add.accumulate(turned, axis=axis, out=np.empty(x.shape, x.dtype))
    return np.ascontiguousarray(np.flip(out, axis)) if reverse else out


def _bits(key: Array, counter: Array, shape: tuple[int, ...]) -> Array:
    """Return random words of 32 bits."""
    size = int(np.prod(shape, dtype=np.int64))
    start = np.array([0, int(counter), 0, 0], np.uint64)
    generator = np.random.Philox(key=key.astype(np.uint64), counter=start)
    words = np.asarray(generator.random_raw((size + 1) // 2), "<u8")
    return words.view("<u4")[:size].astype(np.uint32).reshape(shape)


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
