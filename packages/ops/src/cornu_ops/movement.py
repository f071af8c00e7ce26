"""Shapes: what rearranges, joins, cuts and repeats elements without computing."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import broadcast_shapes, normalize_axes, normalize_axis, resolve_reshape
from cornu_engine.trace import op
from cornu_ops.values import Axis, Tensor, TensorLike, value


def cut(x: Tensor, axis: int, start: int, stop: int, step: int = 1) -> Tensor:
    """`x[..., start:stop:step, ...]` along one axis (bounds within it)."""
    if start == 0 and stop == x.shape[axis] and step == 1:
        return x
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    stops = tuple(stop if i == axis else n for i, n in enumerate(x.shape))
    steps = tuple(step if i == axis else 1 for i in range(x.ndim))
    return p.slice(x, start=starts, stop=stops, step=steps)


def picked(x: Tensor, axis: int, place: int) -> Tensor:
    """`x` at one place along an axis, without that axis."""
    return p.reshape(cut(x, axis, place, place + 1), shape=(*x.shape[:axis], *x.shape[axis + 1 :]))


def transposed(x: Tensor) -> Tensor:
    """`x` with its last two axes exchanged."""
    return permuted(x, [*range(x.ndim - 2), x.ndim - 1, x.ndim - 2])


def with_axis(x: Tensor, axis: int) -> Tensor:
    """`x` with a new axis of size 1 at `axis` (counted in the result)."""
    return p.reshape(x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))


def permuted(x: Tensor, perm: Sequence[int]) -> Tensor:
    """`x` with its axes in the order `perm`; itself where they are already."""
    return x if tuple(perm) == tuple(range(x.ndim)) else p.transpose(x, perm=tuple(perm))


def joined(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Values of one dtype joined along an axis."""
    return parts[0] if len(parts) == 1 else p.concat(*parts, axis=axis)


def flat(x: Tensor) -> Tensor:
    """`x` as a vector."""
    return p.reshape(x, shape=(int(x.size),))


def along(x: Tensor, axis: int | None) -> tuple[Tensor, int]:
    """`x` and an axis of it, counted from the front; flattened where `axis` is None."""
    return (flat(x), 0) if axis is None else (x, normalize_axis(axis, x.ndim))


def ints(values: Any) -> tuple[int, ...]:
    """A shape, pads or repeats given as a number, sequence or array, as a tuple of ints."""
    if isinstance(values, Sequence):
        return tuple(operator.index(v) for v in values)
    return tuple(operator.index(v) for v in np.asarray(values).reshape(-1))


@op
def reshape(x: TensorLike, newshape: Sequence[int] | int) -> Tensor:
    """The same elements, in row-major order, in another shape.

    Parameters
    ----------
    x
        Tensor of any shape.
    newshape
        The shape wanted; one entry may be -1, which is then found from the others.

    Raises
    ------
    ValueError
        If the number of elements is not the same.

    Examples
    --------
    >>> ops.reshape([[1.0, 2.0], [3.0, 4.0]], (-1,))
    array([1., 2., 3., 4.], dtype=float32)
    """
    x = value(x)
    shape = resolve_reshape(
        x.shape,
        tuple(-1 if n is None else n for n in newshape)
        if isinstance(newshape, Sequence)
        else ints(newshape),
    )
    return x if shape == x.shape else p.reshape(x, shape=shape)


