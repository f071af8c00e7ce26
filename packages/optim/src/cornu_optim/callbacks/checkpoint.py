"""Saving the model as it trains."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from cornu_optim.callbacks.monitor import MonitorCallback

_MODEL = (".keras", ".h5", ".hdf5")
_WEIGHTS = (".h5", ".hdf5")


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after epochs or numbers of batches.

    Parameters
    ----------
    filepath : str or path
        May hold `{epoch}`, `{batch}` and the names of logs, with formats:
        `"m-{epoch:02d}-{val_loss:.2f}.keras"`. Ends in `.keras`, `.h5` or `.hdf5`; with
        `save_weights_only`, in `.weights.h5`, `.h5` or `.hdf5`.
    monitor : str
        Name of the metric in the logs.
    verbose : int
        1 says when it saves.
    save_best_only : bool
        Whether to save only where the metric is better than ever before.
    save_weights_only : bool
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better.
    save_freq : {"epoch"} or int
        When to save: after each epoch, or each so many batches.
    initial_value_threshold : float, optional
        What the first value has to beat.
    period : int
        Keras 2: save after every so many epochs.

    Raises
    ------
    ValueError
        For a path that does not end as it must, or an unknown `save_freq`.

    Examples
    --------
    >>> class Model:
    ...     def save(self, filepath, overwrite=True):
    ...         print("saved", filepath)
    >>> checkpoint = ModelCheckpoint("best-{epoch:02d}.keras", monitor="loss", save_best_only=True)
    >>> checkpoint.set_model(Model())
    >>> for epoch, loss in enumerate([3.0, 4.0, 2.0]):
    ...     checkpoint.on_epoch_end(epoch, {"loss": loss})
    saved best-01.keras
    saved best-03.keras
    """

    writes = True

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        period: int = 1,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.period = period
        self._epoch = 0
        self._epochs_since_saving = 0
        self._batches_since_saving = 0
        self._last_batch: int | None = None
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(
                f"`save_freq` must be 'epoch' or a number of batches, not {save_freq!r}."
            )
        self._check_name()

    def _check_name(self) -> None:
        endings = _WEIGHTS if self.save_weights_only else _MODEL
        if not self.filepath.endswith(endings):
            what = "weights" if self.save_weights_only else "a model"
            example = self.filepath + (".weights.h5" if self.save_weights_only else ".keras")
            raise ValueError(
                f"A file of {what} must end in {' or '.join(endings)}: rename {self.filepath!r}, "
                f"for example to {example!r}."
            )

    def overrides(self, hook: str) -> bool:
        """Tell whether anything is done in a hook: with `save_freq="epoch"`, nothing per batch."""
        if hook == "on_train_batch_end" and self.save_freq == "epoch":
            return False
        return super().overrides(hook)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if so many batches have passed."""
        if self.save_freq == "epoch":
            return
        restarted = self._last_batch is None or batch <= self._last_batch
        self._batches_since_saving += batch + 1 if restarted else batch - (self._last_batch or 0)
        self._last_batch = batch
        if self._batches_since_saving >= self.save_freq:
            self._batches_since_saving = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if it is time."""
        if self.save_freq != "epoch":
            return
        self._epochs_since_saving += 1
        if self._epochs_since_saving >= self.period:
            self._epochs_since_saving = 0
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any] | None) -> None:
        logs = dict(logs or {})
        path = self._path(epoch, batch, logs)
        if not self._wanted(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise OSError(f"ModelCheckpoint cannot save to {path!r}: it is a directory.")
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        names = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f"filepath={self.filepath!r} names {error}, which is not there. There are: "
                f"{', '.join(names)}."
            ) from None

    def _wanted(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        current = self.monitored(logs, "saves the best model by")
        if current is None or np.ndim(current):
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_improvement(current, self.best):
            self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
            return False
        self._say(
            f"\nEpoch {epoch + 1}: {self.monitor} improved from {best} to {current:.5f}, saving "
            f"model to {path}"
        )
        self.best = current
        return True

    def _say(self, text: str) -> None:
        if self.verbose > 0:
            print(text)
