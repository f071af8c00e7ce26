"""Variables, and what is assigned to them: at once, by a program, or by who gathers updates."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import cornu_ops as ops
from cornu_engine.variable import Variable
from cornu_keras.backend import variables as common
from cornu_keras.backend.variables import is_keras_tensor

__all__ = [
    "gathering",
    "moving_average_update",
    "ones",
    "update",
    "update_add",
    "update_sub",
    "variable",
    "zeros",
]

Update = tuple[Variable, Any]
_gathered: ContextVar[list[Update] | None] = ContextVar("cornu_gathered", default=None)
_kept: ContextVar[Iterator[Callable[[Any], Any]] | None] = ContextVar("cornu_kept", default=None)


@contextlib.contextmanager
def gathering(kept: list[Variable]) -> Iterator[list[Update]]:
    """Gather updates inside a `with` block, in place of making them.

    Variables that are made inside are those that were made there the last time.

    Parameters
    ----------
    kept : list of Variable
        Where they are kept, in the order in which they are made.
    """
    updates: list[Update] = []
    tokens = _gathered.set(updates), _kept.set(_one_after_the_other(kept))
    try:
        yield updates
    finally:
        _gathered.reset(tokens[0])
        _kept.reset(tokens[1])


def _one_after_the_other(kept: list[Variable]) -> Iterator[Callable[[Any], Any]]:
    place = 0
    while True:

        def take(make: Callable[[], Variable], place: int = place) -> Variable:
            if place == len(kept):
                kept.append(make())
            return kept[place]

        yield take
        place += 1


def _made(make: Callable[[], Variable]) -> Variable:
    kept = _kept.get()
    return make() if kept is None else next(kept)(make)


def variable(
    value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """Return a named tensor that can be assigned to.

    Examples
    --------
    >>> float(variable(2.0))
    2.0
    """
    return _made(lambda: common.variable(value, dtype, name, constraint))


def zeros(shape: Sequence[int], dtype: Any = None, name: str | None = None) -> Variable:
    """Return a variable of zeros."""
    return _made(lambda: common.zeros(shape, dtype, name))


def ones(shape: Sequence[int], dtype: Any = None, name: str | None = None) -> Variable:
    """Return a variable of ones."""
    return _made(lambda: common.ones(shape, dtype, name))


def update(x: Variable, new_x: Any) -> Any:
    """Assign to a variable; of a symbolic tensor, return what `K.function(updates=…)` takes.

    Examples
    --------
    >>> x = K.placeholder((1,))
    >>> total = variable([1.0])
    >>> add = K.function([x], [], updates=[update(total, total + x)])
    >>> _ = add([[2.0]])
    >>> total.numpy()
    array([3.], dtype=float32)
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append((x, new_x))
        return x, new_x
    return (x, new_x) if is_keras_tensor(new_x) else common.update(x, new_x)


def update_add(x: Variable, increment: Any) -> Any:
    """Add to a variable, as `update` does."""
    return update(x, ops.add(x, ops.cast(increment, x.dtype)))


def update_sub(x: Variable, decrement: Any) -> Any:
    """Subtract from a variable, as `update` does."""
    return update(x, ops.subtract(x, ops.cast(decrement, x.dtype)))


def moving_average_update(x: Variable, value: Any, momentum: float) -> Any:
    """Move a variable towards a value, as `update` does."""
    step = ops.multiply(ops.subtract(x, ops.cast(value, x.dtype)), 1.0 - momentum)
    return update(x, ops.subtract(x, step))
