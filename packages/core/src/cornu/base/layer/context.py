"""What nested calls of layers share: whether the model is training."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

_CALL: ContextVar[CallContext | None] = ContextVar("cornu_call", default=None)
_learning_phase: bool | None = None


class CallContext:
    """One call of a layer, and the calls around it.

    Attributes
    ----------
    entry : Layer
        The outermost layer being called.
    training : bool or None
        What this call was resolved to; inner calls take it over unless they say otherwise.
    """

    __slots__ = ("arguments", "entry", "training")

    def __init__(
        self, entry: Any, training: bool | None, arguments: dict[str, Any] | None = None
    ) -> None:
        self.entry = entry
        self.training = training
        self.arguments = arguments or {}


def current_call() -> CallContext | None:
    """Return the context of the innermost layer call, or None outside of any."""
    return _CALL.get()


@contextlib.contextmanager
def calling(context: CallContext) -> Iterator[CallContext]:
    """Enter a layer call."""
    token = _CALL.set(context)
    try:
        yield context
    finally:
        _CALL.reset(token)


def learning_phase() -> bool | None:
    """Return what `set_learning_phase` set, or None.

    Examples
    --------
    >>> learning_phase() is None
    True
    """
    return _learning_phase


def set_learning_phase(value: Any) -> None:
    """Decide, for layers called without `training`, between training and inference.

    Parameters
    ----------
    value : bool, int or None
        1 for training, 0 for inference; None leaves it to the call again.
    """
    global _learning_phase
    _learning_phase = None if value is None else bool(value)
