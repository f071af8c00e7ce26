"""Checkpoints in a folder with a folder for each step, written beside the training."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cornu.saving.model_file import load_model, model_members, write_members
from cornu.saving.training_state import read_state
from cornu.saving.weights import write_weights
from cornu_data.files.file_kinds import STEP_FILES, steps_in, weights_source
from cornu_data.files.plan import Plan, hdf5_bytes
from cornu_data.files.words import Words
from cornu_engine.errors import SavingError
from cornu_engine.files.atomic import write_bytes
from cornu_engine.files.hdf5 import open_hdf5
from cornu_engine.files.rules import limits_for, reading

__all__ = ["CheckpointManager"]

_WHOLE, _WEIGHTS = STEP_FILES
_VALUE = "value.json"


class CheckpointManager:
    """Keeps checkpoints of a model: the latest ones, the best one, each in the folder of its step.

    A checkpoint is one file, `directory/7/model.keras`, that takes its name when it is whole: a
    process that is killed as it writes leaves those before it as they were. Older ones go when the
    new one is there. `load_model(directory)` and `model.load_weights(directory)` read the newest.

    Parameters
    ----------
    directory : str or path
        Made when something is written.
    max_to_keep : int, optional
        How many of the latest checkpoints stay; None for all.
    mode : {"min", "max"}, optional
        Which of the values given to `save` are better: the best checkpoint stays too. Without it,
        only the latest stay.
    save_on_background : bool
        Whether files are written in a thread. What is written is what the model was when `save` was
        called. What goes wrong there is raised by the next call.
    save_weights_only : bool
        Whether to write the weights alone, `model.weights.h5`, without the model and the optimizer.

    Examples
    --------
    >>> import tempfile, cornu
    >>> x = cornu.Input((2,))
    >>> model = cornu.Model(x, cornu.layers.Dense(1)(x))
    >>> manager = CheckpointManager(tempfile.mkdtemp(), max_to_keep=2, mode="min")
    >>> for step, loss in enumerate([0.5, 0.1, 0.4, 0.3]):
    ...     manager.save(step, model, loss)
    >>> manager.wait_until_finished()
    >>> manager.steps(), manager.latest_step(), manager.best_step()
    ([1, 2, 3], 3, 1)
    >>> manager.restore(model, step=1)
    1
    """

    def __init__(
        self,
        directory: Any,
        max_to_keep: int | None = 1,
        mode: str | None = None,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ) -> None:
        if max_to_keep is not None and (max_to_keep < 1 or isinstance(max_to_keep, bool)):
            raise ValueError(f"max_to_keep={max_to_keep!r} must be 1 or more, or None for all.")
        if mode not in ("min", "max", None):
            raise ValueError(f"mode={mode!r} must be 'min', 'max' or None.")
        self.directory = os.fspath(directory)
        self.max_to_keep = max_to_keep
        self.mode = mode
        self.save_on_background = save_on_background
        self.save_weights_only = save_weights_only
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def save(self, step: int, model: Any, value: float | None = None) -> None:
        """Write a checkpoint of the model as it is now.

        Parameters
        ----------
        step : int
            Of what: epochs or batches. A checkpoint of this step is replaced.
        model : Model
        value : float, optional
            How good it is.
        """
        if step < 0:
            raise ValueError(f"step={step} must be 0 or more.")
        folder = Path(self.directory) / str(int(step))
        if self.save_weights_only:
            weights = hdf5_bytes(lambda file: write_weights(model, file, with_optimizer=False))

            def write() -> None:
                write_bytes(folder / _WEIGHTS, weights)
        else:
            if model.built and model.optimizer is not None:  # so that its state is there to restore
                model.optimizer.build(model.trainable_variables)
            members = model_members(model)

            def write() -> None:
                write_members(folder / _WHOLE, members)

        def work() -> None:
            said = None if value is None else float(value)
            write_bytes(folder / _VALUE, json.dumps(said).encode())
            write()
            self._tidy()

        self.wait_until_finished()
        if self.save_on_background:
            self._thread = threading.Thread(target=self._run, args=(work,), name="checkpoint")
            self._thread.start()
        else:
            work()

    def wait_until_finished(self) -> None:
        """Wait until what was saved is on the disk.

        Raises
        ------
        OSError
            Or what else went wrong there.
        """
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        if error is not None:
            raise error

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint, in order."""
        return list(self._files())

    def latest_step(self) -> int | None:
        """Return the newest step, None without any."""
        return max(self.steps(), default=None)

    def best_step(self) -> int | None:
        """Return the step with the best value, the newest of equals, None without any."""
        values = {step: value for step in self.steps() if (value := self._value(step)) is not None}
        if self.mode is None or not values:
            return None
        sign = 1 if self.mode == "max" else -1
        return max(values, key=lambda step: (sign * values[step], step))

    def restore(self, model: Any, step: int | None = None) -> int:
        """Load weights, and what training goes on from where it was saved, into a model.

        Parameters
        ----------
        model : Model
            Built, of the architecture that was saved.
        step : int, optional
            The newest, if not given.

        Returns
        -------
        int
            The step.

        Raises
        ------
        FileNotFoundError
            If there is no such checkpoint.
        """
        step, path = self._chosen(step)
        model.load_weights(path)
        if os.path.basename(path) == _WHOLE:
            _restore_training(model, path)
        return step

    def load(self, step: int | None = None, **options: Any) -> Any:
        """Return the model of a checkpoint.

        Parameters
        ----------
        step : int, optional
            The newest, if not given.
        **options
            For `cornu.models.load_model`, such as `custom_objects`.
        """
        return load_model(self._chosen(step)[1], **options)

    def _files(self) -> dict[int, str]:
        return steps_in(self.directory) if os.path.isdir(self.directory) else {}

    def _chosen(self, step: int | None) -> tuple[int, str]:
        self.wait_until_finished()
        files = self._files()
        step = max(files, default=None) if step is None else step
        if step is None or step not in files:
            there = f"those of steps {', '.join(map(str, files))}" if files else "none"
            wanted = "" if step is None else f" of step {step}"
            raise FileNotFoundError(
                f"There is no checkpoint{wanted} in {self.directory!r}, but {there}."
            )
        return step, files[step]

    def _value(self, step: int) -> float | None:
        try:
            value = json.loads((Path(self.directory) / str(step) / _VALUE).read_bytes())
        except (OSError, ValueError):
            return None
        return value if isinstance(value, float) and value == value else None

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # raised in the thread that asked
            self._error = error

    def _tidy(self) -> None:
        """Remove what is neither among the latest nor the best, the checkpoint itself first."""
        files = self._files()
        if self.max_to_keep is None:
            return
        for step in list(files)[: -self.max_to_keep]:
            if step == self.best_step():
                continue
            os.unlink(files[step])
            with contextlib.suppress(OSError):
                os.unlink(Path(self.directory) / str(step) / _VALUE)
                os.rmdir(Path(self.directory) / str(step))  # stays if there is something of yours

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_thread": None, "_error": None}


def _restore_training(model: Any, path: str) -> None:
    """Put the state of the optimizer and of all else that a step depends on into a model."""
    limits = limits_for(path, None)
    with (
        reading(path, limits),
        weights_source(path, limits) as source,
        open_hdf5(source, limits) as root,
    ):
        group = root.group("optimizer/vars")
        if group is not None and model.optimizer is not None:
            model.optimizer.build(model.trainable_variables)
            stored = [group.get(str(index)) for index in range(len(group.names()))]
            pairs = Words().slots(model.optimizer, list(model.trainable_variables), stored, None)
            if pairs is None:
                raise SavingError(
                    f"{path!r} holds the state of another optimizer than {model.optimizer.name!r}: "
                    "compile the model with the one it was saved with."
                )
            plan = Plan()
            for variable, value in pairs:
                plan.add(variable, value)
            plan.carry_out()
        read_state(model, root)
