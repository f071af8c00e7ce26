"""Order statistics, differences and correlations."""

from __future__ import annotations

import math

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axes, normalize_axis, product, reduced_shape
from cornu_engine.trace import is_traced, op
from cornu_ops.contraction import product_of
from cornu_ops.indexing import take_last
from cornu_ops.movement import cut, flat, permuted
from cornu_ops.reduction import mean_of
from cornu_ops.values import (
    Axis,
    Tensor,
    TensorLike,
    cast_value,
    floating,
    is_weak,
    promote_floating,
    value,
)

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _rows(x: Tensor, axis: Axis) -> Tensor:
    """The axes joined into one, which stands last."""
    axes = normalize_axes(axis, x.ndim)
    rest = [i for i in range(x.ndim) if i not in axes]
    moved = permuted(x, [*rest, *axes])
    return p.reshape(moved, shape=(*(x.shape[i] for i in rest), product(x.shape[i] for i in axes)))


def _quantiles(
    x: TensorLike, q: TensorLike, axis: Axis, method: str, keepdims: bool, skip_nan: bool
) -> Tensor:
    if method not in _METHODS:
        raise ValueError(f"method must be one of {_METHODS}, got {method!r}.")
    x = floating(x)
    q = value(q, x.dtype)
    if not is_traced(q) and not np.all((q >= 0) & (q <= 1)):
        raise ValueError(
            "q is a share of the elements, from 0 to 1; a percentage is divided by 100."
        )
    rows = p.sort(_rows(x, axis), axis=x.ndim - len(normalize_axes(axis, x.ndim)))
    last = rows.ndim - 1
    size = rows.shape[-1]
    if size == 0:
        raise ValueError(f"A quantile of no elements: shape {tuple(x.shape)}, axis {axis}.")
    missing = p.ne(rows, rows)
    # NaN is sorted to the end: with n numbers before it, the place of q is q * (n - 1)
    if skip_nan:
        present = p.sum(p.cast(p.invert(missing), dtype=x.dtype), axes=(last,), keepdims=True)
        top = p.maximum(p.sub(present, 1.0), 0.0)
    else:
        top = np.full((1,) * rows.ndim, size - 1, x.dtype)
    wanted = p.reshape(q, shape=(1,) * last + (int(q.size),))
    place = p.mul(wanted, top)
    low, high = p.floor(place), p.ceil(place)
    if method == "nearest":
        low = high = p.round(place)
    below = high if method == "higher" else low
    quantiles = take_last(rows, cast_value(below, np.int32))
    if method in ("linear", "midpoint"):
        above = take_last(rows, cast_value(high, np.int32))
        weight = p.sub(place, low)
        if method == "midpoint":
            weight = p.mul(cast_value(p.ne(weight, 0.0), rows.dtype), 0.5)
        # not a + (b - a) w: between -inf and a number that would be inf - inf
        between = p.add(p.mul(quantiles, p.sub(1.0, weight)), p.mul(above, weight))
        quantiles = p.where(p.eq(weight, 0.0), quantiles, between)
    if not skip_nan:
        any_missing = p.max(missing, axes=(last,), keepdims=True)
        quantiles = p.where(any_missing, math.nan, quantiles)
    kept = reduced_shape(x.shape, normalize_axes(axis, x.ndim), keepdims)
    return p.reshape(permuted(quantiles, [last, *range(last)]), shape=(*q.shape, *kept))


