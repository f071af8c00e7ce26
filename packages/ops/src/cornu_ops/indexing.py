"""Reading and writing elements by position."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.dtypes import canonical
from cornu_engine.errors import DtypeError
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis, product
from cornu_engine.trace import is_traced, op
from cornu_ops.movement import along, broadcast_together, flat, ints, permuted, picked, with_axis
from cornu_ops.values import DTypeLike, Tensor, TensorLike, cast_value, value

_slice = builtins.slice  # the public `slice` below hides Python's


def positions(indices: TensorLike, size: int) -> Tensor:
    """Whole numbers as positions along an axis: negative ones count from its end."""
    indices = value(indices)
    none_at_all = indices.size == 0  # an empty list has no dtype of its own
    if indices.dtype.kind not in "iub" and not none_at_all:
        raise DtypeError(
            f"Positions must be integers, not {indices.dtype}: cast them with "
            "ops.cast(indices, 'int32')."
        )
    if indices.dtype == bool or none_at_all:
        indices = cast_value(indices, np.int32)
    if indices.dtype.kind == "u":
        return indices
    return p.where(p.lt(indices, 0), p.add(indices, size), indices)


@op
def take(x: TensorLike, indices: TensorLike, axis: int | None = None) -> Tensor:
    """Elements at positions along an axis, of the flattened tensor by default.

    Parameters
    ----------
    x
        Tensor of any shape.
    indices
        Integers of any shape; negative ones count from the end.
    axis
        The axis that `indices` replaces.

    Returns
    -------
    Tensor
        Of shape `x.shape[:axis] + indices.shape + x.shape[axis + 1:]`.

    Examples
    --------
    >>> ops.take([10.0, 20.0, 30.0], [2, 0])
    array([30., 10.], dtype=float32)
    """
    x, axis = along(value(x), axis)
    return p.gather(x, positions(indices, x.shape[axis]), axis=axis)


@op
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None = None) -> Tensor:
    """For each vector along an axis, its elements at that vector's own positions.

    Parameters
    ----------
    x
        Tensor of any shape.
    indices
        Integers with as many axes as `x`; the other axes broadcast.
    axis
        The axis; `None` flattens `x` first.

    Examples
    --------
    >>> ops.take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1)
    array([[2],
           [3]], dtype=int32)
    """
    x, indices = value(x), value(indices)
    if axis is None:
        x, indices, axis = flat(x), flat(indices), 0
    if x.ndim != indices.ndim:
        raise ValueError(f"take_along_axis() needs indices with {x.ndim} axes, got {indices.ndim}.")
    axis = normalize_axis(axis, x.ndim)
    order = [i for i in range(x.ndim) if i != axis] + [axis]
    return permuted(
        take_last(permuted(x, order), permuted(indices, order)), np.argsort(order).tolist()
    )


def take_last(x: Tensor, indices: Tensor) -> Tensor:
    """`take_along_axis` along the last axis, as one gather of the flattened tensor."""
    size, places = x.shape[-1], positions(indices, x.shape[-1])
    lead = np.broadcast_shapes(tuple(x.shape[:-1]), tuple(indices.shape[:-1]))
    if tuple(x.shape[:-1]) != lead:
        x = p.expand(x, shape=(*lead, size))
    rows = np.arange(product(lead), dtype=places.dtype).reshape(*lead, 1) * size
    return p.gather(flat(x), p.add(places, rows), axis=0)


@op
def get_item(x: TensorLike, key: Any) -> Tensor:
    """`x[key]`: integers, slices, `...`, `None` and index tensors.

    Parameters
    ----------
    x
        Tensor of any shape.
    key
        What stands in the brackets. Boolean masks change the shape with their values and so must be
        plain arrays; for one that is computed in a traced step use `where`.

    Examples
    --------
    >>> ops.get_item(np.array([[1, 2], [3, 4]]), np.s_[:, -1])
    array([2, 4])
    """
    x = value(x)
    keys = key if isinstance(key, tuple) else (key,)
    if not is_traced(x, *keys):
        return x[tuple(value(k) if isinstance(k, list) else k for k in keys)]
    keys = tuple(value(k) if isinstance(k, list) else k for k in keys)
    return _traced_item(x, [place for k in keys for place in _places_of_mask(k)])


def _places_of_mask(key: Any) -> tuple[Any, ...]:
    """A mask that is an array has places that are known: one index array for each of its axes."""
    is_mask = isinstance(key, np.ndarray) and key.dtype == bool and key.ndim > 0
    return np.nonzero(key) if is_mask else (key,)


def _traced_item(x: Tensor, keys: list[Any]) -> Tensor:
    """Basic keys as one slice, flip and reshape; index tensors as gathers."""
    consumed = sum(1 for k in keys if k is not None and k is not Ellipsis)
    if consumed > x.ndim:
        raise IndexError(f"Too many indices for shape {tuple(x.shape)}: {consumed}.")
    if not any(k is Ellipsis for k in keys):
        keys = [*keys, Ellipsis]
    at = next(i for i, k in enumerate(keys) if k is Ellipsis)
    keys = [*keys[:at], *[_slice(None)] * (x.ndim - consumed), *keys[at + 1 :]]
    cuts: list[tuple[int, int, int]] = []  # (start, stop, step) of each axis of x
    flips: list[int] = []
    shape: list[int] = []  # of the result, before index tensors are looked up
    tensors: list[tuple[int, Tensor]] = []  # (axis of that shape, indices)
    for key in keys:
        if key is None:
            shape.append(1)
            continue
        axis = len(cuts)
        size = x.shape[axis]
        if isinstance(key, _slice):
            start, step, count = _ascending(key, size)
            if count and key.step is not None and key.step < 0:
                flips.append(axis)
            cuts.append((start, start + (count - 1) * step + 1 if count else start, step))
            shape.append(count)
        elif isinstance(key, (int, np.integer)) and not isinstance(key, bool):
            place = normalize_axis_index(int(key), size, axis)
            cuts.append((place, place + 1, 1))
        else:
            tensors.append((len(shape), _index_tensor(key)))
            cuts.append((0, size, 1))
            shape.append(size)
    starts, stops, steps = (tuple(cut[i] for cut in cuts) for i in range(3))
    if (starts, stops, steps) != ((0,) * x.ndim, tuple(x.shape), (1,) * x.ndim):
        x = p.slice(x, start=starts, stop=stops, step=steps)
    if flips:
        x = p.flip(x, axes=tuple(flips))
    if tuple(shape) != tuple(x.shape):
        x = p.reshape(x, shape=tuple(shape))
    return _gather_many(x, tensors) if tensors else x


def _ascending(key: builtins.slice, size: int) -> tuple[int, int, int]:
    """The first position, step and count of a slice, taken from the front."""
    start, stop, step = key.indices(size)
    count = len(range(start, stop, step))
    if step < 0:
        start, step = start + (count - 1) * step, -step
    return (start if count else 0), step, count


def _index_tensor(key: Any) -> Tensor:
    indices = value(key)
    if indices.dtype == bool:
        raise TypeError(
            "A traced value cannot be indexed by a boolean mask: the shape of the result would "
            "depend on values. Use ops.where(mask, x, 0), or ops.take with fixed positions."
        )
    return indices


def normalize_axis_index(index: int, size: int, axis: int) -> int:
    """A position along an axis counted from its start."""
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of range for axis {axis} of size {size}")
    return index % size


def _gather_many(x: Tensor, tensors: list[tuple[int, Tensor]]) -> Tensor:
    if len(tensors) == 1:
        axis, indices = tensors[0]
        return p.gather(x, positions(indices, x.shape[axis]), axis=axis)
    axes = [axis for axis, _ in tensors]
    sizes = [x.shape[a] for a in axes]
    spots = broadcast_together(*(positions(i, n) for (_, i), n in zip(tensors, sizes, strict=True)))
    adjacent = axes == list(range(axes[0], axes[0] + len(axes)))
    front = axes[0] if adjacent else 0  # NumPy's rule for where the joined axes go
    rest = [i for i in range(x.ndim) if i not in axes]
    order = [*rest[:front], *axes, *rest[front:]]
    x = permuted(x, order)
    merged = p.reshape(x, shape=(*x.shape[:front], product(sizes), *x.shape[front + len(axes) :]))
    return p.gather(merged, joint_positions(spots, sizes), axis=front)


def joint_positions(spots: Sequence[Tensor], sizes: Sequence[int]) -> Tensor:
    """Positions along several axes as positions in those axes flattened."""
    strides = [product(sizes[i + 1 :]) for i in range(len(sizes))]
    total = None
    for spot, stride in zip(spots, strides, strict=True):
        part = spot if stride == 1 else p.mul(spot, stride)
        total = part if total is None else p.add(total, part)
    return total


@op
def one_hot(
    x: TensorLike, num_classes: int, axis: int = -1, dtype: DTypeLike = None, sparse: bool = False
) -> Tensor:
    """1 at the position of each class along a new axis, 0 elsewhere.

    Parameters
    ----------
    x
        Integer classes of any shape; those outside `[0, num_classes)` give zeros only.
    num_classes
        Size of the new axis.
    axis
        Where it stands.
    dtype
        `floatx` by default.
    sparse
        Sparse tensors do not exist here; only `False` is accepted.

    Examples
    --------
    >>> ops.one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    _only_dense(sparse)
    x = value(x)
    x = x if x.dtype.kind in "iu" else cast_value(x, np.int32)
    axis = normalize_axis(axis, x.ndim + 1)
    classes = np.arange(num_classes, dtype=x.dtype)
    classes = classes.reshape([-1 if i == axis else 1 for i in range(x.ndim + 1)])
    return cast_value(p.eq(with_axis(x, axis), classes), canonical(dtype or config.floatx()))


