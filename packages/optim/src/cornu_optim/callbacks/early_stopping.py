"""Stopping when nothing improves any more."""

from __future__ import annotations

from typing import Any

from cornu_optim.callbacks.monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Ends training when a metric has stopped improving.

    Parameters
    ----------
    monitor : str
        Name of the metric in the logs.
    min_delta : float
        Smallest difference that counts as improvement.
    patience : int
        Number of epochs without improvement after which training ends.
    verbose : int
        1 says when it acts.
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better.
    baseline : float, optional
        What the metric has to beat for waiting to start anew.
    restore_best_weights : bool
        Whether the model ends with the weights of its best epoch.
    start_from_epoch : int
        Epochs before this one are not looked at.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stopping, model = EarlyStopping("loss", patience=2), SimpleNamespace(stop_training=False)
    >>> stopping.set_model(model)
    >>> stopping.on_train_begin()
    >>> for epoch, loss in enumerate([3.0, 2.0, 2.5, 2.25]):
    ...     stopping.on_epoch_end(epoch, {"loss": loss})
    >>> model.stop_training, stopping.stopped_epoch, stopping.best
    (True, 3, 2.0)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights: list[Any] | None = None
        self.best_epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget earlier runs."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare with the best epoch so far."""
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.is_improvement(current, self.best):
            self._keep(epoch, current)
            if self.baseline is None or self.is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs: dict[str, Any] | None) -> Any:
        """Return the metric's value, or None with a warning that says what there is."""
        return self.monitored(logs, "stops by")

    def _keep(self, epoch: int, value: float) -> None:
        self.best, self.best_epoch = value, epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the best weights, if wanted."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)
