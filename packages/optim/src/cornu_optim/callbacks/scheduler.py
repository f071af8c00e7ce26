"""The learning rate of each epoch from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.base import Callback
from cornu_engine.errors import quoted
from cornu_optim.callbacks.rates import rated, rates_in_logs


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch.

    The logs of each epoch get the entry `learning_rate`.

    Parameters
    ----------
    schedule : callable
        `schedule(epoch, learning_rate)` or `schedule(epoch)`, epochs counted from 0; returns a
        float.
    verbose : int
        1 says what it sets.

    Raises
    ------
    TypeError
        If `schedule` cannot be called.
    ValueError
        If it returns something else.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> scheduler = LearningRateScheduler(lambda epoch, rate: rate if epoch < 10 else rate * 0.5)
    >>> model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.5))
    >>> scheduler.set_model(model)
    >>> scheduler.on_epoch_begin(10)
    >>> model.optimizer.learning_rate
    0.25
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler: schedule must be a function of the epoch, not "
                f"{quoted(schedule)}: write LearningRateScheduler(lambda epoch: 0.1), or give the "
                "number to the optimizer as learning_rate."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the learning rate."""
        several = rated(self.model.optimizer)
        for optimizer in several:
            rate = self._scheduled(epoch, float(optimizer.learning_rate))
            optimizer.learning_rate = rate
            if self.verbose > 0:
                whose = f"{optimizer.name} " if len(several) > 1 else ""
                print(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler setting {whose}learning rate to "
                    f"{rate}."
                )

    def _scheduled(self, epoch: int, rate: float) -> float:
        given = (epoch, rate) if _takes_rate(self.schedule) else (epoch,)
        found = self.schedule(*given)
        if not isinstance(found, (float, np.floating)):
            raise ValueError(
                f"The schedule must return a float; for epoch {epoch} it returned {found!r}."
            )
        return float(found)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the learning rate into the logs."""
        if logs is not None:
            logs.update(rates_in_logs(self.model.optimizer))


def _takes_rate(schedule: Callable[..., Any]) -> bool:
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a builtin without a signature
        return True
    return True
