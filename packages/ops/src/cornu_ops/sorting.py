"""Order: sorting, ranks, positions in a sorted sequence, counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cornu_engine.dtypes import is_float
from cornu_engine.errors import DtypeError, TracedValueError
from cornu_engine.primitives.table import p
from cornu_engine.trace import is_traced, op
from cornu_ops.indexing import take_last
from cornu_ops.movement import along, cut, flat
from cornu_ops.reduction import reversed_order
from cornu_ops.values import Tensor, TensorLike, cast_value, comparable, floating, value


@op
def sort(x: TensorLike, axis: int | None = -1) -> Tensor:
    """Elements in ascending order along an axis, NaN last; `None` flattens first.

    Examples
    --------
    >>> ops.sort([3.0, 1.0, 2.0])
    array([1., 2., 3.], dtype=float32)
    """
    x, axis = along(value(x), axis)
    return p.sort(x, axis=axis)


@op
def argsort(x: TensorLike, axis: int | None = -1) -> Tensor:
    """Positions (int32) that sort an axis; equal elements keep their order.

    Examples
    --------
    >>> ops.argsort([3.0, 1.0, 2.0])
    array([1, 2, 0], dtype=int32)
    """
    x, axis = along(value(x), axis)
    return p.argsort(x, axis=axis)


@op
def argpartition(x: TensorLike, kth: int, axis: int | None = -1) -> Tensor:
    """Positions with those of the `kth + 1` smallest elements first.

    Examples
    --------
    >>> ops.argpartition([3.0, 1.0, 2.0], 1)[:2]
    array([1, 2], dtype=int32)
    """
    x, axis = along(value(x), axis)
    if not -x.shape[axis] <= kth < x.shape[axis]:
        raise ValueError(f"kth {kth} is out of range for an axis of size {x.shape[axis]}.")
    return p.argsort(x, axis=axis)  # a full order is a partition at every place


class TopK(NamedTuple):
    """The largest elements and their positions."""

    values: Any
    indices: Any


@op
def top_k(x: TensorLike, k: int, sorted: bool = True) -> TopK:
    """The `k` largest elements along the last axis, in descending order, and their positions.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    k
        How many.
    sorted
        Accepted for Keras' sake; the result is always sorted.

    Returns
    -------
    TopK
        `values` and `indices` (int32). Of equal elements the earlier comes first.

    Examples
    --------
    >>> ops.top_k([1.0, 5.0, 3.0], 2)
    TopK(values=array([5., 3.], dtype=float32), indices=array([1, 2], dtype=int32))
    """
    x = value(x)
    if not 0 <= k <= x.shape[-1]:
        raise ValueError(f"k = {k} is out of range for a last axis of size {x.shape[-1]}.")
    order = cut(p.argsort(reversed_order(x), axis=x.ndim - 1), x.ndim - 1, 0, k)
    return TopK(take_last(x, order), order)


@op
def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> Tensor:
    """Whether the predicted score of each target is among the `k` largest.

    Parameters
    ----------
    targets
        Class of each sample, `(batch,)`.
    predictions
        Scores `(batch, classes)`.
    k
        How many count.

    Returns
    -------
    Tensor
        Booleans `(batch,)`. Scores equal to the target's do not push it out; a target that is no
        class or whose score is not finite is not in the top.

    Examples
    --------
    >>> ops.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1)
    array([ True, False])
    """
    targets, scores = value(targets), value(predictions)
    targets = targets if targets.dtype.kind in "iu" else cast_value(targets, np.int32)
    last = scores.ndim - 1
    classes = np.arange(scores.shape[-1], dtype=targets.dtype)
    hit = p.eq(p.reshape(targets, shape=(*targets.shape, 1)), classes)
    own = p.sum(p.where(hit, scores, 0.0), axes=(last,), keepdims=True)
    above = p.sum(cast_value(p.lt(own, scores), np.int32), axes=(last,), keepdims=False)
    known = p.max(p.and_(hit, p.isfinite(scores)), axes=(last,), keepdims=False)
    return p.and_(p.lt(above, k), known)


@op
def searchsorted(sorted_sequence: TensorLike, values: TensorLike, side: str = "left") -> Tensor:
    """Where values would be inserted into a sorted vector to keep it sorted.

    Parameters
    ----------
    sorted_sequence
        Vector in ascending order.
    values
        Tensor of any shape, the shape of the result.
    side
        `"left"`: before equal elements; `"right"`: after them.

    Returns
    -------
    Tensor
        Positions, int32.

    Examples
    --------
    >>> ops.searchsorted([1.0, 2.0, 3.0], [2.0, 2.5])
    array([1, 2], dtype=int32)
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right', got {side!r}.")
    line, wanted = comparable(sorted_sequence, values)
    if line.ndim != 1:
        raise ValueError(f"searchsorted() needs a vector, got shape {tuple(line.shape)}.")
    size = line.shape[0]
    low = p.expand(np.zeros((), np.int32), shape=tuple(wanted.shape))
    high = p.expand(np.full((), size, np.int32), shape=tuple(wanted.shape))
    last = p.ne(wanted, wanted) if is_float(wanted.dtype) else None  # NaN
    for _ in range(size.bit_length()):  # bisection: the span halves each time
        middle = p.shift_right(p.add(low, high), 1)
        probe = p.gather(line, p.minimum(middle, size - 1), axis=0)
        past = p.lt(probe, wanted) if side == "left" else p.le(probe, wanted)
        past = past if last is None else p.or_(past, last)
        past = p.and_(past, p.lt(middle, high))
        low, high = p.where(past, p.add(middle, 1), low), p.where(past, high, middle)
    return low if is_traced(low) else np.array(low, np.int32)


