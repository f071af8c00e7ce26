"""Reductions of rows that share a label."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import TracedValueError
from cornu_engine.primitives.table import p
from cornu_engine.trace import is_traced, op
from cornu_ops.movement import cut
from cornu_ops.values import Tensor, TensorLike, cast_value, highest, lowest, value

_REDUCERS: dict[str, Any] = {"mul": p.mul, "max": p.maximum, "min": p.minimum}


def _columns(mask: Tensor, like: Tensor) -> Tensor:
    """A vector with an axis of size 1 for every further axis of `like`."""
    return p.reshape(mask, shape=(mask.shape[0],) + (1,) * (like.ndim - 1))


def _sorted_rows(data: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rows and labels in the order of labels, and which rows are the last of their label."""
    order = p.argsort(labels, axis=0)
    labels = p.gather(labels, order, axis=0)
    rows = labels.shape[0]
    differs = p.ne(cut(labels, 0, 0, rows - 1), cut(labels, 0, 1, rows))
    last = p.pad(differs, low=(0,), high=(1,), interior=(0,), value=True)
    return p.gather(data, order, axis=0), labels, last


def last_of_each(data: Tensor, labels: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """For each of `count` labels: whether any row has it, and the last such row."""
    shape = (count, *data.shape[1:])
    if data.shape[0] == 0:
        return np.zeros((count,) + (1,) * (data.ndim - 1), bool), np.zeros(shape, data.dtype)
    rows, labels, last = _sorted_rows(data, labels)
    winners = p.where(_columns(last, rows), rows, 0)
    seen = p.scatter_add(labels, cast_value(last, np.int32), shape=(count,), axis=0)
    return _columns(p.ne(seen, 0), rows), p.scatter_add(labels, winners, shape=shape, axis=0)


def reduce_segments(data: Tensor, labels: Tensor, count: int, how: str, identity: Any) -> Tensor:
    """`data` joined row by row within each label; `identity` where a label has no row."""
    join = _REDUCERS[how]
    if data.shape[0] == 0:
        return np.full((count, *data.shape[1:]), identity, data.dtype)
    data, labels, _ = _sorted_rows(data, labels)
    shift = 1
    while shift < data.shape[0]:  # spans double: log2(n) joins of the whole tensor
        low, none = (shift,) + (0,) * (data.ndim - 1), (0,) * data.ndim
        earlier = cut(data, 0, 0, data.shape[0] - shift)
        earlier = p.pad(earlier, low=low, high=none, interior=none, value=identity)
        same = p.eq(
            cut(labels, 0, shift, labels.shape[0]), cut(labels, 0, 0, labels.shape[0] - shift)
        )
        same = p.pad(same, low=(shift,), high=(0,), interior=(0,), value=False)
        data = p.where(_columns(same, data), join(data, earlier), data)
        shift *= 2
    # sorted already, so the stable order inside leaves each label's full join last
    written, joined = last_of_each(data, labels, count)
    return p.where(written, joined, identity)


def _prepared(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None
) -> tuple[Any, Any, int]:
    data, labels = value(data), value(segment_ids)
    if labels.ndim != 1:
        raise ValueError(f"segment_ids must be a vector, got shape {tuple(labels.shape)}.")
    if num_segments is None:
        if is_traced(labels):
            raise TracedValueError(
                "num_segments is needed: the largest of traced segment_ids is not known yet."
            )
        num_segments = int(labels.max()) + 1 if labels.size else 0
    outside = p.or_(p.lt(labels, 0), p.le(num_segments, labels))  # dropped, as in Keras
    return data, p.where(outside, num_segments, labels), int(num_segments)


@op
def segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Sum of the rows of each segment.

    Parameters
    ----------
    data
        Tensor whose first axis is that of `segment_ids`.
    segment_ids
        The segment of each row; rows of a segment outside `[0, num_segments)` are dropped.
    num_segments
        How many segments; found from the largest id by default.
    sorted
        A promise that ids ascend; it makes no difference here.

    Examples
    --------
    >>> ops.segment_sum([1.0, 2.0, 4.0], [0, 0, 1])
    array([3., 4.], dtype=float32)
    """
    data, labels, count = _prepared(data, segment_ids, num_segments)
    total = p.scatter_add(labels, data, shape=(count + 1, *data.shape[1:]), axis=0)
    return cut(total, 0, 0, count)


def _segments(
    data: TensorLike, ids: TensorLike, count: int | None, how: str, identity: Any
) -> Tensor:
    data, labels, count = _prepared(data, ids, count)
    return cut(reduce_segments(data, labels, count + 1, how, identity(data.dtype)), 0, 0, count)


@op
def segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Largest element of the rows of each segment; the dtype's least for an empty one.

    Examples
    --------
    >>> ops.segment_max([1.0, 2.0, 4.0], [0, 0, 1])
    array([2., 4.], dtype=float32)
    """
    return _segments(data, segment_ids, num_segments, "max", lowest)


@op
def segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Smallest element of the rows of each segment; the dtype's greatest for an empty one.

    Examples
    --------
    >>> ops.segment_min([1.0, 2.0, 4.0], [0, 0, 1])
    array([1., 4.], dtype=float32)
    """
    return _segments(data, segment_ids, num_segments, "min", highest)


@op
def segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Product of the rows of each segment, 1 for an empty one.

    Examples
    --------
    >>> ops.segment_prod([1.0, 2.0, 4.0], [0, 0, 1])
    array([2., 4.], dtype=float32)
    """
    return _segments(data, segment_ids, num_segments, "mul", lambda dtype: 1)
