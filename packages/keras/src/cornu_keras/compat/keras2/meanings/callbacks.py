"""Callbacks: what they call the learning rate, and when training stops."""

from __future__ import annotations

import warnings
from typing import Any

from cornu_data.logs import StepLogs

__all__ = ["RateAsLr", "RenamedDelta", "SaysBatches", "StopsByBaseline"]


class SaysBatches:
    """A callback whose logs of a batch say which it is, and how many samples it has if known."""

    params: Any

    def overrides(self, hook: str) -> bool:
        """Tell whether this callback does anything in a hook."""
        if getattr(type(self), hook, None) is vars(SaysBatches).get(hook, self):
            return bool(self.overrides(hook.replace("_train", "")))
        return bool(super().overrides(hook))  # type: ignore[misc]

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Run before a training batch."""
        self.on_batch_begin(batch, self._of_batch(batch, logs))  # type: ignore[attr-defined]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Run after a training batch."""
        self.on_batch_end(batch, self._of_batch(batch, logs))  # type: ignore[attr-defined]

    def _of_batch(self, batch: int, logs: Any) -> dict[str, Any]:
        said, size = self.params or {}, None
        if said.get("samples") and said.get("batch_size"):
            size = min(said["batch_size"], said["samples"] - batch * said["batch_size"])
        of_batch = {"batch": batch, **({} if size is None else {"size": size})}
        if not isinstance(logs, StepLogs):
            return {**of_batch, **(logs or {})}
        return StepLogs([*of_batch, *logs._names], lambda: {**of_batch, **logs})  # read on demand


class StopsByBaseline:
    """`EarlyStopping` of Keras 2.3: the baseline is the first to beat.

    The best weights are restored where it stops, and only there.
    """

    baseline: Any
    best: Any
    best_weights: Any
    model: Any
    patience: int
    restore_best_weights: bool
    stopped_epoch: int
    verbose: int
    wait: int

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget earlier runs."""
        super().on_train_begin(logs)  # type: ignore[misc]
        self.best = self.baseline

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Compare with the best epoch so far."""
        current = self.get_monitor_value(logs)  # type: ignore[attr-defined]
        if current is None:
            return
        if self.is_improvement(current, self.best):  # type: ignore[attr-defined]
            self._keep(epoch, current)  # type: ignore[attr-defined]
            self.wait = 0
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
            if self.restore_best_weights and self.best_weights is not None:
                if self.verbose > 0:
                    print("Restoring model weights from the end of the best epoch")
                self.model.set_weights(self.best_weights)

    def on_train_end(self, logs: Any = None) -> None:
        """Say that it stopped."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1:05d}: early stopping")


class RateAsLr:
    """Calls the learning rate `lr` in the logs, and so in the history."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Do what the callback does, and rename the entry."""
        logs = {} if logs is None else logs
        super().on_epoch_end(epoch, logs)  # type: ignore[misc]
        if "learning_rate" in logs:
            logs["lr"] = logs.pop("learning_rate")


class RenamedDelta:
    """Takes `epsilon`, which `min_delta` was called before, with a warning."""

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        if "epsilon" not in kwargs:
            return kwargs
        warnings.warn(
            "`epsilon` argument is deprecated and will be removed, use `min_delta` instead.",
            stacklevel=3,
        )
        rest = {key: value for key, value in kwargs.items() if key != "epsilon"}
        return {**rest, "min_delta": kwargs["epsilon"]}
