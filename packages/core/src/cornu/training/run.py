"""A `fit` in progress: where it is, and all that its next step depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_data.encoding import write_values
from cornu_data.run_state import (
    changed,
    fingerprints,
    matched,
    python_random,
    read_run,
    restore_python_random,
)
from cornu_data.source import BatchSource
from cornu_engine.errors import SavingError
from cornu_engine.variable import Arena, Variable
from cornu_ops import ranks
from cornu_ops.random.seed import restore_seed_state, seed_state

__all__ = ["Run"]


class Run:
    """A training in progress; `model.training_run` while `fit` runs.

    `save` writes everything the next step depends on to one file: weights, the optimizer's state,
    metrics, every random number generator, the order of the samples, epoch and batch, and what
    callbacks and data sets remember. A later `fit` with the same arguments that calls `load` in
    `on_train_begin` goes on from there as if it had never stopped.

    Attributes
    ----------
    epoch : int
        The epoch being trained, counted from 0.
    step : int
        Steps of it that are done.
    bound : BoundStep or None
        The step that was run last, its batch still in its buffers.
    """

    def __init__(
        self,
        model: Any,
        callbacks: Sequence[Any],
        source: BatchSource,
        validation: BatchSource | None,
        initial_epoch: int,
        trace: Callable[[], Any],
    ) -> None:
        self.epoch = initial_epoch
        self.step = 0
        self.bound: Any = None
        self._model = model
        self._trace = trace  # makes the step, and the variables that come with it
        self._sources = {"train": source, "validation": validation}
        datasets = [source.dataset, None if validation is None else validation.dataset]
        self._remembering = [x for x in (*callbacks, *datasets) if hasattr(x, "get_state")]
        self._as_made: list[dict[str, tuple[str, int]]] = [{} for _ in self._remembering]
        self._loaded: dict[str, Any] | None = None

    def watch(self) -> None:
        """Note what callbacks and data sets hold as training begins: only what has changed since
        is saved, so that arguments given anew to the next process count there.
        """
        self._as_made = [fingerprints(each) for each in self._remembering]

    def save(self, filepath: Any) -> None:
        """Write the state to a file, in one step: after a crash it is the old one or the new one.

        Parameters
        ----------
        filepath : path
        """
        step = self.step
        positions = {
            name: None if source is None else source.position(step if name == "train" else 0)
            for name, source in self._sources.items()
        }
        values = {
            "epoch": self.epoch,
            "step": step,
            "stop_training": bool(self._model.stop_training),
            "variables": [(v.path, v.numpy()) for v in _variables(self._model)],
            "positions": positions,
            "seeds": seed_state(),
            "random": python_random(),
            "remembered": [
                (type(each).__name__, changed(each, as_made))
                for each, as_made in zip(self._remembering, self._as_made, strict=True)
            ],
        }
        write_values(filepath, values)

    def load(self, filepath: Any) -> None:
        """Read a state, to be put in place where it was saved: at this epoch, after this step.

        Parameters
        ----------
        filepath : path

        Raises
        ------
        SavingError
            If the file is no saved state, or that of another model.
        """
        loaded = read_run(filepath)
        _check(loaded["variables"], _owned(self._model), filepath)
        self._loaded, self._filepath = loaded, filepath
        self.epoch, self.step = loaded["epoch"], loaded["step"]

    def __reduce__(self) -> Any:
        return type(None), ()  # a copy of a model is not in training

    def resume(self) -> None:
        """Put the loaded state in place."""
        loaded, self._loaded = self._loaded, None
        if loaded is None:
            return
        self._trace()
        _check(loaded["variables"], _variables(self._model), self._filepath)
        for variable, (_, value) in zip(_variables(self._model), loaded["variables"], strict=False):
            variable.assign(value)
        for each, state in matched(self._remembering, loaded["remembered"]):
            each.set_state(state)
        for name, source in self._sources.items():
            if source is not None and loaded["positions"][name] is not None:
                source.resume(loaded["positions"][name])
        self._model.stop_training = loaded["stop_training"]
        restore_python_random(loaded["random"])
        restore_seed_state(loaded["seeds"])


def _variables(model: Any) -> list[Variable]:
    """Return all state of training: of layers, optimizer and metrics, in this order.

    Last come variables that nothing owns, but a step of training uses.
    """
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    variables = {id(variable): variable for variable in [*_owned(model), *metrics]}
    step = model._step_cache().last.get("train")
    for variable in () if step is None else step.compiled.program.state:
        if not isinstance(variable, Arena) and variable not in ranks.current.own:
            variables.setdefault(id(variable), variable)
    return list(variables.values())


def _owned(model: Any) -> list[Variable]:
    """Return what is there before the first step is traced: of layers and of the optimizer."""
    optimizer = model.optimizer
    owned = [*model.variables, *(optimizer.variables if optimizer is not None else ())]
    return list({id(variable): variable for variable in owned}.values())


def _check(saved: list[tuple[str, np.ndarray]], present: list[Variable], filepath: Any) -> None:
    shapes = [value.shape for _, value in saved]
    known = [variable.shape for variable in present]
    if shapes[: len(known)] == known:  # metrics of eager steps come with the first batch
        return
    where = next(
        (i for i, pair in enumerate(zip(shapes, known, strict=False)) if pair[0] != pair[1]), None
    )
    if where is None:
        wrong = f"it has {len(saved)} variables, the model {len(present)}"
    else:
        path, shape = saved[where][0], shapes[where]
        wrong = f"{path!r} has shape {shape} there, {present[where].path!r} has {known[where]}"
    raise SavingError(
        f"{str(filepath)!r} is the state of another training: {wrong}. Delete it to start afresh, "
        "or make model, optimizer and metrics as they were."
    )
