"""Callbacks in a row, each called only in the hooks that it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.base.callback import Callback
from cornu.plugins import registry
from cornu.training.history import History
from cornu_engine import tree

__all__ = ["CallbackList"]

Hook = Callable[..., None]


class CallbackList(Callback):
    """Several callbacks called as one.

    Parameters
    ----------
    callbacks : callback, or nested lists of them, optional
    add_history, add_progbar : bool
        Whether to add a `History`, and what shows progress (`ProgbarLogger`, which comes with
        `cornu-optim`), where there is none.
    model : Model, optional
        Given to each callback.
    queue_length : int
        Accepted for Keras 2's sake.
    **params
        Given to each callback: `epochs`, `steps`, `verbose`.

    Examples
    --------
    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print("done", epoch)
    >>> callbacks = CallbackList([Shout()], epochs=1)
    >>> callbacks.on_epoch_end(0, {})
    done 0
    >>> callbacks.hooks("on_train_batch_end")
    []
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make it as it is: by every `fit`, with arguments of ours."""
        return object.__new__(cls)

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        queue_length: int = 10,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Any] = (
            [c for c in tree.flatten(callbacks) if c is not None] if callbacks else []
        )
        self._history = self._own(add_history)
        if add_progbar and not any(getattr(c, "shows_progress", False) for c in self.callbacks):
            shows = registry.role("callback", "progress")
            self.callbacks += [] if shows is None else [shows()]
        for callback in self.callbacks:
            _check(callback)
        self._hooks: dict[str, list[Hook]] = {}
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def _own(self, wanted: bool) -> History | None:
        for callback in self.callbacks:
            if isinstance(callback, History):
                return callback
        if not wanted:
            return None
        self.callbacks.append(History())
        return self.callbacks[-1]

    @property
    def history(self) -> Any:
        """The History among the callbacks, or None."""
        return self._history

    def append(self, callback: Any) -> None:
        """Add a callback at the end."""
        self.callbacks.append(callback)
        self._hooks.clear()

    def set_params(self, params: dict[str, Any]) -> None:
        """Give each callback the parameters, one dict for all: `steps` may be filled in later."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Give each callback the model."""
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def hooks(self, name: str) -> list[Hook]:
        """Return the bound methods of the callbacks that write this hook."""
        if name not in self._hooks:
            writers = [c for c in self.callbacks if self._writes(c, name)]
            if len(writers) > 1:
                writers.sort(key=lambda c: getattr(c, "runs_last", False))
            self._hooks[name] = [getattr(c, name) for c in writers]
        return self._hooks[name]

    def abandon(self) -> None:
        """Leave the output in order after a run that was broken off."""
        for callback in self.callbacks:
            if hasattr(callback, "abandon"):
                callback.abandon()

    def _writes(self, callback: Any, name: str) -> bool:
        overrides = getattr(callback, "overrides", None)
        return overrides(name) if overrides is not None else hasattr(callback, name)


def _delegate(name: str) -> Any:
    """Return a method that calls a hook of each callback, with the signature that the hook has.

    Hooks may rely on logs to be a dict: where there are none it is empty.
    """
    if "batch" in name:

        def on_event(self: CallbackList, batch: int, logs: Any = None) -> None:
            for hook in self.hooks(name):
                hook(batch, {} if logs is None else logs)

    elif "epoch" in name:

        def on_event(self: CallbackList, epoch: int, logs: Any = None) -> None:  # type: ignore[misc]
            for hook in self.hooks(name):
                hook(epoch, {} if logs is None else logs)

    else:

        def on_event(self: CallbackList, logs: Any = None) -> None:  # type: ignore[misc]
            for hook in self.hooks(name):
                hook({} if logs is None else logs)

    on_event.__name__ = name
    on_event.__doc__ = f"Call `{name}` of each callback that writes it."
    return on_event


for _name in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _name, _delegate(_name))


def _check(callback: Any) -> None:
    if isinstance(callback, type):
        raise TypeError(
            f"callbacks holds the class {callback.__name__}, not an object of it: write "
            f"{callback.__name__}()."
        )
    if not hasattr(callback, "set_model"):
        raise TypeError(
            f"callbacks holds a {type(callback).__name__} ({str(callback)[:40]!r}), which is no "
            "callback. Make one, as in cornu.callbacks.EarlyStopping(patience=3), or derive it "
            "from cornu.callbacks.Callback."
        )
