"""Means of what batches report (Keras 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cornu.base import Callback


class BaseLogger(Callback):
    """Puts the mean over batches of each of their logs into the logs of the epoch.

    Training does so by itself; this is for loops that report batch by batch.

    Parameters
    ----------
    stateful_metrics : iterable of str, optional
        Names whose last value is taken, because it is a mean already.

    Examples
    --------
    >>> logger, logs = BaseLogger(), {}
    >>> logger.on_epoch_begin(0)
    >>> for batch, loss in enumerate([1.0, 4.0]):
    ...     logger.on_batch_end(batch, {"loss": loss, "size": 2 - batch})
    >>> logger.on_epoch_end(0, logs)
    >>> logs
    {'loss': 2.0}
    """

    def __init__(self, stateful_metrics: Iterable[str] | None = None) -> None:
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
        self.on_epoch_begin(0)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Forget the last epoch."""
        self.seen = 0
        self.totals: dict[str, float] = {}

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Add the logs of a batch, weighted by its `size` if that is there."""
        logs = logs or {}
        size = logs.get("size", 1)
        self.seen += size
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self.totals[name] = value
            elif name not in ("batch", "size"):
                self.totals[name] = self.totals.get(name, 0.0) + value * size

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the means into the logs, where training has not."""
        if logs is None:
            return
        for name, total in self.totals.items():
            mean = total if name in self.stateful_metrics else total / max(self.seen, 1)
            logs.setdefault(name, mean)
