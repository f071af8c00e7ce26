"""Numbers, sums, products and rows."""

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
