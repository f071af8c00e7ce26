"""`tf.train`: optimizers of TensorFlow 1, and checkpoints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cornu_engine.variable import Variable
from cornu_keras.compat.tensorflow.decays import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    natural_exp_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)
from cornu_keras.compat.tensorflow.graphs import default_graph
from cornu_keras.compat.tensorflow.messages import (
    BytesList,
    Example,
    Feature,
    Features,
    FloatList,
    Int64List,
)
from cornu_keras.compat.tensorflow.minimizers import (
    AdadeltaOptimizer,
    AdagradOptimizer,
    AdamOptimizer,
    FtrlOptimizer,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
    RMSPropOptimizer,
)
from cornu_keras.compat.tensorflow.proximal import (
    ProximalAdagradOptimizer,
    ProximalGradientDescentOptimizer,
)
from cornu_keras.compat.tensorflow.saver import ENDING, Saver
from cornu_keras.compat.tensorflow.scopes import nameless
from cornu_keras.compat.tensorflow.variables import Variable as Count

__all__ = [
    "AdadeltaOptimizer", "AdagradOptimizer", "AdamOptimizer", "BytesList", "Checkpoint",
    "CheckpointManager", "Example", "ExponentialMovingAverage", "Feature", "Features", "FloatList",
    "FtrlOptimizer", "GradientDescentOptimizer", "Int64List", "MomentumOptimizer", "Optimizer",
    "ProximalAdagradOptimizer", "ProximalGradientDescentOptimizer", "RMSPropOptimizer", "Saver",
    "Status", "cosine_decay", "cosine_decay_restarts", "create_global_step", "exponential_decay",
    "get_global_step", "get_or_create_global_step", "inverse_time_decay", "latest_checkpoint",
    "natural_exp_decay", "piecewise_constant", "piecewise_constant_decay", "polynomial_decay",
]  # fmt: skip


class ExponentialMovingAverage:
    """Means of variables that follow them: `decay` of the old one, the rest of the new.

    Examples
    --------
    >>> from cornu_keras.compat.tensorflow.variables import Variable as Weight
    >>> w, means = Weight(1.0), ExponentialMovingAverage(0.9)
    >>> means.apply([w])
    >>> _ = w.assign(2.0)
    >>> means.apply([w])
    >>> round(float(means.average(w)), 3)
    1.1
    """

    def __init__(
        self, decay: float, num_updates: Any = None, zero_debias: bool = False, name: Any = None
    ) -> None:
        self._decay, self._updates, self._from_zero = decay, num_updates, zero_debias
        self._means: dict[int, tuple[Any, Any]] = {}

    def apply(self, var_list: Any) -> None:
        """Follow the variables as they are now."""
        from cornu_keras.compat.tensorflow.variables import Variable as Mean

        decay = self._decay
        if self._updates is not None:
            count = float(self._updates)
            decay = min(decay, (1 + count) / (10 + count))
        for variable in var_list:
            if id(variable) not in self._means:
                begin = variable.numpy() * (0 if self._from_zero else 1)
                self._means[id(variable)] = (variable, Mean(begin, trainable=False))
            mean = self._means[id(variable)][1]
            mean.assign(decay * mean.numpy() + (1 - decay) * variable.numpy())

    def average(self, var: Any) -> Any:
        """Return the mean of a variable, None where it was not followed."""
        return self._means.get(id(var), (None, None))[1]


class Checkpoint:
    """Things with weights, saved together: models, optimizers, variables."""

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self._things = {**({"root": root} if root is not None else {}), **kwargs}
        self.__dict__.update(kwargs)

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Write a numbered file, and return its path without the ending."""
        folder, prefix = Path(file_prefix).parent, Path(file_prefix).name
        path = folder / f"{prefix}-{_last_number(folder, prefix) + 1}"
        return self.write(path)

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Write a file of this name."""
        import numpy as np

        Path(file_prefix).parent.mkdir(parents=True, exist_ok=True)
        arrays = {
            f"{name}/{i}": variable.numpy()
            for name, thing in self._things.items()
            for i, variable in enumerate(_state(thing))
        }
        target = Path(f"{file_prefix}{ENDING}")
        partial = Path(f"{file_prefix}.partial")
        with partial.open("wb") as file:
            np.savez(file, **arrays)
        partial.replace(target)
        return str(file_prefix)

    def restore(self, save_path: Any, options: Any = None) -> Any:
        """Read a file into the things; None is no file, as for a first run."""
        import numpy as np

        if save_path is None:
            return Status()
        with np.load(f"{save_path}{ENDING}", allow_pickle=False) as arrays:
            for name, thing in self._things.items():
                for i, variable in enumerate(_state(thing)):
                    if f"{name}/{i}" in arrays:
                        variable.assign(arrays[f"{name}/{i}"])
        return Status()

    read = restore


class Status:
    """What says that a file held all that was asked for."""

    def expect_partial(self) -> Status:
        """Return itself."""
        return self

    assert_consumed = assert_existing_objects_matched = expect_partial


class CheckpointManager:
    """Keeps the last few checkpoints of a folder."""

    def __init__(
        self, checkpoint: Checkpoint, directory: Any, max_to_keep: int | None = 5,
        checkpoint_name: str = "ckpt",
    ) -> None:  # fmt: skip
        self._checkpoint, self._folder = checkpoint, Path(directory)
        self._kept, self._name = max_to_keep, checkpoint_name

    def save(self, checkpoint_number: int | None = None) -> str:
        """Write the next one, and remove those that are too many."""
        path = (
            self._checkpoint.save(self._folder / self._name)
            if checkpoint_number is None
            else self._checkpoint.write(self._folder / f"{self._name}-{int(checkpoint_number)}")
        )
        for old in self.checkpoints[: -self._kept] if self._kept else []:
            Path(f"{old}{ENDING}").unlink()
        return path

    @property
    def checkpoints(self) -> list[str]:
        """Those that are there, the latest last."""
        return [str(self._folder / f"{self._name}-{n}") for n in _numbers(self._folder, self._name)]

    @property
    def latest_checkpoint(self) -> str | None:
        """The latest, None where there is none."""
        return self.checkpoints[-1] if self.checkpoints else None

    def restore_or_initialize(self) -> str | None:
        """Read the latest, where there is one."""
        self._checkpoint.restore(self.latest_checkpoint)
        return self.latest_checkpoint


def latest_checkpoint(checkpoint_dir: Any, latest_filename: Any = None) -> str | None:
    """Return the checkpoint of a folder that was written last."""
    files = sorted(Path(checkpoint_dir).glob(f"*{ENDING}"), key=lambda f: f.stat().st_mtime)
    return str(files[-1])[: -len(ENDING)] if files else None


def _numbers(folder: Path, prefix: str) -> list[int]:
    pattern = re.compile(rf"{re.escape(prefix)}-(\d+){re.escape(ENDING)}")
    found = (pattern.fullmatch(file.name) for file in folder.glob(f"*{ENDING}"))
    return sorted(int(match[1]) for match in found if match)


def _last_number(folder: Path, prefix: str) -> int:
    return max(_numbers(folder, prefix), default=0)


def _state(thing: Any) -> list[Any]:
    if isinstance(thing, Variable):
        return [thing]
    variables = getattr(thing, "variables", None)
    return list(variables() if callable(variables) else variables or ())


def get_global_step(graph: Any = None) -> Any:
    """Return the variable that counts steps, None before it is made."""
    return (graph or default_graph()).named.get("global_step")


def get_or_create_global_step(graph: Any = None) -> Any:
    """Return the variable that counts steps."""
    if get_global_step(graph) is None:
        with nameless():
            made = Count(0, trainable=False, name="global_step", dtype="int64")
        (graph or default_graph()).named["global_step"] = made
    return get_global_step(graph)


create_global_step = get_or_create_global_step
