"""Callbacks from plain functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from cornu.base import Callback
from cornu_engine.errors import near_matches, quoted

_HOOKS = [name for name in vars(Callback) if name.startswith("on_")]


class LambdaCallback(Callback):
    """A callback made of functions, each called in the hook it is given for.

    Parameters
    ----------
    on_epoch_begin, on_epoch_end : callable, optional
        `f(epoch, logs)`.
    on_train_begin, on_train_end : callable, optional
        `f(logs)`.
    on_train_batch_begin, on_train_batch_end : callable, optional
        `f(batch, logs)`.
    **kwargs
        Functions for the other hooks: `on_batch_end`, `on_test_begin`, …; anything else becomes an
        attribute.

    Raises
    ------
    ValueError
        For an argument `on_…` that is no hook.

    Examples
    --------
    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> callback.on_epoch_end(3, {"loss": 0.5})
    3 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name.startswith("on_") and name not in _HOOKS:
                raise ValueError(
                    f"Callbacks have no hook {name!r}. {near_matches(name, _HOOKS)}".rstrip()
                )
            if name in _HOOKS and not (function is None or callable(function)):
                raise TypeError(
                    f"LambdaCallback: {name} must be a function, not {quoted(function)}, such as "
                    f"{name}=lambda {_takes(name)}: print(logs)."
                )
            if function is not None:
                setattr(self, name, function)


def _takes(hook: str) -> str:
    return ", ".join(list(inspect.signature(getattr(Callback, hook)).parameters)[1:])
