"""Shapes: what rearranges, joins, cuts and repeats elements without computing."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.engine.primitives.table import p
from cornu.engine.shapes import broadcast_shapes, normalize_axes, normalize_axis, resolve_reshape
from cornu.engine.trace import op
from cornu.ops.values import Axis, Tensor, TensorLike, promote, value


def cut(x: Tensor, axis: int, start: int, stop: int, step: int = 1) -> Tensor:
    """``x[..., start:stop:step, ...]`` along one axis (bounds within it)."""
    if start == 0 and stop == x.shape[axis] and step == 1:
        return x
    starts = tuple(start if i == axis else 0 for i in range(x.ndim))
    stops = tuple(stop if i == axis else n for i, n in enumerate(x.shape))
    steps = tuple(step if i == axis else 1 for i in range(x.ndim))
    return p.slice(x, start=starts, stop=stops, step=steps)


def with_axis(x: Tensor, axis: int) -> Tensor:
    """``x`` with a new axis of size 1 at ``axis`` (counted in the result)."""
    return p.reshape(x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))


def permuted(x: Tensor, perm: Sequence[int]) -> Tensor:
    """``x`` with its axes in the order ``perm``; itself where they are already."""
    return x if tuple(perm) == tuple(range(x.ndim)) else p.transpose(x, perm=tuple(perm))


def joined(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Values of one dtype joined along an axis."""
    return parts[0] if len(parts) == 1 else p.concat(*parts, axis=axis)


def flat(x: Tensor) -> Tensor:
    """``x`` as a vector."""
    return p.reshape(x, shape=(int(x.size),))


def ints(values: Any) -> tuple[int, ...]:
    """A shape, pads or repeats given as a number, sequence or array, as a tuple of ints."""
    if isinstance(values, Sequence):
        return tuple(operator.index(v) for v in values)
    array = np.asarray(values)
    return tuple(int(v) for v in array.reshape(-1))


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
    """``x`` repeated along new axes and axes of size 1 to fill ``shape``.

    Examples
    --------
    >>> ops.broadcast_to([1, 2], (2, 2))
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    x, shape = value(x), ints(shape)
    return x if x.shape == shape else p.expand(x, shape=shape)


@op
def concatenate(xs: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Tensors joined along an axis they have; ``None`` joins them flattened.

    Examples
    --------
    >>> ops.concatenate([[[1, 2]], [[3, 4]]], axis=0)
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    parts = promote(*xs)
    if axis is None:
        return joined([flat(x) for x in parts], 0)
    return joined(parts, normalize_axis(axis, parts[0].ndim))


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
    """``x2`` after ``x1`` along an axis, both flattened by default.

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
    return concatenate(parts, axis=0 if parts[0].ndim == 1 else 1)


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
    return [cut(x, axis, a, builtins.max(a, b)) for a, b in zip(bounds, bounds[1:], strict=False)]


@op
def split(x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Pieces of ``x`` along an axis.

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
    """As :func:`split`, the first pieces being longer by one where the axis does not divide.

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
            f"unstack() expected {num} slices, axis {axis} of shape {tuple(x.shape)} has {x.shape[axis]}."
        )
    shape = (*x.shape[:axis], *x.shape[axis + 1 :])
    return [p.reshape(cut(x, axis, i, i + 1), shape=shape) for i in range(x.shape[axis])]


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
    """Turned by ``k`` quarter turns in the plane of two axes, from the first towards the second.

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

    Examples
    --------
    >>> ops.roll([1, 2, 3, 4], 1)
    array([4, 1, 2, 3], dtype=int32)
    """
    x = value(x)
    if axis is None:
        return p.reshape(_roll(flat(x), ints(shift)[0], 0), shape=x.shape)
    axes = ints(axis)
    shifts = ints(shift) if isinstance(shift, Sequence) else (shift,) * len(axes)
    for one, along in zip(shifts, axes, strict=True):
        x = _roll(x, one, normalize_axis(along, x.ndim))
    return x


def _roll(x: Tensor, shift: int, axis: int) -> Tensor:
    size = x.shape[axis]
    shift = shift % size if size else 0
    if shift == 0:
        return x
    return p.concat(cut(x, axis, size - shift, size), cut(x, axis, 0, size - shift), axis=axis)


@op
def tile(x: TensorLike, repeats: int | Sequence[int]) -> Tensor:
    """The whole of ``x`` repeated along each axis.

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
        The axis; ``None`` flattens first.

    Examples
    --------
    >>> ops.repeat([1, 2], 2)
    array([1, 1, 2, 2], dtype=int32)
    >>> ops.repeat([1, 2], [3, 1])
    array([1, 1, 1, 2], dtype=int32)
    """
    x = value(x)
    if axis is None:
        x, axis = flat(x), 0
    axis, counts = normalize_axis(axis, x.ndim), ints(repeats)
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
        ``"xy"``: the first vector runs along axis 1; ``"ij"``: along axis 0.

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
    """``x`` with a margin around it.

    Parameters
    ----------
    x
        Tensor of any shape.
    pad_width
        ``((before, after), …)`` for each axis, one pair for all axes, or one number.
    mode
        What fills the margin: ``"constant"``, ``"reflect"`` (mirrored about the edge element),
        ``"symmetric"`` (the edge element twice), ``"edge"`` or ``"wrap"``.
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
        fill = 0 if constant_values is None else np.asarray(constant_values).item()
        return p.pad(x, low=low, high=high, interior=(0,) * x.ndim, value=fill)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = x.shape[axis]
            places = np.pad(np.arange(size, dtype=np.int32), (before, after), mode=mode)  # type: ignore[call-overload]
            x = p.gather(x, places, axis=axis)
    return x


def broadcast_together(*xs: Tensor) -> list[Tensor]:
    """Values expanded to the shape they share under broadcasting."""
    shape = broadcast_shapes(*(x.shape for x in xs))
    return [x if x.shape == shape else p.expand(x, shape=shape) for x in xs]
