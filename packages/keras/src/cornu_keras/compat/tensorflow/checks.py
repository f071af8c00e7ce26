"""`tf.debugging` and `tf.errors`: checks of numbers that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_engine.trace import is_traced


class InvalidArgumentError(ValueError):
    """A value that an operation cannot take."""


class OutOfRangeError(IndexError):
    """The end of a data set."""


class NotFoundError(FileNotFoundError):
    """A file that is not there."""


def _comparison(name: str, words: str, holds: Callable[..., Any]) -> Callable[..., None]:
    def check(
        x: Any, y: Any, message: str | None = None, summarize: Any = None, name: Any = None
    ) -> None:
        if is_traced(x, y):
            return
        a, b = np.asarray(x), np.asarray(y)
        if not np.all(holds(a, b)):
            raise InvalidArgumentError(message or f"{a} is not {words} {b}.")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Raise InvalidArgumentError unless `x` is {words} `y`, where both are known."
    return check


assert_equal = _comparison("assert_equal", "equal to", np.equal)
assert_greater = _comparison("assert_greater", "greater than", np.greater)
assert_greater_equal = _comparison("assert_greater_equal", "at least", np.greater_equal)
assert_less = _comparison("assert_less", "less than", np.less)
assert_less_equal = _comparison("assert_less_equal", "at most", np.less_equal)


def assert_near(
    x: Any, y: Any, rtol: Any = None, atol: Any = None, message: str | None = None, **options: Any
) -> None:
    """Raise InvalidArgumentError unless `x` is about `y`."""
    small = 10 * np.finfo(np.result_type(np.asarray(x), np.float32)).eps
    near = np.isclose(x, y, small if rtol is None else rtol, small if atol is None else atol)
    if not np.all(near):
        raise InvalidArgumentError(message or f"{np.asarray(x)} is not near {np.asarray(y)}.")


def assert_shapes(
    shapes: Any, data: Any = None, message: str | None = None, name: Any = None
) -> None:
    """Raise ValueError unless tensors have these shapes; equal letters stand for equal sizes."""
    known: dict[Any, int] = {}
    for value, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        there = tuple(value.shape)
        if len(there) != len(shape):
            raise ValueError(message or f"{there} is not of the shape {tuple(shape)}.")
        for size, said in zip(there, shape, strict=True):
            wanted = known.setdefault(said, size) if isinstance(said, str) else said
            if wanted is not None and size is not None and wanted != size:
                raise ValueError(message or f"{there} is not of the shape {tuple(shape)}.")


def check_numerics(tensor: Any, message: str = "", name: Any = None) -> Any:
    """Return the tensor if all of its numbers are finite, where these are known."""
    if not is_traced(tensor) and not np.isfinite(np.asarray(tensor)).all():
        raise InvalidArgumentError(f"{message} : Tensor had NaN or Inf values.".lstrip(" :"))
    return tensor


def assert_all_finite(x: Any, message: str = "", name: Any = None) -> Any:
    """Return the tensor if all of its numbers are finite."""
    return check_numerics(x, message)


def Assert(condition: Any, data: Any = None, summarize: Any = None, name: Any = None) -> None:
    """Raise InvalidArgumentError unless the condition holds, where it is known."""
    if not is_traced(condition) and not np.all(np.asarray(condition)):
        raise InvalidArgumentError(f"The condition does not hold: {data}")
