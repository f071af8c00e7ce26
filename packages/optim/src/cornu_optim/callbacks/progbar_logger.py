"""The callback that shows progress."""

from __future__ import annotations

import sys
from typing import Any

from cornu.base.callback import Callback
from cornu_data.preferences import resolve_verbose
from cornu_optim.callbacks.progbar import Progbar, output_kind

__all__ = ["ProgbarLogger"]

_BATCH_END = {f"on_{mode}_batch_end" for mode in ("train", "test", "predict")}


class ProgbarLogger(Callback):
    """Shows an epoch's progress and metrics on the standard output.

    `fit`, `evaluate` and `predict` add one by themselves unless `verbose=0`.

    Parameters
    ----------
    count_mode : {"steps", "samples"}
        Keras 2's argument: what the bar counts. Steps are counted in either case.
    stateful_metrics : iterable of str, optional
        Keras 2's argument; all metrics are means over the epoch so far and shown as they are.

    Raises
    ------
    ValueError
        For another `count_mode`.

    Examples
    --------
    >>> logger = ProgbarLogger()
    >>> logger.set_params({"verbose": 2, "epochs": 3, "steps": 10})
    >>> logger.on_epoch_begin(0)
    Epoch 1/3
    >>> logger.on_epoch_end(0, {"loss": 0.25})  # doctest: +ELLIPSIS
    10/10 - 0s - ...s/step - loss: 0.2500
    """

    shows_progress = True

    def __init__(self, count_mode: str = "steps", stateful_metrics: Any = None) -> None:
        super().__init__()
        if count_mode not in ("steps", "samples"):
            raise ValueError(f"count_mode must be 'steps' or 'samples', not {count_mode!r}.")
        self.verbose: int = 1
        self.epochs = 1
        self.seen = 0
        self._bar: Progbar | None = None
        self._in_fit = False

    def set_model(self, model: Any) -> None:
        """Take no hold of the model: what is shown comes with the logs."""

    def get_state(self) -> dict[str, Any]:
        """Return nothing: a bar starts with its epoch."""
        return {}

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive verbosity, epochs and steps; steps may become known during the first epoch."""
        self.params = params
        self.verbose = resolve_verbose(params.get("verbose", 1))
        self.epochs = params.get("epochs") or 1

    def overrides(self, hook: str) -> bool:
        """Tell whether it does anything in a hook: no call per step where nothing is redrawn."""
        return super().overrides(hook) and (hook not in _BATCH_END or self._redraws())

    def _redraws(self) -> bool:
        params = self.params or {}
        live = resolve_verbose(params.get("verbose", 1)) == 1 and output_kind() != "file"
        return live or params.get("steps") is None  # an unknown number of steps has to be counted

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Keep silent during validation from now on."""
        self._in_fit = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """End the run."""
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the bar of an epoch."""
        if self.verbose and self.epochs > 1:
            sys.stdout.write(f"Epoch {epoch + 1}/{self.epochs}\n")
        self._start_bar()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Complete the bar with the epoch's metrics, those of validation included."""
        self._finish(logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the bar of an evaluation."""
        if not self._in_fit:
            self._start_bar()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Complete it."""
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the bar of a prediction."""
        self._start_bar()

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Complete it."""
        self._finish(None)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Redraw if it is time."""
        self._step(batch, logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Redraw if it is time."""
        if not self._in_fit:
            self._step(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Redraw if it is time."""
        self._step(batch, None)

    def abandon(self) -> None:
        """End the line of an epoch that was broken off."""
        if self._bar is not None:
            self._bar.abandon()
            self._bar = None
        self._in_fit = False

    def _start_bar(self) -> None:
        self.seen = 0
        self._bar = Progbar(
            (self.params or {}).get("steps"), verbose=self.verbose, stateless_metrics=()
        )

    def _step(self, batch: int, logs: dict[str, Any] | None) -> None:
        self.seen = batch + 1
        bar = self._bar
        if bar is not None and (batch == 0 or bar.due()):
            bar.update(self.seen, list(logs.items()) if logs else None, finalize=False)

    def _finish(self, logs: dict[str, Any] | None) -> None:
        if self._bar is None:
            return
        target = (self.params or {}).get("steps") or self.seen
        self._bar.target = target
        self._bar.update(target, list(logs.items()) if logs else None, finalize=True)
        self._bar = None
