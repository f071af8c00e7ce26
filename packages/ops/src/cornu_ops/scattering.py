"""Writing elements by position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.trace import is_traced, op
from cornu_ops.indexing import _starts, joint_positions, positions
from cornu_ops.movement import flat, ints, picked
from cornu_ops.values import Tensor, TensorLike, highest, lowest, value


@op
def slice_update(inputs: TensorLike, start_indices: Any, updates: TensorLike) -> Tensor:
    """`inputs` with the block that begins at given positions replaced by `updates`.

    Examples
    --------
    >>> ops.slice_update(np.zeros((3,), "float32"), [1], [5.0, 6.0])
    array([0., 5., 6.], dtype=float32)
    """
    x = value(inputs)
    updates = value(updates, x.dtype)
    starts = _starts(start_indices, x.ndim)
    if not is_traced(*starts):
        first = [
            max(0, min(int(s), n - m))
            for s, n, m in zip(starts, x.shape, updates.shape, strict=True)
        ]
        high = tuple(n - a - m for n, a, m in zip(x.shape, first, updates.shape, strict=True))
        mask = np.zeros(x.shape, bool)
        mask[tuple(slice(a, a + m) for a, m in zip(first, updates.shape, strict=True))] = True
        placed = p.pad(updates, low=tuple(first), high=high, interior=(0,) * x.ndim, value=0)
        return p.where(mask, placed, x)
    covered = None
    for axis, start in enumerate(starts):
        size, width = x.shape[axis], updates.shape[axis]
        start = p.maximum(0, p.minimum(size - width, value(start, np.int32)))
        offset = p.sub(np.arange(size, dtype=np.int32), p.reshape(start, shape=(1,)))
        inside = p.and_(p.le(0, offset), p.lt(offset, width))
        updates = p.gather(updates, p.maximum(0, p.minimum(width - 1, offset)), axis=axis)
        inside = p.reshape(inside, shape=tuple(size if i == axis else 1 for i in range(x.ndim)))
        covered = inside if covered is None else p.and_(covered, inside)
    return p.where(covered, updates, x) if starts else updates


def _rows(indices: TensorLike, shape: Sequence[int]) -> tuple[Tensor, int]:
    """Index vectors (…, depth) as positions in the first `depth` axes flattened; `depth`."""
    indices = value(indices)
    depth = indices.shape[-1]
    spots = [positions(picked(indices, indices.ndim - 1, i), shape[i]) for i in range(depth)]
    return flat(joint_positions(spots, shape[:depth])), depth


@op
def scatter(indices: TensorLike, values: TensorLike, shape: Sequence[int]) -> Tensor:
    """Zeros of a given shape with values added at index vectors.

    Parameters
    ----------
    indices
        Integers `(n, depth)`: each row names a position in the first `depth` axes.
    values
        What is added there, of shape `(n, *shape[depth:])`.
    shape
        Shape of the result.

    Examples
    --------
    >>> ops.scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,))
    array([1., 0., 5., 0.], dtype=float32)
    """
    shape, values = ints(shape), value(values)
    rows, depth = _rows(indices, shape)
    tail = shape[depth:]
    updates = p.reshape(values, shape=(rows.shape[0], *tail))
    lines = p.scatter_add(rows, updates, shape=(product(shape[:depth]), *tail), axis=0)
    return p.reshape(lines, shape=shape)


@op
def scatter_update(
    inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction: str | None = None
) -> Tensor:
    """`inputs` with the elements at index vectors replaced by, or joined with, `updates`.

    Parameters
    ----------
    inputs
        Tensor of any shape.
    indices
        Integers `(n, depth)`: each row names a position in the first `depth` axes.
    updates
        Of shape `(n, *inputs.shape[depth:])`. Of several for one position the last one stays.
    reduction
        `None` replaces; `"add"`, `"mul"`, `"max"` and `"min"` join.

    Examples
    --------
    >>> ops.scatter_update(np.zeros(4, "float32"), [[1], [3]], [5.0, 6.0])
    array([0., 5., 0., 6.], dtype=float32)
    """
    from cornu_ops.segment import last_of_each, reduce_segments

    x = value(inputs)
    updates = value(updates, x.dtype)
    rows, depth = _rows(indices, x.shape)
    lines, tail = product(x.shape[:depth]), tuple(x.shape[depth:])
    table = p.reshape(x, shape=(lines, *tail))
    updates = p.reshape(updates, shape=(rows.shape[0], *tail))
    if reduction == "add":
        result = p.add(table, p.scatter_add(rows, updates, shape=(lines, *tail), axis=0))
    elif reduction is None:
        written, winners = last_of_each(updates, rows, lines)
        result = p.where(written, winners, table)
    elif reduction in _JOINS:
        join, identity = _JOINS[reduction]
        result = join(table, reduce_segments(updates, rows, lines, reduction, identity(x.dtype)))
    else:
        raise ValueError(
            f"reduction must be None, 'add', 'mul', 'max' or 'min', got {reduction!r}."
        )
    return p.reshape(result, shape=tuple(x.shape))


_JOINS: dict[str, Any] = {
    "mul": (p.mul, lambda dtype: 1),
    "max": (p.maximum, lowest),
    "min": (p.minimum, highest),
}
