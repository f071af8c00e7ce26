"""Tensors from nothing, or in the likeness of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.dtypes import canonical, result_type
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis
from cornu_engine.trace import is_traced, op
from cornu_ops.movement import ints
from cornu_ops.values import (
    DTypeLike,
    Tensor,
    TensorLike,
    is_weak,
    kind_of,
    numeric,
    promote_floating,
    value,
)


@op
def zeros(shape: Sequence[int] | int, dtype: DTypeLike = None) -> Tensor:
    """Zeros, of dtype `floatx` by default.

    Examples
    --------
    >>> ops.zeros((2, 2))
    array([[0., 0.],
           [0., 0.]], dtype=float32)
    """
    return np.zeros(ints(shape), canonical(dtype))


@op
def ones(shape: Sequence[int] | int, dtype: DTypeLike = None) -> Tensor:
    """Ones, of dtype `floatx` by default.

    Examples
    --------
    >>> ops.ones((2, 2))
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    return np.ones(ints(shape), canonical(dtype))


@op
def empty(shape: Sequence[int] | int, dtype: DTypeLike = None) -> Tensor:
    """A tensor whose content does not matter; here zeros, so that runs repeat.

    Examples
    --------
    >>> ops.empty((2,)).shape
    (2,)
    """
    return np.zeros(ints(shape), canonical(dtype))


