"""What needs plain arrays: results whose shape depends on values, or that no primitive computes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from cornu_engine.errors import TracedValueError
from cornu_engine.trace import is_traced, op
from cornu_ops.values import Tensor, TensorLike, promote_floating, value

F = TypeVar("F", bound=Callable[..., Any])


def on_arrays(why: str) -> Callable[[F], F]:
    """Refuse traced values, saying why and what to do."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if is_traced(*args, *kwargs.values()):
                raise TracedValueError(
                    f"ops.{function.__name__}() cannot be part of a compiled step: {why}. "
                    "Compute it from arrays beforehand and pass the result in."
                )
            return function(*args, **kwargs)

        return op(checked)  # type: ignore[return-value]

    return decorate


SHAPE_DEPENDS_ON_VALUES = "the shape of its result depends on values"
NO_PROGRAM = "there is no primitive for it, nor a derivative"


@on_arrays(SHAPE_DEPENDS_ON_VALUES)
def nonzero(x: TensorLike) -> tuple[Tensor, ...]:
    """Positions of the elements that are not 0: one vector for each axis, int32.

    Plain arrays only: the shape of the result depends on values.

    Examples
    --------
    >>> ops.nonzero([0, 5, 6])
    (array([1, 2], dtype=int32),)
    """
    return tuple(found.astype(np.int32) for found in np.nonzero(value(x)))


@on_arrays(SHAPE_DEPENDS_ON_VALUES)
def unique(
    x: TensorLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: TensorLike = None,
) -> Any:
    """The different elements, in ascending order.

    Plain arrays only: the shape of the result depends on values.

    Parameters
    ----------
    x
        Tensor of any shape.
    sorted
        Accepted for Keras' sake; the result is always sorted.
    return_index, return_inverse, return_counts
        Return also where each was first seen, which of them each element is, and how often each
        occurs.
    axis
        Compare slices along an axis; elements by default.
    size
        Cut or fill the result to this size.
    fill_value
        What to fill with; the smallest element by default.

    Examples
    --------
    >>> ops.unique([3, 1, 3])
    array([1, 3], dtype=int32)
    """
    different: Any = np.unique(  # type: ignore[call-overload]
        value(x),
        return_index=return_index,
        return_inverse=return_inverse,
        return_counts=return_counts,
        axis=axis,
    )
    many = isinstance(different, tuple)
    parts = list(different) if many else [different]
    along = 0 if axis is None else axis
    names = ["values"]
    names += [
        n
        for n, asked in (
            ("index", return_index),
            ("inverse", return_inverse),
            ("counts", return_counts),
        )
        if asked
    ]
    for i, name in enumerate(names):
        if name != "values":
            parts[i] = parts[i].astype(np.int32)
        if size is not None and name != "inverse":
            parts[i] = _resized(parts[i], size, along if name == "values" else 0, name, fill_value)
    return tuple(parts) if many else parts[0]


def _resized(x: np.ndarray, size: int, axis: int, name: str, fill: Any) -> np.ndarray:
    short = size - x.shape[axis]
    if short <= 0:
        return np.take(x, np.arange(size), axis)
    if name == "counts":
        filler: Any = np.zeros((), x.dtype)
    elif name == "values" and fill is not None:
        filler = np.asarray(fill, x.dtype)
    else:
        filler = np.take(x, [0], axis)
    shape = tuple(short if i == axis else n for i, n in enumerate(x.shape))
    return np.concatenate([x, np.broadcast_to(filler, shape)], axis)


@on_arrays(NO_PROGRAM)
def nextafter(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The next number of the dtype after `x1` towards `x2`.

    Plain arrays only.

    Examples
    --------
    >>> ops.nextafter([1.0], [2.0]) > 1.0
    array([ True])
    """
    return np.nextafter(*promote_floating(x1, x2))
