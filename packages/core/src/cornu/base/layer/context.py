"""What nested calls of layers share: whether the model is training."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from cornu_engine.trace import AUTOCAST

_CALL: ContextVar[CallContext | None] = ContextVar("cornu_call", default=None)


class CallContext:
    """One call of a layer, for as long as a `with` block lasts.

    Attributes
    ----------
    entry : Layer
        The outermost layer being called.
    training : bool or None
        What this call was resolved to; inner calls take it over unless they say otherwise.
    weights_as : str or None
        The dtype that operations take floating weights in, if not in their own.
    """

    __slots__ = ("_tokens", "entry", "training", "weights_as")

    def __init__(self, entry: Any, training: bool | None, weights_as: str | None = None) -> None:
        self.entry = entry
        self.training = training
        self.weights_as = weights_as

    def __enter__(self) -> None:
        self._tokens = _CALL.set(self), AUTOCAST.set(self.weights_as)

    def __exit__(self, *error: object) -> None:
        call, weights_as = self._tokens
        _CALL.reset(call)
        AUTOCAST.reset(weights_as)


def current_call() -> CallContext | None:
    """Return the context of the innermost layer call, or None outside of any."""
    return _CALL.get()