@op
def ravel(x: TensorLike) -> Tensor:
    """All elements as a vector, in row-major order.

    Examples
    --------
    >>> ops.ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return flat(value(x))


@op
def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> Tensor:
    """Axes in another order, the reverse one by default.

    Examples
    --------
    >>> ops.transpose([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    x = value(x)
    perm = range(x.ndim)[::-1] if axes is None else [normalize_axis(a, x.ndim) for a in axes]
    return permuted(x, perm)


@op
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged.

    Examples
    --------
    >>> ops.swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    x = value(x)
    perm = list(range(x.ndim))
    first, second = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    perm[first], perm[second] = second, first
    return permuted(x, perm)


@op
def moveaxis(
    x: TensorLike, source: int | Sequence[int], destination: int | Sequence[int]
) -> Tensor:
    """Axes moved to other places, the rest staying in order.

    Examples
    --------
    >>> ops.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = value(x)
    sources = [normalize_axis(a, x.ndim) for a in ints(source)]
    targets = [normalize_axis(a, x.ndim) for a in ints(destination)]
    if len(sources) != len(targets):
        raise ValueError(
            f"moveaxis() got {len(sources)} source axes for {len(targets)} destinations."
        )
    perm = [i for i in range(x.ndim) if i not in sources]
    for target, source_axis in sorted(zip(targets, sources, strict=True)):
        perm.insert(target, source_axis)
    return permuted(x, perm)


@op
def expand_dims(x: TensorLike, axis: int | Sequence[int]) -> Tensor:
    """New axes of size 1 at the given places of the result.

    Examples
    --------
    >>> ops.expand_dims([1.0, 2.0], -1).shape
    (2, 1)
    """
    x = value(x)
    places = ints(axis)
    added = normalize_axes(places, x.ndim + len(places))
    sizes = iter(x.shape)
    rank = x.ndim + len(added)
    return p.reshape(x, shape=tuple(1 if i in added else next(sizes) for i in range(rank)))


@op
def squeeze(x: TensorLike, axis: Axis = None) -> Tensor:
    """Without axes of size 1: all of them, or those named.

    Raises
    ------
    ValueError
        If a named axis has another size.

    Examples
    --------
    >>> ops.squeeze([[[1.0, 2.0]]]).shape
    (2,)
    """
    x = value(x)
    if axis is None:
        axes = tuple(i for i, n in enumerate(x.shape) if n == 1)
    else:
        axes = normalize_axes(axis, x.ndim)
        wide = [a for a in axes if x.shape[a] != 1]
        if wide:
            raise ValueError(f"Axis {wide[0]} of shape {tuple(x.shape)} has a size other than 1.")
    return p.reshape(x, shape=tuple(n for i, n in enumerate(x.shape) if i not in axes))


@op
def broadcast_to(x: TensorLike, shape: Sequence[int]) -> Tensor:
    """`x` repeated along new axes and axes of size 1 to fill `shape`.

    Examples
    --------
    >>> ops.broadcast_to([1, 2], (2, 2))
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    x, shape = value(x), ints(shape)
    return x if x.shape == shape else p.expand(x, shape=shape)


@op
def flip(x: TensorLike, axis: Axis = None) -> Tensor:
    """Elements in reverse order along axes, all by default.

    Examples
    --------
    >>> ops.flip([[1, 2], [3, 4]], axis=1)
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    x = value(x)
    axes = normalize_axes(axis, x.ndim)
    return p.flip(x, axes=axes) if axes else x


@op
def fliplr(x: TensorLike) -> Tensor:
    """Columns (axis 1) in reverse order.

    Examples
    --------
    >>> ops.fliplr([[1, 2], [3, 4]])
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    return flip(x, axis=1)


@op
def flipud(x: TensorLike) -> Tensor:
    """Rows (axis 0) in reverse order.

    Examples
    --------
    >>> ops.flipud([[1, 2], [3, 4]])
    array([[3, 4],
           [1, 2]], dtype=int32)
    """
    return flip(x, axis=0)


@op
def rot90(array: TensorLike, k: int = 1, axes: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by `k` quarter turns in the plane of two axes, from the first towards the second.

    Examples
    --------
    >>> ops.rot90([[1, 2], [3, 4]])
    array([[2, 4],
           [1, 3]], dtype=int32)
    """
    x = value(array)
    first, second = (normalize_axis(a, x.ndim) for a in axes)
    if first == second:
        raise ValueError(f"rot90() needs two different axes, got {tuple(axes)}.")
    turned = {
        0: lambda: x,
        1: lambda: swapaxes(flip(x, axis=second), first, second),
        2: lambda: flip(x, axis=(first, second)),
        3: lambda: flip(swapaxes(x, first, second), axis=second),
    }
    return turned[k % 4]()


@op
def roll(x: TensorLike, shift: int | Sequence[int], axis: Axis = None) -> Tensor:
    """Elements moved along axes, those pushed out at the end coming back at the start.

    Parameters
    ----------
    x
        Tensor of any shape.
    shift, axis
        How far, and along which axis: numbers, or sequences that broadcast. Without an axis the
        flattened tensor is rolled.

    Examples
    --------
    >>> ops.roll([1, 2, 3, 4], 1)
    array([4, 1, 2, 3], dtype=int32)
    """
    x = value(x)
    if axis is None:
        return p.reshape(_roll(flat(x), sum(ints(shift)), 0), shape=x.shape)
    for one, along in np.broadcast(ints(shift), ints(axis)):
        x = _roll(x, int(one), normalize_axis(int(along), x.ndim))
    return x


def _roll(x: Tensor, shift: int, axis: int) -> Tensor:
    size = x.shape[axis]
    shift = shift % size if size else 0
    if shift == 0:
        return x
    return p.concat(cut(x, axis, size - shift, size), cut(x, axis, 0, size - shift), axis=axis)


def broadcast_together(*xs: Tensor) -> list[Tensor]:
    """Values expanded to the shape they share under broadcasting."""
    shape = broadcast_shapes(*(x.shape for x in xs))
    return [x if x.shape == shape else p.expand(x, shape=shape) for x in xs]
