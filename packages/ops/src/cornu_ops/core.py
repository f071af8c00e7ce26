"""Conversions, and what a tensor is: dtype, shape, rank."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.dtypes import canonical, float_limits, is_float
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_engine.trace import is_traced, op
from cornu_engine.variable import Variable as Variable  # whose operators are these operations
from cornu_ops.values import DTypeLike, Tensor, TensorLike, is_floating, value


@op
def cast(x: TensorLike, dtype: DTypeLike) -> Tensor:
    """`x` in another dtype; fractions are cut off where it becomes an integer.

    Examples
    --------
    >>> ops.cast([1.7, -1.7], "int32")
    array([ 1, -1], dtype=int32)
    """
    dtype = canonical(dtype)
    if not is_traced(x) and not isinstance(x, Variable):
        x = np.asarray(x)
        if x.dtype.kind == "O":
            raise TypeError(
                "cast() takes numbers. The shape of a symbolic tensor has None where a size is "
                "open: ask for it in a layer, as in Lambda(lambda x: ops.cast(ops.shape(x)[0], "
                "'float32'))."
            )
        return x if x.dtype == dtype else p.cast(x, dtype=dtype)
    return value(x, dtype)


@op
def saturate_cast(x: TensorLike, dtype: DTypeLike) -> Tensor:
    """`x` in another dtype, held within the numbers that dtype has.

    Examples
    --------
    >>> ops.saturate_cast([-5.0, 300.0], "uint8")
    array([  0, 255], dtype=uint8)
    """
    x, dtype = value(x), canonical(dtype)
    if dtype.kind == "b":  # what lies between 0 and 1, and above, is true
        return x if x.dtype == bool else p.lt(0, x)
    limits: Any = float_limits(dtype) if is_float(dtype) else np.iinfo(dtype)
    own: Any = None
    if x.dtype.kind in "iu" or is_floating(x):
        own = float_limits(x.dtype) if is_floating(x) else np.iinfo(x.dtype)
    if own is not None:
        low, high = max(limits.min, own.min), min(limits.max, own.max)
        if is_floating(x):  # the nearest float within the limits: 2**31 - 1 itself is no float32
            low, high = _inward(low, x.dtype, 1), _inward(high, x.dtype, -1)
        x = p.minimum(high, p.maximum(low, x))
    return value(x, dtype)


def _inward(bound: Any, dtype: np.dtype, towards: int) -> float:
    rounded = dtype.type(bound)
    outside = float(rounded) > float(bound) if towards < 0 else float(rounded) < float(bound)
    exact = int(rounded) - int(bound) if np.isfinite(rounded) else 0
    outside = outside or (exact > 0 if towards < 0 else exact < 0)
    return (
        float(np.nextafter(rounded, dtype.type(-np.inf if towards < 0 else np.inf)))
        if outside
        else float(rounded)
    )


@op
def convert_to_tensor(
    x: TensorLike, dtype: DTypeLike = None, sparse: bool | None = None, ragged: bool | None = None
) -> Tensor:
    """`x` as a tensor: numbers, nested sequences, arrays and variables alike.

    Parameters
    ----------
    x
        What to convert. Python floats become `floatx`, Python integers int32.
    dtype
        The dtype wanted.
    sparse, ragged
        Only `None` and `False`: tensors here are dense.

    Examples
    --------
    >>> ops.convert_to_tensor([1, 2])
    array([1, 2], dtype=int32)
    """
    if sparse or ragged:
        raise ValueError("Tensors here are dense: leave sparse and ragged unset.")
    return value(x, None if dtype is None else canonical(dtype))


@op
def array(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """`x` as a tensor; another name of `convert_to_tensor`.

    Examples
    --------
    >>> ops.array([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return value(x, None if dtype is None else canonical(dtype))


def convert_to_numpy(x: TensorLike) -> np.ndarray:
    """`x` as a NumPy array.

    Raises
    ------
    TracedValueError
        For a value that is known only when the program runs.

    Examples
    --------
    >>> ops.convert_to_numpy([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return np.asarray(value(x))


@op
def copy(x: TensorLike) -> Tensor:
    """The same elements in memory of their own.

    Examples
    --------
    >>> ops.copy([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    x = value(x)
    return x if is_traced(x) else np.array(x)


def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor: an array or a traced or symbolic value.

    Examples
    --------
    >>> ops.is_tensor(np.ones(2)), ops.is_tensor([1, 2])
    (True, False)
    """
    symbolic = getattr(type(x), "__cornu_symbolic__", False)
    return symbolic or is_traced(x) or isinstance(x, (np.ndarray, np.generic))


def shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of `x`, with `None` for an axis of a symbolic tensor that is not known yet.

    Examples
    --------
    >>> ops.shape(np.zeros((2, 3)))
    (2, 3)
    """
    return tuple(x.shape if hasattr(x, "shape") else np.shape(x))


def dtype(x: TensorLike) -> str:
    """The name of the dtype of `x`.

    Examples
    --------
    >>> ops.dtype(np.zeros(2))
    'float64'
    """
    return np.dtype(x.dtype if hasattr(x, "dtype") else value(x).dtype).name


def ndim(x: TensorLike) -> int:
    """How many axes `x` has.

    Examples
    --------
    >>> ops.ndim(np.zeros((2, 3)))
    2
    """
    return len(shape(x))


def size(x: TensorLike) -> int | None:
    """How many elements `x` has; `None` where an axis is not known yet.

    Examples
    --------
    >>> ops.size(np.zeros((2, 3)))
    6
    """
    sizes = shape(x)
    return None if None in sizes else product(n for n in sizes if n is not None)


@op
def stop_gradient(variable: TensorLike) -> Tensor:
    """`x`, taken for a constant by derivatives.

    Examples
    --------
    >>> ops.stop_gradient([1.0])
    array([1.], dtype=float32)
    """
    x = value(variable)
    return p.stop_gradient(x)


@op
def view(x: TensorLike, dtype: DTypeLike = None) -> Tensor:
    """The same bytes read as another dtype (plain arrays only).

    Examples
    --------
    >>> ops.view(np.array([1.0], "float32"), "int32")
    array([1065353216], dtype=int32)
    """
    x = value(x)
    return x if dtype is None else np.asarray(x, order="C").view(canonical(dtype))
