"""Smaller steps when nothing improves any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from cornu_optim.callbacks.monitor import MonitorCallback
from cornu_optim.callbacks.rates import rated, rates_in_logs

if TYPE_CHECKING:
    from typing_extensions import Unpack

    class PlateauOptions(TypedDict, total=False):
        """What Keras 2.0 called `min_delta`."""

        epsilon: float


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a metric has stopped improving.

    The logs of each epoch get the entry `learning_rate`.

    Parameters
    ----------
    monitor : str
        Name of the metric in the logs.
    factor : float
        What the rate is multiplied by; below 1.
    patience : int
        Number of epochs without improvement after which it is.
    verbose : int
        1 says when it acts.
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better.
    min_delta : float
        Smallest difference that counts as improvement; `epsilon` in early Keras.
    cooldown : int
        Number of epochs after a reduction in which none is counted.
    min_lr : float
        Below this the rate is not reduced.

    Raises
    ------
    ValueError
        If `factor` is not below 1.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=1)
    >>> model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5))
    >>> reduce.set_model(model)
    >>> reduce.on_train_begin()
    >>> for epoch, loss in enumerate([3.0, 3.0, 2.0]):
    ...     reduce.on_epoch_end(epoch, {"loss": loss})
    >>> model.optimizer.learning_rate
    0.25
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Unpack[PlateauOptions],
    ) -> None:
        min_delta = kwargs.pop("epsilon", min_delta)
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau takes no argument {next(iter(kwargs))!r}.")
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(f"`factor` must be below 1, not {factor}.")
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def in_cooldown(self) -> bool:
        """Tell whether a reduction is too recent for epochs to count."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget earlier runs."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare with the best epoch so far."""
        logs = {} if logs is None else logs
        logs.update(rates_in_logs(self.model.optimizer))
        current = self.monitored(logs, "reduces by")
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        several = rated(self.model.optimizer)
        for optimizer in several:
            rate = float(optimizer.learning_rate)
            if rate <= np.float32(self.min_lr):
                continue
            optimizer.learning_rate = rate = max(rate * self.factor, self.min_lr)
            if self.verbose > 0:
                whose = f"{optimizer.name} " if len(several) > 1 else ""
                print(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing {whose}learning rate to "
                    f"{rate}."
                )
            self.cooldown_counter = self.cooldown
            self.wait = 0