@op
def median(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Middle element over axes, the mean of the middle two where their number is even.

    Examples
    --------
    >>> ops.median([3.0, 1.0, 2.0, 10.0], keepdims=True)
    array([2.5], dtype=float32)
    """
    return _quantiles(x, 0.5, axis, "linear", keepdims, skip_nan=False)


@op
def nanmedian(x: TensorLike, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """`median` of what is not NaN.

    Examples
    --------
    >>> ops.nanmedian([3.0, float("nan"), 2.0], keepdims=True)
    array([2.5], dtype=float32)
    """
    return _quantiles(x, 0.5, axis, "linear", keepdims, skip_nan=True)


@op
def quantile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The elements below which the shares `q` of all elements over axes lie.

    Parameters
    ----------
    x
        Tensor of any shape.
    q
        Number or vector, each in [0, 1].
    axis
        Axis or axes; all by default.
    method
        What lies between two elements: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
        `"nearest"`.
    keepdims
        Keep the reduced axes with size 1.

    Returns
    -------
    Tensor
        One result for each of `q` (along a new first axis), or one for a number.

    Examples
    --------
    >>> ops.quantile([1.0, 2.0, 3.0, 4.0], [0.5, 1.0])
    array([2.5, 4. ], dtype=float32)
    """
    return _quantiles(x, q, axis, method, keepdims, skip_nan=False)


@op
def nanquantile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`quantile` of what is not NaN.

    Examples
    --------
    >>> ops.nanquantile([1.0, float("nan"), 3.0], [0.5])
    array([2.], dtype=float32)
    """
    return _quantiles(x, q, axis, method, keepdims, skip_nan=True)


@op
def percentile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`quantile` with `q` in per cent.

    Examples
    --------
    >>> ops.percentile([1.0, 2.0, 3.0], [50.0])
    array([2.], dtype=float32)
    """
    return _quantiles(x, _hundredth(q), axis, method, keepdims, skip_nan=False)


@op
def nanpercentile(
    x: TensorLike, q: TensorLike, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`percentile` of what is not NaN.

    Examples
    --------
    >>> ops.nanpercentile([1.0, float("nan"), 3.0], [50.0])
    array([2.], dtype=float32)
    """
    return _quantiles(x, _hundredth(q), axis, method, keepdims, skip_nan=True)


def _hundredth(q: TensorLike) -> Tensor:
    return q / 100.0 if is_weak(q) else p.div(floating(q), 100.0)


@op
def diff(a: TensorLike, n: int = 1, axis: int = -1) -> Tensor:
    """Differences of neighbours along an axis, taken `n` times.

    Examples
    --------
    >>> ops.diff([1, 4, 9, 16])
    array([3, 5, 7], dtype=int32)
    """
    x = value(a)
    axis = normalize_axis(axis, x.ndim)
    for _ in range(n):
        size = x.shape[axis]
        late, early = cut(x, axis, min(1, size), size), cut(x, axis, 0, max(0, size - 1))
        x = p.ne(late, early) if x.dtype == bool else p.sub(late, early)
    return x


@op
def trapezoid(y: TensorLike, x: TensorLike = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """Area under samples along an axis, joined by straight lines.

    Parameters
    ----------
    y
        Samples.
    x
        Where they were taken: a vector, or of the shape of `y`.
    dx
        Their distance where `x` is not given.
    axis
        The axis of samples.

    Examples
    --------
    >>> float(ops.trapezoid([1.0, 2.0, 3.0]))
    4.0
    """
    y = floating(y)
    axis = normalize_axis(axis, y.ndim)
    size = y.shape[axis]
    pairs = p.add(cut(y, axis, 1, size), cut(y, axis, 0, size - 1))
    if x is None:
        return p.mul(p.sum(pairs, axes=(axis,), keepdims=False), 0.5 * dx)
    steps = value(x, y.dtype)
    if steps.ndim == 1:
        steps = p.reshape(steps, shape=tuple(size if i == axis else 1 for i in range(y.ndim)))
    steps = p.sub(cut(steps, axis, 1, size), cut(steps, axis, 0, size - 1))
    return p.mul(p.sum(p.mul(pairs, steps), axes=(axis,), keepdims=False), 0.5)


@op
def corrcoef(x: TensorLike) -> Tensor:
    """Pearson's correlation of each pair of rows.

    Examples
    --------
    >>> ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    array([[ 1., -1.],
           [-1.,  1.]], dtype=float32)
    """
    x = floating(x)
    if x.ndim not in (1, 2):
        raise ValueError(f"corrcoef() needs a vector or a matrix, got shape {tuple(x.shape)}.")
    rows = p.reshape(x, shape=(1, x.shape[0])) if x.ndim == 1 else x
    centred = p.sub(rows, mean_of(rows, 1, True))
    products = product_of(centred, permuted(centred, (1, 0)))
    deviation = p.sqrt(p.sum(p.mul(centred, centred), axes=(1,), keepdims=True))
    scale = p.mul(deviation, p.reshape(deviation, shape=(1, rows.shape[0])))
    correlations = p.minimum(1.0, p.maximum(-1.0, p.div(products, scale)))
    return p.reshape(correlations, shape=()) if x.ndim < 2 else correlations


@op
def correlate(x1: TensorLike, x2: TensorLike, mode: str = "valid") -> Tensor:
    """Sums of products of two vectors, the second moved along the first; always floats.

    Parameters
    ----------
    x1, x2
        Vectors.
    mode
        `"valid"`: where they overlap fully; `"same"`: as many as the longer has; `"full"`:
        wherever they overlap.

    Examples
    --------
    >>> ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0])
    array([2., 3.], dtype=float32)
    """
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"mode must be 'valid', 'same' or 'full', got {mode!r}.")
    a, b = promote_floating(x1, x2)
    if a.ndim != 1 or b.ndim != 1:
        raise ShapeError(
            f"correlate() needs two vectors, got shapes {tuple(a.shape)} and {tuple(b.shape)}."
        )
    swapped = a.shape[0] < b.shape[0]
    long, short = (b, a) if swapped else (a, b)
    n, m = long.shape[0], short.shape[0]
    start, count = {"valid": (m - 1, n - m + 1), "same": ((m - 1) // 2, n), "full": (0, n + m - 1)}[
        mode
    ]
    padded = p.pad(long, low=(m - 1,), high=(m - 1,), interior=(0,), value=0)
    windows = p.windows(padded, axes=(0,), size=(m,), strides=(1,), dilation=(1,))
    sums = flat(product_of(windows, short))
    if swapped:
        sums = p.flip(sums, axes=(0,))
        start = n + m - 1 - start - count
    return cut(sums, 0, start, start + count)
