"""Going on with a training that was broken off."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from cornu.base import Callback
from cornu_engine.errors import SavingError
from cornu_ops import ranks

_LATEST, _PREVIOUS = "latest.backup", "previous.backup"


class BackupAndRestore(Callback):
    """Backs up a training, and goes on from the backup where there is one.

    The backup is one file with all that the next step depends on: weights, optimizer, metrics,
    every random number generator, the order of the samples, epoch and batch, and what other
    callbacks remember. A training that was killed and is started again with the same arguments
    ends with the same weights, bit for bit, as one that was not. A generator is run forward to
    where it was.

    Parameters
    ----------
    backup_dir : str or path
        Folder of the backup, for this training alone.
    save_freq : {"epoch"} or int
        When to back up: after each epoch, or each so many batches.
    double_checkpoint : bool
        Whether to keep the backup before the latest too, and use it if that one is damaged.
    delete_checkpoint : bool
        Whether to delete the backup when training ends.

    Raises
    ------
    ValueError
        For an empty `backup_dir` or an unknown `save_freq`.
    SavingError
        When training starts, if the backup is that of another model.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, cornu
    >>> from cornu.layers import Dense
    >>> class Crash(cornu.callbacks.Callback):
    ...     def on_epoch_begin(self, epoch, logs=None):
    ...         if epoch == 2:
    ...             raise RuntimeError("power failure")
    >>> x, y, backup_dir = np.ones((8, 3)), np.ones(8), tempfile.mkdtemp()
    >>> model = cornu.Sequential([cornu.Input((3,)), Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.fit(x, y, epochs=5, verbose=0, callbacks=[BackupAndRestore(backup_dir), Crash()])
    Traceback (most recent call last):
    RuntimeError: power failure
    >>> model.fit(x, y, epochs=5, verbose=0, callbacks=[BackupAndRestore(backup_dir)]).epoch
    [2, 3, 4]
    """

    runs_last = True  # what the others do in the same hook belongs to the backup

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError("`backup_dir` is empty: name a folder for the backup.")
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int)):
            raise ValueError(
                f"`save_freq` must be 'epoch' or a number of batches, not {save_freq!r}."
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._seen = 0  # steps of this epoch that have been counted
        self._since = 0  # steps since the last backup

    @property
    def _files(self) -> tuple[Path, Path]:
        return Path(self.backup_dir) / _LATEST, Path(self.backup_dir) / _PREVIOUS

    def overrides(self, hook: str) -> bool:
        """Tell whether anything is done in a hook: with `save_freq="epoch"`, nothing per batch."""
        if hook == "on_train_batch_end" and self.save_freq == "epoch":
            return False
        return super().overrides(hook)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Take up the backup, if there is one."""
        self._run.watch()
        self._clean(f".{_LATEST}.*.tmp")  # left behind by a process that was killed as it wrote
        latest, previous = self._files
        backups = [path for path in (latest, previous) if path.exists()]
        if not backups:
            return
        try:
            self._run.load(backups[0])
        except (SavingError, OSError) as error:
            if len(backups) == 1:
                raise
            warnings.warn(f"{error} Going on from the backup before it.", stacklevel=2)
            self._run.load(backups[1])

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the batches of this epoch."""
        self._seen = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Back up if so many batches have passed."""
        step = self._run.step
        self._since += step - self._seen
        self._seen = step
        if self._since >= self.save_freq:
            self._since = 0
            self._save()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Back up."""
        if self.save_freq == "epoch":
            self._save()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Delete the backup."""
        if self.delete_checkpoint:
            self._clean(_LATEST)
            self._clean(_PREVIOUS)
            folder = Path(self.backup_dir)
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _clean(self, pattern: str) -> None:
        if ranks.current.rank:  # all go on from the backup, and the first one keeps it
            return
        for path in Path(self.backup_dir).glob(pattern):
            path.unlink(missing_ok=True)

    @property
    def _run(self) -> Any:
        run = self.model.training_run
        if run is None:
            raise RuntimeError("BackupAndRestore backs up what `fit` does: pass it to fit().")
        return run

    def _save(self) -> None:
        if ranks.current.rank:
            return
        latest, previous = self._files
        if self.double_checkpoint and latest.exists():
            os.replace(latest, previous)
        self._run.save(latest)
