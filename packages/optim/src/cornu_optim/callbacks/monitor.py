"""Callbacks that watch one metric for improvement."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.base import Callback


class MonitorCallback(Callback):
    """Base of callbacks that watch a metric and act on whether it improves.

    Parameters
    ----------
    monitor : str
        Name of the metric in the logs, as `"val_loss"`.
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better. `"auto"` asks the metric; a loss is better when
        smaller.
    baseline : float, optional
        What the first value has to beat.
    min_delta : float
        Smallest difference that counts.

    Raises
    ------
    ValueError
        At the end of the first epoch, if `"auto"` cannot tell.

    Examples
    --------
    >>> watch = MonitorCallback("loss", min_delta=0.1)
    >>> watch.is_improvement(0.5, None), watch.is_improvement(0.45, 0.5)
    (True, False)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} knows the modes 'auto', 'min' and 'max', not {mode!r}; it "
                "goes on with 'auto'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)

    @property
    def monitor_op(self) -> Any:
        """`np.less` or `np.greater`, as the direction is known; None as long as it is not."""
        return {"min": np.less, "max": np.greater}.get(self.mode)

    @monitor_op.setter
    def monitor_op(self, value: Any) -> None:
        if value not in (np.less, np.greater):
            raise ValueError(f"monitor_op is numpy.less or numpy.greater; got {value!r}.")
        self.mode = "min" if value is np.less else "max"

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Tell whether a value is better than another by at least `min_delta`."""
        if reference is None:
            return True
        if self.mode == "auto":
            self.mode = self._direction()
        if self.mode == "min":
            return bool(value + self.min_delta < reference)
        return bool(value - self.min_delta > reference)

    def monitored(self, logs: dict[str, Any] | None, purpose: str) -> Any:
        """Return the metric's value, or None with a warning that says what there is."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"{type(self).__name__} {purpose} {self.monitor!r}, which is not there. There are: "
                f"{', '.join(logs) or 'no logs'}.",
                stacklevel=3,
            )
        return value

    def _direction(self) -> str:
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return "min"
        for metric in _all_metrics(self.model):
            direction = getattr(metric, "_direction", None)
            if direction and (name == metric.name or name.endswith(f"_{metric.name}")):
                return "max" if direction == "up" else "min"
        if "acc" in name:
            return "max"
        raise ValueError(
            f"{type(self).__name__} cannot tell whether a larger or a smaller {self.monitor!r} is "
            "better. "
            "Pass mode='max' or mode='min'."
        )


def _all_metrics(model: Any) -> Iterator[Any]:
    for metric in getattr(model, "metrics", ()):
        yield from getattr(metric, "metrics", (metric,))