@op
def digitize(x: TensorLike, bins: TensorLike) -> Tensor:
    """The bin of each element: how many of the ascending `bins` are not above it.

    Examples
    --------
    >>> ops.digitize([0.5, 1.5, 3.0], [1.0, 2.0])
    array([0, 1, 2], dtype=int32)
    """
    return searchsorted(bins, x, side="right")


@op
def bincount(
    x: TensorLike, weights: TensorLike = None, minlength: int = 0, sparse: bool = False
) -> Tensor:
    """How often each whole number occurs, or the weight it gathers.

    Parameters
    ----------
    x
        Integers `(n,)`, or `(batch, n)` for one count per row.
    weights
        Weights of the shape of `x`.
    minlength
        Least size of the result. Traced values need it: their maximum is not known, and numbers
        from `minlength` on are then not counted.
    sparse
        Only `False` is accepted.

    Examples
    --------
    >>> ops.bincount([1, 2, 2, 5])
    array([0, 1, 2, 0, 0, 1], dtype=int32)
    """
    if sparse:
        raise ValueError("Sparse tensors do not exist here: leave sparse=False.")
    x = value(x)
    if is_float(x.dtype):
        raise DtypeError(
            f"Whole numbers are counted, not {x.dtype}: cast them with ops.cast(x, 'int32')."
        )
    size = int(minlength)
    if not is_traced(x):
        size = max(size, int(x.max()) + 1 if x.size else 0)
    elif size == 0:
        raise TracedValueError(
            "bincount() of a traced value needs minlength: its maximum is not known yet."
        )
    amounts = np.ones((), np.int32) if weights is None else value(weights)
    rows = 1 if x.ndim == 1 else x.shape[0]
    inside = p.and_(p.le(0, x), p.lt(x, size))
    amounts = p.where(inside, amounts, 0)
    places = p.where(inside, x, 0)
    if x.ndim == 2:
        places = p.add(places, np.arange(rows, dtype=x.dtype)[:, None] * size)
    counts = p.scatter_add(flat(places), flat(amounts), shape=(rows * size,), axis=0)
    return counts if x.ndim == 1 else p.reshape(counts, shape=(rows, size))


@op
def histogram(x: TensorLike, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """How many elements fall into each of equally wide bins.

    Parameters
    ----------
    x
        Tensor of any shape.
    bins
        How many bins.
    range
        `(low, high)` of all bins; by default the smallest and largest element.

    Returns
    -------
    counts, edges
        `(bins,)` and `(bins + 1,)`, both floating. The last bin includes its upper edge.

    Examples
    --------
    >>> ops.histogram([1.0, 2.0, 2.5, 4.0], bins=3)
    (array([1., 2., 1.], dtype=float32), array([1., 2., 3., 4.], dtype=float32))
    """
    x = flat(floating(x))
    if range is None:
        low, high = p.min(x, axes=(0,), keepdims=False), p.max(x, axes=(0,), keepdims=False)
        flatness = p.eq(low, high)  # a single number lies in the middle of a bin of width 1
        low, high = (
            p.where(flatness, p.sub(low, 0.5), low),
            p.where(flatness, p.add(high, 0.5), high),
        )
    else:
        low, high = (value(float(v), x.dtype) for v in range)
    steps = np.arange(bins + 1, dtype=x.dtype)
    width = p.mul(p.sub(high, low), 1.0 / bins)
    edges = p.where(np.arange(bins + 1) == bins, high, p.add(low, p.mul(steps, width)))
    place = p.sub(searchsorted(edges, x, side="right"), 1)
    place = p.where(p.eq(x, high), bins - 1, place)
    inside = p.and_(p.le(low, x), p.le(x, high))
    counted = p.scatter_add(
        p.where(inside, place, 0), cast_value(inside, x.dtype), shape=(bins,), axis=0
    )
    return counted, edges
