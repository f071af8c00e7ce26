"""The logs of each epoch as a row of a file."""

from __future__ import annotations

import csv
import os
from typing import Any

import numpy as np

from cornu.base import Callback


class CSVLogger(Callback):
    """Writes the logs of each epoch as a row of a CSV file.

    Columns are `epoch` and the logs of the first epoch, sorted; an epoch without one of them has
    `NA` there.

    Parameters
    ----------
    filename : str or path
    separator : str
    append : bool
        Whether to add to a file that exists; it is overwritten otherwise.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
    >>> logger = CSVLogger(path)
    >>> logger.on_train_begin()
    >>> logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    >>> logger.on_train_end()
    >>> path.read_text().split()
    ['epoch,loss,val_loss', '0,0.5,0.75']
    """

    writes = True

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self._end = 0  # of the rows that belong to this training, in the file
        self._file: Any = None
        self._writer: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the file."""
        self.on_train_end()
        exists = os.path.exists(self.filename)
        self._file = open(self.filename, "r+" if exists else "w", newline="")  # noqa: SIM115
        self._end = self._file.seek(0, os.SEEK_END) if self.append else 0
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a row."""
        logs = logs or {}
        if self._writer is None:
            self._start(logs)
        row = {"epoch": epoch, **{key: _cell(logs.get(key, "NA")) for key in self.keys or ()}}
        self._writer.writerow(row)
        self._file.flush()
        self._end = self._file.tell()

    def _start(self, logs: dict[str, Any]) -> None:
        """Cut off what is to be overwritten: all of an older file, or rows after a backup."""
        self._file.seek(self._end)
        self._file.truncate()
        if self.keys is None:
            self.keys = sorted(logs)
            validates = (self.params or {}).get("do_validation", True)
            if validates and not any(key.startswith("val_") for key in self.keys):
                # validation may start in a later epoch
                self.keys += [f"val_{key}" for key in self.keys]
        self._writer = csv.DictWriter(
            self._file, ["epoch", *self.keys], delimiter=self.sep, lineterminator="\n"
        )
        if self._end == 0:
            self._writer.writeheader()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        if self._file is not None:
            if self._writer is None:  # not a single epoch
                self._file.truncate(self._end)
            self._file.close()
            self._file = self._writer = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_file": None, "_writer": None}


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        return f'"[{", ".join(map(str, value))}]"'
    return value
