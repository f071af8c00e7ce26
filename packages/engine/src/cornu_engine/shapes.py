"""Arithmetic on shapes, shared by shape rules, layers and error messages."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]


class Sizes(tuple):
    """A shape that has the methods of shapes elsewhere.

    Examples
    --------
    >>> Sizes((2, 3)).as_list()
    [2, 3]
    """

    __slots__ = ()

    rank = ndims = property(len)

    def as_list(self) -> list[int | None]:
        """Return the sizes as a list."""
        return list(self)


def broadcast_shapes(*shapes: Sequence[int]) -> Shape:
    """Return the shape that NumPy's broadcasting gives.

    Raises
    ------
    ValueError
        When two sizes differ and neither is 1.

    Examples
    --------
    >>> broadcast_shapes((32, 1, 4), (3, 1))
    (32, 3, 4)
    """
    first = tuple(shapes[0]) if shapes else ()
    if all(tuple(s) == first for s in shapes):
        return first
    rank = max(len(s) for s in shapes)
    result = [1] * rank
    for shape in shapes:
        for axis, size in enumerate(shape, start=rank - len(shape)):
            if size == 1:
                continue
            if result[axis] not in (1, size):
                listed = " and ".join(str(tuple(s)) for s in shapes)
                raise ValueError(
                    f"Shapes {listed} do not broadcast: sizes {result[axis]} and {size} meet."
                )
            result[axis] = size
    return tuple(result)


def normalize_axis(axis: int, rank: int) -> int:
    """Return a non-negative axis.

    Examples
    --------
    >>> normalize_axis(-1, 3)
    2
    """
    axis = operator.index(axis)
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is out of range for a value of rank {rank}.")
    return axis + rank if axis < 0 else axis


def normalize_axes(axes: int | Iterable[int] | None, rank: int) -> tuple[int, ...]:
    """Return sorted non-negative axes; None means all of them.

    Examples
    --------
    >>> normalize_axes((-1, 0), 3)
    (0, 2)
    """
    if axes is None:
        return tuple(range(rank))
    if not isinstance(axes, Iterable):
        axes = (axes,)
    positions = sorted(normalize_axis(a, rank) for a in axes)
    if len(set(positions)) != len(positions):
        raise ValueError(f"axes {tuple(axes)} name one axis twice.")
    return tuple(positions)


def reduced_shape(shape: Sequence[int], axes: Sequence[int], keepdims: bool) -> Shape:
    """Return the shape after a reduction over `axes` (already normalised).

    Examples
    --------
    >>> reduced_shape((2, 3, 4), (1,), True)
    (2, 1, 4)
    """
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def resolve_reshape(shape: Sequence[int], target: Sequence[int]) -> Shape:
    """Return `target` with its one -1 filled in.

    Examples
    --------
    >>> resolve_reshape((2, 6), (3, -1))
    (3, 4)
    """
    size = product(shape)
    target = tuple(operator.index(n) for n in target)
    if target.count(-1) > 1:
        raise ValueError(f"Only one size of {target} may be -1.")
    if -1 in target:
        known = product(n for n in target if n != -1)
        if known == 0 or size % known:
            raise ValueError(
                f"A value of shape {tuple(shape)} ({size} numbers) does not reshape to {target}."
            )
        return tuple(size // known if n == -1 else n for n in target)
    if product(target) != size:
        raise ValueError(
            f"A value of shape {tuple(shape)} ({size} numbers) does not reshape to {target}."
        )
    return target


def product(sizes: Iterable[int]) -> int:
    """Return the number of elements of a shape.

    Examples
    --------
    >>> product((2, 3))
    6
    """
    total = 1
    for size in sizes:
        total *= size
    return total


def window_count(size: int, window: int, stride: int, dilation: int = 1) -> int:
    """Return how many windows fit along an axis that is already padded.

    Examples
    --------
    >>> window_count(28, 3, 2)
    13
    """
    return max(0, (size - ((window - 1) * dilation + 1)) // stride + 1)


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return the (low, high) padding of Keras' `padding="same"`.

    Examples
    --------
    >>> same_padding(28, 3, 2)
    (0, 1)
    """
    reach = (window - 1) * dilation + 1
    total = max(0, (-(-size // stride) - 1) * stride + reach - size)
    return total // 2, total - total // 2