@op
def full(shape: Sequence[int] | int, fill_value: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """One value (or values that broadcast) throughout.

    Parameters
    ----------
    shape
        The shape of the result.
    fill_value
        Number or tensor that broadcasts to `shape`.
    dtype
        `floatx` by default.

    Examples
    --------
    >>> ops.full((2,), 7.0)
    array([7., 7.], dtype=float32)
    """
    filled = p.expand(value(fill_value, canonical(dtype)), shape=ints(shape))
    return filled if is_traced(filled) else np.array(filled)


def _like(x: TensorLike, fill: Any, dtype: DTypeLike) -> Tensor:
    x = value(x)
    dtype = x.dtype if dtype is None else canonical(dtype)
    filled = p.expand(value(fill, dtype), shape=tuple(x.shape))
    return filled if is_traced(filled) else np.array(filled)


@op
def zeros_like(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """Zeros of the shape of `x`, and its dtype by default.

    Examples
    --------
    >>> ops.zeros_like([[1.0, 2.0]])
    array([[0., 0.]], dtype=float32)
    """
    return _like(x, 0, dtype)


@op
def ones_like(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """Ones of the shape of `x`, and its dtype by default.

    Examples
    --------
    >>> ops.ones_like([[1.0, 2.0]])
    array([[1., 1.]], dtype=float32)
    """
    return _like(x, 1, dtype)


@op
def empty_like(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """A tensor of the shape of `x` whose content does not matter; here zeros.

    Examples
    --------
    >>> ops.empty_like([[1.0, 2.0]]).shape
    (1, 2)
    """
    return _like(x, 0, dtype)


@op
def full_like(x: TensorLike, fill_value: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """One value throughout the shape of `x`, in its dtype by default.

    Examples
    --------
    >>> ops.full_like([[1.0, 2.0]], 7)
    array([[7., 7.]], dtype=float32)
    """
    return _like(x, fill_value, dtype)


@op
def arange(
    start: float, stop: float | None = None, step: float | None = None, dtype: DTypeLike = None
) -> Tensor:
    """Numbers from `start` up to (not including) `stop` in steps.

    Parameters
    ----------
    start, stop
        Bounds; with one argument it is `stop` and `start` is 0.
    step
        Difference of neighbours, 1 by default.
    dtype
        int32 for whole arguments and `floatx` for others by default.

    Examples
    --------
    >>> ops.arange(3)
    array([0, 1, 2], dtype=int32)
    >>> ops.arange(0.0, 1.0, 0.5)
    array([0. , 0.5], dtype=float32)
    """
    given = [v for v in (start, stop, step) if v is not None]
    if dtype is None:
        dtype = result_type(*(kind_of(v if is_weak(v) else np.asarray(v)) for v in given))
    first, last = (0, start) if stop is None else (start, stop)
    if step is not None and step == 0:
        raise ValueError("step is 0: no number of steps leads from start to stop.")
    return np.arange(first, last, 1 if step is None else step, dtype=canonical(dtype))


def _spaced(
    start: TensorLike, stop: TensorLike, num: int, endpoint: bool, dtype: DTypeLike
) -> tuple[Tensor, Tensor, DTypeLike]:
    """Points along a new first axis, their distance, and the dtype to return."""
    start, stop = promote_floating(start, stop)
    gaps = num - 1 if endpoint else num
    step = (
        p.mul(p.sub(stop, start), 1.0 / gaps)
        if gaps > 0
        else p.mul(p.sub(stop, start), float("nan"))
    )
    places = np.arange(num, dtype=start.dtype).reshape((num, *(1,) * len(step.shape)))
    points = p.add(start, p.mul(places, step)) if gaps > 0 else p.add(start, places)
    if endpoint and num > 1:  # the last point is stop itself, whatever rounding says
        points = p.where(np.arange(num).reshape(places.shape) == num - 1, stop, points)
    return points, step, start.dtype if dtype is None else canonical(dtype)


def _on_axis(points: Tensor, axis: int) -> Tensor:
    axis = normalize_axis(axis, points.ndim)
    order = list(range(1, points.ndim))
    order.insert(axis, 0)
    return points if axis == 0 else p.transpose(points, perm=tuple(order))


@op
def linspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike = None,
    axis: int = 0,
) -> Any:
    """`num` evenly spaced numbers between two bounds.

    Parameters
    ----------
    start, stop
        Bounds, numbers or tensors.
    num
        How many.
    endpoint
        Whether `stop` is the last of them.
    retstep
        Return the distance of neighbours too.
    dtype
        A float by default.
    axis
        Where the new axis stands.

    Examples
    --------
    >>> ops.linspace(0.0, 1.0, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    points, step, dtype = _spaced(start, stop, num, endpoint, dtype)
    if np.dtype(dtype).kind in "iu":
        points = p.floor(points)
    points = value(_on_axis(points, axis), dtype)
    return (points, step) if retstep else points


@op
def logspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: DTypeLike = None,
    axis: int = 0,
) -> Tensor:
    """`base ** linspace(start, stop, num)`.

    Examples
    --------
    >>> ops.logspace(0.0, 2.0, 3)
    array([  1.,  10., 100.], dtype=float32)
    """
    points, _, dtype = _spaced(start, stop, num, endpoint, dtype)
    return value(_on_axis(p.pow(value(float(base), points.dtype), points), axis), dtype)


@op
def geomspace(
    start: TensorLike,
    stop: TensorLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: DTypeLike = None,
    axis: int = 0,
) -> Tensor:
    """`num` numbers of constant ratio between two bounds of one sign.

    Examples
    --------
    >>> ops.geomspace(1.0, 100.0, 3)
    array([  1.      ,  10.000001, 100.      ], dtype=float32)
    """
    start, stop = promote_floating(start, stop)
    side = p.sign(start)
    points, _, dtype = _spaced(p.log(p.abs(start)), p.log(p.abs(stop)), num, endpoint, dtype)
    return value(_on_axis(p.mul(side, p.exp(points)), axis), dtype)


@op
def eye(N: int, M: int | None = None, k: int = 0, dtype: DTypeLike = None) -> Tensor:
    """Ones on a diagonal, zeros elsewhere.

    Parameters
    ----------
    N, M
        Rows and columns; as many columns as rows by default.
    k
        Which diagonal: 0 the main one, positive above it.
    dtype
        `floatx` by default.

    Examples
    --------
    >>> ops.eye(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return np.eye(N, M, k, dtype=canonical(dtype))


@op
def identity(n: int, dtype: DTypeLike = None) -> Tensor:
    """The square identity matrix.

    Examples
    --------
    >>> ops.identity(2)
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return np.eye(n, dtype=canonical(dtype))


@op
def tri(N: int, M: int | None = None, k: int = 0, dtype: DTypeLike = None) -> Tensor:
    """Ones at and below a diagonal, zeros above.

    Examples
    --------
    >>> ops.tri(2)
    array([[1., 0.],
           [1., 1.]], dtype=float32)
    """
    return np.tri(N, M, k, dtype=canonical(dtype))


def _triangle(x: TensorLike, k: int, lower: bool) -> Tensor:
    x = value(x)
    if x.ndim < 2:
        raise ValueError(f"A triangle needs at least two axes, got shape {tuple(x.shape)}.")
    mask = np.tri(x.shape[-2], x.shape[-1], k if lower else k - 1) > 0
    return p.where(mask if lower else ~mask, x, 0)


@op
def tril(x: TensorLike, k: int = 0) -> Tensor:
    """The lower triangle of the last two axes: zeros above diagonal `k`.

    Examples
    --------
    >>> ops.tril([[1, 2], [3, 4]])
    array([[1, 0],
           [3, 4]], dtype=int32)
    """
    return _triangle(x, k, lower=True)


@op
def triu(x: TensorLike, k: int = 0) -> Tensor:
    """The upper triangle of the last two axes: zeros below diagonal `k`.

    Examples
    --------
    >>> ops.triu([[1, 2], [3, 4]])
    array([[1, 2],
           [0, 4]], dtype=int32)
    """
    return _triangle(x, k, lower=False)


@op
def vander(x: TensorLike, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of a vector as columns, the highest first unless `increasing`.

    Examples
    --------
    >>> ops.vander([1.0, 2.0, 3.0])
    array([[1., 1., 1.],
           [4., 2., 1.],
           [9., 3., 1.]], dtype=float32)
    """
    x = numeric(x)
    if x.ndim != 1:
        raise ValueError(f"vander() needs a vector, got shape {tuple(x.shape)}.")
    count = x.shape[0] if N is None else N
    powers = np.arange(count, dtype=x.dtype)
    powers = powers if increasing else powers[::-1].copy()
    return p.pow(p.reshape(x, shape=(x.shape[0], 1)), powers)


def _window(points: Callable[..., np.ndarray], size: TensorLike, *shape: float) -> Tensor:
    return points(int(size), *shape).astype(config.floatx())


@op
def bartlett(x: int) -> Tensor:
    """Triangular window of `x` points.

    Examples
    --------
    >>> ops.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window(np.bartlett, x)


@op
def blackman(x: int) -> Tensor:
    """Blackman window of `x` points.

    Examples
    --------
    >>> ops.blackman(5).shape
    (5,)
    """
    return _window(np.blackman, x)


@op
def hamming(x: int) -> Tensor:
    """Hamming window of `x` points.

    Examples
    --------
    >>> ops.hamming(5)
    array([0.08, 0.54, 1.  , 0.54, 0.08], dtype=float32)
    """
    return _window(np.hamming, x)


@op
def hanning(x: int) -> Tensor:
    """Hann window of `x` points.

    Examples
    --------
    >>> ops.hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window(np.hanning, x)


@op
def kaiser(x: int, beta: float) -> Tensor:
    """Kaiser window of `x` points and shape `beta`.

    Examples
    --------
    >>> ops.kaiser(3, 14.0).shape
    (3,)
    """
    return _window(np.kaiser, x, float(beta))
