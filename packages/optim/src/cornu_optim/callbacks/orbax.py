"""Checkpoints in folders of steps as the model trains, under the name that Keras has for it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu_optim.callbacks.monitor import MonitorCallback
from cornu_optim.callbacks.step_folders import CheckpointManager


class OrbaxCheckpoint(MonitorCallback):
    """Saves the model after epochs or numbers of batches, each time in a folder of its own.

    The files are Cornu's, `directory/<step>/model.keras`, not those of Orbax. A
    `cornu.utils.CheckpointManager` writes them in a thread, so training goes on meanwhile.
    `load_model(directory)` and `model.load_weights(directory)` read the newest.

    Parameters
    ----------
    directory : str or path
        Holds a folder for each step: the number of the epoch, counted from 0, or of the batches
        trained so far.
    monitor : str
        Name of the metric in the logs.
    verbose : int
        1 says when it saves.
    save_best_only : bool
        Whether to save only where the metric is better than ever before.
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better.
    save_freq : {"epoch"} or int
        When to save: after each epoch, or each so many batches.
    initial_value_threshold : float, optional
        What the first value has to beat.
    max_to_keep : int, optional
        How many of the latest checkpoints stay; None for all.
    save_on_background : bool
        Whether files are written in a thread.
    save_weights_only : bool
        Whether to leave out the model's description and the optimizer.
    keep_best : bool
        Whether the checkpoint with the best value of the metric stays beside the latest.

    Raises
    ------
    ValueError
        For an unknown `save_freq`.
    OSError
        At the next save or the end of training, if a checkpoint could not be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, cornu
    >>> model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> directory = tempfile.mkdtemp()
    >>> checkpoint = OrbaxCheckpoint(directory, max_to_keep=2)
    >>> x, y = np.ones((8, 3)), np.ones(8)
    >>> history = model.fit(x, y, epochs=5, verbose=0, callbacks=[checkpoint])
    >>> checkpoint.manager.steps()
    [3, 4]
    >>> again = cornu.models.load_model(directory)
    >>> bool(again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0))
    True
    """

    writes = True

    def __init__(
        self,
        directory: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
        keep_best: bool = False,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int)):
            raise ValueError(
                f"`save_freq` must be 'epoch' or a number of batches, not {save_freq!r}."
            )
        self.directory = os.fspath(directory)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_freq = save_freq
        self.max_to_keep = max_to_keep
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self.keep_best = keep_best
        self.manager = CheckpointManager(
            self.directory, max_to_keep, None, save_on_background, save_weights_only
        )
        self._total = 0  # batches trained so far
        self._since = 0  # batches since the last checkpoint
        self._last: int | None = None

    def set_model(self, model: Any) -> None:
        """Receive the model, and count on from the batches it was trained for."""
        super().set_model(model)
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            self._total = int(optimizer.iterations)

    def overrides(self, hook: str) -> bool:
        """Tell whether anything is done in a hook: with `save_freq="epoch"`, nothing per batch."""
        if hook == "on_train_batch_end" and self.save_freq == "epoch":
            return False
        return super().overrides(hook)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if so many batches have passed."""
        if self.save_freq == "epoch":
            return
        new = batch + 1 if self._last is None or batch <= self._last else batch - self._last
        self._last = batch
        self._total += new
        self._since += new
        if self._since >= self.save_freq:
            self._since = 0
            self._save(self._total, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, if it is done by epochs."""
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Wait for what is being written."""
        self.wait_until_finished()

    def wait_until_finished(self) -> None:
        """Wait until what was saved is on the disk; raise what went wrong there."""
        self.manager.wait_until_finished()

    def _save(self, step: int, logs: dict[str, Any] | None) -> None:
        value = None
        if self.save_best_only or self.keep_best:
            value = self.monitored(logs, "finds the best checkpoint by")
            if value is None and self.save_best_only:
                return
            if value is not None and np.ndim(value):
                raise ValueError(f"{self.monitor!r} is no number to compare checkpoints by.")
        if value is not None and self.save_best_only:
            if not self.is_improvement(value, self.best):
                return
            self.best = float(value)
        if self.keep_best and value is not None:
            if self.mode == "auto":
                self.mode = self._direction()
            self.manager.mode = self.mode
        self.manager.save(step, self.model, value)
        if self.verbose > 0:
            folder = os.path.join(self.directory, str(step))
            print(f"\nStep {step}: saving a checkpoint to {folder}")
