"""Tensors joined along an axis, and cut along one."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Sequence

import numpy as np

from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis
from cornu_engine.trace import op
from cornu_ops.movement import cut, flat, ints, joined, picked, with_axis
from cornu_ops.values import Tensor, TensorLike, promote, value


@op
def concatenate(xs: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Tensors joined along an axis they have; `None` joins them flattened.

    Examples
    --------
    >>> ops.concatenate([[[1, 2]], [[3, 4]]], axis=0)
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    parts = promote(*xs)
    if axis is None:
        return joined([flat(x) for x in parts], 0)
    axis = normalize_axis(axis, parts[0].ndim)
    rests = {tuple(n for i, n in enumerate(x.shape) if i != axis) for x in parts}
    if len(rests) > 1:
        raise ShapeError(
            f"concatenate(): shapes {', '.join(str(tuple(x.shape)) for x in parts)} differ in more "
            f"than axis {axis}, along which they are to be joined."
        )
    return joined(parts, axis)


@op
def stack(x: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Tensors of one shape joined along a new axis.

    Examples
    --------
    >>> ops.stack([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    parts = promote(*x)
    shapes = {tuple(part.shape) for part in parts}
    if len(shapes) != 1:
        raise ValueError(f"stack() needs tensors of one shape, got {sorted(shapes)}.")
    axis = normalize_axis(axis, parts[0].ndim + 1)
    return joined([with_axis(part, axis) for part in parts], axis)


@op
def append(x1: TensorLike, x2: TensorLike, axis: int | None = None) -> Tensor:
    """`x2` after `x1` along an axis, both flattened by default.

    Examples
    --------
    >>> ops.append([1, 2], [[3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return concatenate([x1, x2], axis=axis)  # type: ignore[arg-type]


def _at_least(x: TensorLike, rank: int) -> Tensor:
    x = value(x)
    if x.ndim >= rank:
        return x
    shapes = {0: (1,) * rank, 1: (1, *x.shape) if rank == 2 else (1, *x.shape, 1), 2: (*x.shape, 1)}
    return p.reshape(x, shape=shapes[x.ndim])


@op
def hstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors side by side: joined along axis 1, vectors along axis 0.

    Examples
    --------
    >>> ops.hstack([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)
    """
    parts = [_at_least(x, 1) for x in xs]
    return concatenate(parts, axis=0 if parts and parts[0].ndim == 1 else 1)


@op
def vstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors one above the other: joined along axis 0, vectors as rows.

    Examples
    --------
    >>> ops.vstack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return concatenate([_at_least(x, 2) for x in xs], axis=0)


@op
def dstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors one behind the other: joined along axis 2.

    Examples
    --------
    >>> ops.dstack([[1, 2], [3, 4]])
    array([[[1, 3],
            [2, 4]]], dtype=int32)
    """
    return concatenate([_at_least(x, 3) for x in xs], axis=2)


def _cuts(size: int, parts: int | Sequence[int], uneven: bool) -> list[int]:
    if isinstance(parts, (int, np.integer)):
        if parts < 1:
            raise ValueError(f"Pieces are counted from 1; an axis is not split into {parts}.")
        if size % parts and not uneven:
            raise ValueError(f"An axis of size {size} does not split into {parts} equal parts.")
        base, longer = divmod(size, int(parts))
        sizes = [base + 1] * longer + [base] * (int(parts) - longer)
        return [0, *np.cumsum(sizes).tolist()]
    bounds = [builtins.min(n if n >= 0 else builtins.max(0, n + size), size) for n in ints(parts)]
    return [0, *bounds, size]


def _split(
    x: TensorLike, parts: int | Sequence[int], axis: int, uneven: bool = False
) -> list[Tensor]:
    x = value(x)
    axis = normalize_axis(axis, x.ndim)
    bounds = _cuts(x.shape[axis], parts, uneven)
    return [cut(x, axis, a, builtins.max(a, b)) for a, b in itertools.pairwise(bounds)]


@op
def split(x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Pieces of `x` along an axis.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    indices_or_sections
        How many equal pieces, or the positions at which to cut.
    axis
        The axis to cut.

    Raises
    ------
    ValueError
        If the axis does not divide into that many equal pieces.

    Examples
    --------
    >>> ops.split([1, 2, 3, 4], 2)
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    >>> ops.split([1, 2, 3, 4], [1, 3])
    [array([1], dtype=int32), array([2, 3], dtype=int32), array([4], dtype=int32)]
    """
    return _split(x, indices_or_sections, axis)


@op
def array_split(
    x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[Tensor]:
    """As `split`, the first pieces being longer by one where the axis does not divide.

    Examples
    --------
    >>> ops.array_split([1, 2, 3], 2)
    [array([1, 2], dtype=int32), array([3], dtype=int32)]
    """
    return _split(x, indices_or_sections, axis, uneven=True)


@op
def hsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """Pieces along axis 1, of a vector along axis 0.

    Examples
    --------
    >>> ops.hsplit([[1, 2], [3, 4]], 2)
    [array([[1],
           [3]], dtype=int32), array([[2],
           [4]], dtype=int32)]
    """
    x = value(x)
    return _split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


@op
def vsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """Pieces along axis 0.

    Examples
    --------
    >>> ops.vsplit([[1, 2], [3, 4]], 2)
    [array([[1, 2]], dtype=int32), array([[3, 4]], dtype=int32)]
    """
    return _split(x, indices_or_sections, 0)


@op
def dsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """Pieces along axis 2.

    Examples
    --------
    >>> [part.shape for part in ops.dsplit(np.zeros((1, 2, 4)), 2)]
    [(1, 2, 2), (1, 2, 2)]
    """
    return _split(x, indices_or_sections, 2)


@op
def unstack(x: TensorLike, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices along an axis, without it.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    num
        How many slices are expected; checked if given.
    axis
        The axis to take apart.

    Examples
    --------
    >>> ops.unstack([[1, 2], [3, 4]])
    [array([1, 2], dtype=int32), array([3, 4], dtype=int32)]
    """
    x = value(x)
    axis = normalize_axis(axis, x.ndim)
    if num is not None and num != x.shape[axis]:
        raise ValueError(
            f"unstack() expected {num} slices, but axis {axis} of shape {tuple(x.shape)} has "
            f"{x.shape[axis]}."
        )
    return [picked(x, axis, i) for i in range(x.shape[axis])]