@op
def multi_hot(
    inputs: TensorLike,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DTypeLike = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """1 for every class that occurs along the second axis (the first of a vector), 0 for the rest.

    Parameters
    ----------
    inputs
        Integer classes, `(batch, length)` or `(length,)`.
    num_classes
        Size of the class axis; `num_tokens` is accepted too.
    axis
        Where the class axis stands while classes are marked.
    dtype
        `floatx` by default.
    sparse
        Only `False` is accepted.

    Examples
    --------
    >>> ops.multi_hot([[0, 2], [1, 1]], 3)
    array([[1., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    _only_dense(sparse)
    num_classes = kwargs.pop("num_tokens", num_classes)
    if num_classes is None or kwargs:
        raise TypeError(f"multi_hot() needs num_classes and takes no {sorted(kwargs)}.")
    inputs = value(inputs)
    marks = one_hot(inputs, num_classes, axis=axis, dtype=dtype)
    return p.max(marks, axes=(1 if inputs.ndim > 1 else 0,), keepdims=False)


def _only_dense(sparse: bool) -> None:
    if sparse:
        raise ValueError("Sparse tensors do not exist here: leave sparse=False.")


@op
def slice(inputs: TensorLike, start_indices: Any, shape: Sequence[int]) -> Tensor:
    """The block of a given shape that begins at given positions.

    Parameters
    ----------
    inputs
        Tensor of any shape.
    start_indices
        One position per axis; they may be traced values.
    shape
        Shape of the block; -1 takes all that is left of an axis.

    Examples
    --------
    >>> ops.slice(np.arange(9).reshape(3, 3), (1, 0), (2, 2))
    array([[3, 4],
           [6, 7]])
    """
    x = value(inputs)
    starts = _starts(start_indices, x.ndim)
    if not is_traced(*starts):
        first = tuple(min(int(s), n) for s, n in zip(starts, x.shape, strict=True))
        sizes = [n - a if m == -1 else m for a, m, n in zip(first, shape, x.shape, strict=True)]
        first = tuple(max(0, min(a, n - m)) for a, m, n in zip(first, sizes, x.shape, strict=True))
        stop = tuple(a + m for a, m in zip(first, sizes, strict=True))
        return p.slice(x, start=first, stop=stop, step=(1,) * x.ndim)
    for axis, (start, size) in enumerate(zip(starts, shape, strict=True)):
        if size == -1:
            raise ValueError(
                "A slice that begins at a traced position needs a fixed shape, not -1."
            )
        start = p.maximum(0, p.minimum(x.shape[axis] - size, value(start, np.int32)))  # as in Keras
        x = p.gather(
            x, p.add(p.reshape(start, shape=(1,)), np.arange(size, dtype=np.int32)), axis=axis
        )
    return x


def _starts(start_indices: Any, ndim: int) -> list[Any]:
    if is_traced(start_indices):
        vector = value(start_indices)
        return [picked(vector, 0, i) for i in range(ndim)]
    if isinstance(start_indices, (list, tuple)):
        return list(start_indices)
    return list(ints(start_indices))


@op
def unravel_index(indices: TensorLike, shape: Sequence[int]) -> tuple[Tensor, ...]:
    """Positions in a flattened tensor as one position per axis of `shape`.

    Examples
    --------
    >>> ops.unravel_index(np.array([5]), (2, 3))
    (array([1]), array([2]))
    """
    rest = value(indices)
    rest = (
        p.where(p.lt(rest, 0), p.add(rest, product(shape)), rest)
        if rest.dtype.kind == "i"
        else rest
    )
    places: list[Tensor] = []
    for size in reversed(ints(shape)):
        places.append(p.mod(rest, size))
        rest = p.floordiv(rest, size)
    return tuple(reversed(places))
