"""Horovod's callbacks: equal weights at the start, averaged metrics, rates that grow with ranks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.base.callback import Callback
from cornu_distributed.horovod.communication import broadcast_global_variables, check_root
from cornu_distributed.sums import sum_once
from cornu_distributed.world import the_world

__all__ = [
    "BroadcastGlobalVariablesCallback",
    "LearningRateScheduleCallback",
    "LearningRateWarmupCallback",
    "MetricAverageCallback",
]


class BroadcastGlobalVariablesCallback(Callback):
    """Gives all processes the weights and the optimizer's state of one when training begins.

    Parameters
    ----------
    root_rank : int
    """

    def __init__(self, root_rank: int = 0) -> None:
        super().__init__()
        check_root(root_rank)
        self.root_rank = root_rank

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Broadcast."""
        broadcast_global_variables(self.root_rank, self.model)


class MetricAverageCallback(Callback):
    """Averages the logs of an epoch over all processes; stands before what reads them."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Average."""
        names = sorted(logs or {})
        world = the_world()
        world.must_agree("The list of metrics", names, "Compile the same metrics on all processes.")
        if logs is not None and names:
            values = np.array([float(logs[name]) for name in names])
            mean = sum_once(world, values) / world.size
            logs.update(zip(names, mean.tolist(), strict=True))


class LearningRateScheduleCallback(Callback):
    """Sets the learning rate to a multiple of an initial one.

    Parameters
    ----------
    initial_lr : float
    multiplier : float or callable
        A number, or `multiplier(epoch)`, of which the epoch is a fraction unless `staircase`.
    start_epoch, end_epoch : int
        First epoch of the schedule, and the first after it (None: none).
    staircase : bool
        Whether the rate changes between epochs only.
    momentum_correction : bool
        False: momentum is part of the compiled program, and is not changed from batch to batch.
    steps_per_epoch : int, optional
        Batches of an epoch, where `fit` cannot know it.
    """

    def __init__(
        self,
        initial_lr: float,
        multiplier: float | Callable[[float], float],
        start_epoch: int = 0,
        end_epoch: int | None = None,
        staircase: bool = True,
        momentum_correction: bool = False,
        steps_per_epoch: int | None = None,
    ) -> None:
        super().__init__()
        if momentum_correction:
            raise ValueError(
                "momentum_correction=True: momentum is part of the compiled program, which would "
                "be compiled anew for each batch. Leave it out."
            )
        self.initial_lr = initial_lr
        self.start_epoch, self.end_epoch = start_epoch, end_epoch
        self.staircase = staircase or not callable(multiplier)
        self.multiplier = multiplier if callable(multiplier) else lambda epoch: multiplier
        self.steps_per_epoch = steps_per_epoch
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the rate of an epoch."""
        self._epoch = epoch
        self._set(epoch)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the rate of a batch."""
        if self.staircase:
            return
        steps = self.steps_per_epoch or (self.params or {}).get("steps")
        if not steps:
            raise ValueError(
                f"{type(self).__name__} cannot know how many batches an epoch has: pass "
                "steps_per_epoch=."
            )
        self._set(self._epoch + batch / steps)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Show the rate in the logs."""
        if logs is not None:
            logs["lr"] = float(self.model.optimizer.learning_rate)

    def _set(self, epoch: float) -> None:
        if epoch < self.start_epoch or (self.end_epoch is not None and epoch >= self.end_epoch):
            return
        self.model.optimizer.learning_rate = self.initial_lr * self.multiplier(epoch)


class LearningRateWarmupCallback(LearningRateScheduleCallback):
    """Raises the learning rate from that of one process to that of all, batch by batch.

    Parameters
    ----------
    initial_lr : float
        The rate for all processes together: often that of one, times `hvd.size()`.
    warmup_epochs : int
    momentum_correction : bool
    steps_per_epoch : int, optional
    verbose : int
        1: print the rate at the end.
    """

    def __init__(
        self,
        initial_lr: float,
        warmup_epochs: int = 5,
        momentum_correction: bool = False,
        steps_per_epoch: int | None = None,
        verbose: int = 0,
    ) -> None:
        size = the_world().size

        def grown(epoch: float) -> float:
            return 1 / size * (epoch * (size - 1) / warmup_epochs + 1)

        super().__init__(
            initial_lr,
            grown,
            end_epoch=warmup_epochs,
            staircase=False,
            momentum_correction=momentum_correction,
            steps_per_epoch=steps_per_epoch,
        )
        self.verbose = verbose

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Reach the full rate."""
        if self.end_epoch is not None and epoch == self.end_epoch - 1:
            self.model.optimizer.learning_rate = self.initial_lr
            if self.verbose and the_world().rank == 0:
                print(f"Epoch {epoch + 1}: the learning rate has grown to {self.initial_lr:g}.")
        super().on_epoch_end(epoch, logs)
