"""Elements repeated, and margins around them."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.movement import along, flat, ints, with_axis
from cornu_ops.values import Tensor, TensorLike, value


@op
def tile(x: TensorLike, repeats: int | Sequence[int]) -> Tensor:
    """The whole of `x` repeated along each axis.

    Examples
    --------
    >>> ops.tile([1, 2], (2, 2))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]], dtype=int32)
    """
    x, counts = value(x), ints(repeats)
    rank = builtins.max(x.ndim, len(counts))
    sizes = (1,) * (rank - x.ndim) + tuple(x.shape)
    counts = (1,) * (rank - len(counts)) + counts
    inner = tuple(n for size in sizes for n in (1, size))
    outer = tuple(n for pair in zip(counts, sizes, strict=True) for n in pair)
    spread = p.expand(p.reshape(x, shape=inner), shape=outer)
    return p.reshape(spread, shape=tuple(c * n for c, n in zip(counts, sizes, strict=True)))


@op
def repeat(x: TensorLike, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Each element repeated along an axis, of the flattened tensor by default.

    Parameters
    ----------
    x
        Tensor of any shape.
    repeats
        How often: one number, or one for each position along the axis.
    axis
        The axis; `None` flattens first.

    Examples
    --------
    >>> ops.repeat([1, 2], 2)
    array([1, 1, 2, 2], dtype=int32)
    >>> ops.repeat([1, 2], [3, 1])
    array([1, 1, 1, 2], dtype=int32)
    """
    x, axis = along(value(x), axis)
    counts = ints(repeats)
    if len(counts) == 1:
        taller = with_axis(x, axis + 1)
        spread = p.expand(taller, shape=(*x.shape[: axis + 1], counts[0], *x.shape[axis + 1 :]))
        return p.reshape(
            spread, shape=(*x.shape[:axis], x.shape[axis] * counts[0], *x.shape[axis + 1 :])
        )
    places = np.repeat(np.arange(x.shape[axis], dtype=np.int32), counts)
    return p.gather(x, places, axis=axis)


@op
def meshgrid(*x: TensorLike, indexing: str = "xy") -> list[Tensor]:
    """Coordinate tensors of the grid that vectors span.

    Parameters
    ----------
    *x
        Vectors, one for each axis of the grid.
    indexing
        `"xy"`: the first vector runs along axis 1; `"ij"`: along axis 0.

    Examples
    --------
    >>> ops.meshgrid([1, 2], [3, 4])
    [array([[1, 2],
           [1, 2]], dtype=int32), array([[3, 3],
           [4, 4]], dtype=int32)]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij', got {indexing!r}.")
    vectors = [flat(value(v)) for v in x]
    order = list(range(len(vectors)))
    if indexing == "xy" and len(order) > 1:
        order[0], order[1] = 1, 0
    shape = [0] * len(order)
    for vector, axis in zip(vectors, order, strict=True):
        shape[axis] = vector.shape[0]
    return [
        p.expand(
            p.reshape(v, shape=tuple(v.shape[0] if i == axis else 1 for i in range(len(order)))),
            shape=tuple(shape),
        )
        for v, axis in zip(vectors, order, strict=True)
    ]


_PAD_MODES = ("constant", "reflect", "symmetric", "edge", "wrap")


@op
def pad(
    x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: Any = None
) -> Tensor:
    """`x` with a margin around it.

    Parameters
    ----------
    x
        Tensor of any shape.
    pad_width
        `((before, after), …)` for each axis, one pair for all axes, or one number.
    mode
        What fills the margin: `"constant"`, `"reflect"` (mirrored about the edge element),
        `"symmetric"` (the edge element twice), `"edge"` or `"wrap"`.
    constant_values
        The constant, 0 by default.

    Examples
    --------
    >>> ops.pad([1, 2, 3], (1, 2))
    array([0, 1, 2, 3, 0, 0], dtype=int32)
    >>> ops.pad([1, 2, 3], (2, 2), mode="reflect")
    array([3, 2, 1, 2, 3, 2, 1], dtype=int32)
    """
    x = value(x)
    if mode not in _PAD_MODES:
        raise ValueError(f"mode must be one of {_PAD_MODES}, got {mode!r}.")
    if constant_values is not None and mode != "constant":
        raise ValueError(f"constant_values has no meaning with mode {mode!r}.")
    widths = np.broadcast_to(np.asarray(pad_width, int), (x.ndim, 2)).tolist()
    if mode == "constant":
        low, high = tuple(a for a, _ in widths), tuple(b for _, b in widths)
        if not builtins.any(low) and not builtins.any(high):
            return x
        fill = 0 if constant_values is None else constant_values
        if np.ndim(fill):
            raise ValueError(f"constant_values must be one number, got {constant_values!r}.")
        fill = np.asarray(fill).item()
        return p.pad(x, low=low, high=high, interior=(0,) * x.ndim, value=fill)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = x.shape[axis]
            places = np.pad(np.arange(size, dtype=np.int32), (before, after), mode=mode)  # type: ignore[call-overload]
            x = p.gather(x, places, axis=axis)
    return x
