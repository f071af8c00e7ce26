"""Callbacks: code that the training loop calls at the start and end of everything it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base.checked import Checked
from cornu_data.attributes import remember, remembered
from cornu_data.constructors import signature_parameters
from cornu_engine.errors import quoted

_NOT_STATE = {"params", "validation_data", "_model"}


class Callback(Checked):
    """Base class of callbacks; every hook does nothing until a subclass writes it.

    `logs` is a dict of numbers: the metrics of the batch or epoch. A hook may change it, and set
    `self.model.stop_training = True` to end training after the current batch.

    Batch hooks are called only on callbacks that write one, so a callback without them costs
    nothing per step. `on_batch_begin` and `on_batch_end` are Keras 2's names of the two hooks
    around a training batch.

    Attributes
    ----------
    model : Model
        The model in training.
    params : dict
        `epochs`, `steps`, `verbose` and Keras 2's `batch_size`, `samples`, `do_validation`,
        `metrics`.
    runs_last : bool
        Whether the hooks are called after those of all other callbacks: for one that saves what
        the others have come to.
    writes : bool
        Whether it writes files or sends what others read: where several processes train one model,
        only the first has it.
    validation_data
        Always None; kept because Keras 2's callbacks have it.

    Examples
    --------
    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"EPOCH {epoch + 1}: {logs['loss']:.2f}")
    >>> Shout().on_epoch_end(0, {"loss": 0.25})
    EPOCH 1: 0.25
    """

    runs_last = False
    writes = False

    if not TYPE_CHECKING:  # editors read `__init__`

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Check the arguments, where there are any: each `fit` makes a `History` of none."""
            return super().__new__(cls, *args, **kwargs) if args or kwargs else object.__new__(cls)

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None
        self.validation_data: Any = None

    @property
    def model(self) -> Any:
        """The model in training."""
        return vars(self).get("_model")  # subclasses may forget super().__init__()

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive the parameters of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receive the model."""
        self._model = model

    def overrides(self, hook: str) -> bool:
        """Tell whether this callback does anything in a hook.

        A training batch hook counts as written when its Keras 2 alias is.

        Examples
        --------
        >>> class Counter(Callback):
        ...     def on_batch_end(self, batch, logs=None): ...
        >>> Counter().overrides("on_train_batch_end"), Counter().overrides("on_epoch_end")
        (True, False)
        """
        own = getattr(self, hook)
        if getattr(own, "__func__", own) is not getattr(Callback, hook):
            return True
        alias = _ALIASES.get(hook)
        return alias is not None and self.overrides(alias)

    def __repr__(self) -> str:
        taken = signature_parameters(type(self))
        told = {name: vars(self)[name] for name in taken if name in vars(self)}
        given = [f"{n}={quoted(v)}" for n, v in told.items() if repr(v) != repr(taken[n].default)]
        return f"{type(self).__name__}({', '.join(given)})"

    def get_state(self) -> dict[str, Any]:
        """Return what the callback remembers, for a training that is to go on in another process.

        These are all attributes that are numbers, text, arrays, or lists, tuples and dicts of
        them, and generators of random numbers. Write it anew, with `set_state`, for what else a
        callback has to remember.

        Examples
        --------
        >>> class Count(Callback):
        ...     seen = 0
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.seen += 1
        >>> first, second = Count(), Count()
        >>> first.on_epoch_end(0)
        >>> second.set_state(first.get_state())
        >>> second.seen
        1
        """
        return remembered(self, leave_out=_NOT_STATE)

    def set_state(self, state: dict[str, Any]) -> None:
        """Remember what `get_state` returned."""
        remember(self, state)

    def _before_step(self, bound: Any) -> None:
        """Run when a training step has its batch, after the hooks of its beginning."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run before a training batch (Keras 2's name)."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """Run after a training batch (Keras 2's name)."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Run before an epoch of training."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Run after an epoch; `logs` holds its metrics, those of validation as `val_…`."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run before a training batch."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Run after a training batch; `logs` holds the metrics of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run before a batch of `evaluate`, also of the validation in `fit`."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Run after a batch of `evaluate`, also of the validation in `fit`."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Run after a batch of `predict`; `logs["outputs"]` holds what it gave."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Run before training."""

    def on_train_end(self, logs: Any = None) -> None:
        """Run after training."""

    def on_test_begin(self, logs: Any = None) -> None:
        """Run before an evaluation, also before the validation in `fit`."""

    def on_test_end(self, logs: Any = None) -> None:
        """Run after an evaluation, also after the validation in `fit`."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Run before a prediction."""

    def on_predict_end(self, logs: Any = None) -> None:
        """Run after a prediction."""


_ALIASES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
