"""`tf.debugging` and `tf.errors`: checks of numbers that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_engine.trace import is_traced
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.values import is_tensor


class OpError(Exception):
    """An operation that failed."""


class InvalidArgumentError(OpError, ValueError):
    """A value that an operation cannot take."""


class OutOfRangeError(OpError, IndexError):
    """The end of a data set."""


class NotFoundError(OpError, FileNotFoundError):
    """A file that is not there."""


class AlreadyExistsError(OpError, FileExistsError):
    """A file that is there already."""


class PermissionDeniedError(OpError, PermissionError):
    """A file that may not be used."""


class UnimplementedError(OpError, NotImplementedError):
    """Something that is not there."""


class DeadlineExceededError(OpError, TimeoutError):
    """Something that took too long."""


class AbortedError(OpError):
    """Something that was ended before its end."""


class CancelledError(OpError):
    """Something that was called off."""


class DataLossError(OpError):
    """A file that is damaged."""


class FailedPreconditionError(OpError):
    """Something that came too early."""


class InternalError(OpError):
    """Something that should not be."""


class UnavailableError(OpError):
    """Something that cannot be reached."""


class UnknownError(OpError):
    """Something else."""


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


assert_none_equal = _comparison("assert_none_equal", "unequal to", np.not_equal)


def _sign(name: str, words: str, holds: Callable[..., Any]) -> Callable[..., None]:
    def check(x: Any, message: str | None = None, summarize: Any = None, name: Any = None) -> None:
        if not is_traced(x) and not np.all(holds(np.asarray(x), 0)):
            raise InvalidArgumentError(message or f"{np.asarray(x)} is not {words}.")

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Raise InvalidArgumentError unless `x` is {words}, where it is known."
    return check


assert_positive = _sign("assert_positive", "positive", np.greater)
assert_negative = _sign("assert_negative", "negative", np.less)
assert_non_negative = _sign("assert_non_negative", "at least 0", np.greater_equal)
assert_non_positive = _sign("assert_non_positive", "at most 0", np.less_equal)


def assert_rank_in(x: Any, ranks: Any, message: str | None = None, name: Any = None) -> None:
    """Raise ValueError unless `x` has one of these counts of axes."""
    rank, wanted = len(np.shape(x)), [int(np.asarray(r)) for r in ranks]
    if rank not in wanted:
        told = " or ".join(map(str, wanted))
        raise ValueError(message or f"A tensor of shape {tuple(np.shape(x))} has not {told} axes.")


def assert_rank(x: Any, rank: Any, message: str | None = None, name: Any = None) -> None:
    """Raise ValueError unless `x` has so many axes."""
    assert_rank_in(x, [rank], message)


def assert_rank_at_least(x: Any, rank: Any, message: str | None = None, name: Any = None) -> None:
    """Raise ValueError unless `x` has at least so many axes."""
    if len(np.shape(x)) < int(np.asarray(rank)):
        there = tuple(np.shape(x))
        raise ValueError(message or f"A tensor of shape {there} has fewer than {rank} axes.")


def assert_scalar(tensor: Any, name: Any = None, message: str | None = None) -> Any:
    """Return a tensor if it is one number."""
    assert_rank_in(tensor, [0], message)
    return tensor


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: Any = None) -> None:
    """Raise TypeError unless a tensor is of a dtype."""
    there = as_dtype(getattr(tensor, "dtype", None) or np.asarray(tensor).dtype)
    if there != as_dtype(tf_type):
        raise TypeError(message or f"A tensor is of {there!r}, not of {as_dtype(tf_type)!r}.")


def assert_integer(x: Any, message: str | None = None, name: Any = None) -> None:
    """Raise TypeError unless a tensor is of whole numbers."""
    there = as_dtype(getattr(x, "dtype", None) or np.asarray(x).dtype)
    if not there.is_integer:
        raise TypeError(message or f"A tensor is of {there!r}, which is not of whole numbers.")


def is_numeric_tensor(tensor: Any) -> bool:
    """Tell whether a value is a tensor of numbers."""
    return is_tensor(tensor) and as_dtype(tensor.dtype) not in ("bool", "string")


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
