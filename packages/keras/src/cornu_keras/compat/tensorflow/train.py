"""`tf.train`: optimizers of TensorFlow 1, and checkpoints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cornu
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
from cornu_keras.compat.tensorflow.graphs import Operation, is_symbolic, variables_of
from cornu_keras.compat.tensorflow.messages import (
    BytesList,
    Example,
    Feature,
    Features,
    FloatList,
    Int64List,
)
from cornu_keras.compat.tensorflow.tape import GradientTape, gradients

__all__ = [
    "AdadeltaOptimizer", "AdagradOptimizer", "AdamOptimizer", "BytesList", "Checkpoint",
    "CheckpointManager", "Example", "ExponentialMovingAverage", "Feature", "Features", "FloatList",
    "FtrlOptimizer", "GradientDescentOptimizer", "Int64List", "MomentumOptimizer", "Optimizer",
    "RMSPropOptimizer", "Status", "cosine_decay", "cosine_decay_restarts",
    "exponential_decay", "inverse_time_decay", "latest_checkpoint", "natural_exp_decay",
    "piecewise_constant", "piecewise_constant_decay", "polynomial_decay",
]  # fmt: skip

_ENDING = ".index"  # of a checkpoint's file, for which scripts look


class Optimizer:
    """An optimizer of TensorFlow 1 over one of Cornu's.

    Parameters
    ----------
    inner : cornu.Optimizer
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def compute_gradients(self, loss: Callable[[], Any], var_list: Any = None) -> list[Any]:
        """Return pairs of gradient and variable, of what a function or a session computes."""
        if is_symbolic(loss):
            variables = list(var_list or variables_of(loss))
            return list(zip(gradients(loss, variables), variables, strict=True))
        if not callable(loss):
            raise TypeError(
                "minimize() takes a function here, or what comes from placeholders, as other "
                "tensors have their values at once: optimizer.minimize(lambda: ..., var_list=[w])."
            )
        with GradientTape() as tape:
            value = loss()
        variables = list(var_list or tape.watched_variables())
        return list(zip(tape.gradient(value, variables), variables, strict=True))

    def apply_gradients(
        self, grads_and_vars: Any, global_step: Any = None, name: Any = None
    ) -> Any:
        """Change variables by gradients, or return what a session runs to do so."""
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if any(is_symbolic(g) for g, _ in pairs):
            variables = [v for _, v in pairs]
            return Operation(
                [g for g, _ in pairs],
                lambda *values: self.apply_gradients(
                    list(zip(values, variables, strict=True)), global_step
                ),
            )
        done = self.inner.apply_gradients(pairs)
        if isinstance(global_step, Variable):
            global_step.assign(global_step.value + 1)
        return done

    def minimize(
        self,
        loss: Callable[[], Any],
        global_step: Any = None,
        var_list: Any = None,
        name: Any = None,
    ) -> Any:
        """Compute gradients and apply them."""
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step)


class GradientDescentOptimizer(Optimizer):
    """Steps against the gradient."""

    def __init__(self, learning_rate: float, use_locking: bool = False, name: Any = None) -> None:
        super().__init__(cornu.optimizers.SGD(learning_rate))


class MomentumOptimizer(Optimizer):
    """Steps along a sum of gradients that fades."""

    def __init__(
        self, learning_rate: float, momentum: float, use_locking: bool = False, name: Any = None,
        use_nesterov: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.SGD(learning_rate, momentum, nesterov=use_nesterov))


class AdamOptimizer(Optimizer):
    """Adam, with the epsilon of TensorFlow 1."""

    def __init__(
        self, learning_rate: float = 0.001, beta1: float = 0.9, beta2: float = 0.999,
        epsilon: float = 1e-8, use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.Adam(learning_rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)
        )


class RMSPropOptimizer(Optimizer):
    """RMSProp."""

    def __init__(
        self, learning_rate: float, decay: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-10, use_locking: bool = False, centered: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.RMSprop(
                learning_rate, rho=decay, momentum=momentum, epsilon=epsilon, centered=centered
            )
        )


class AdagradOptimizer(Optimizer):
    """Adagrad."""

    def __init__(
        self, learning_rate: float, initial_accumulator_value: float = 0.1,
        use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.Adagrad(learning_rate, initial_accumulator_value))


class AdadeltaOptimizer(Optimizer):
    """Adadelta."""

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.95, epsilon: float = 1e-8,
        use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.Adadelta(learning_rate, rho=rho, epsilon=epsilon))


class FtrlOptimizer(Optimizer):
    """Ftrl."""

    def __init__(
        self, learning_rate: float, learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0, use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.Ftrl(
                learning_rate,
                learning_rate_power,
                initial_accumulator_value,
                l1_regularization_strength,
                l2_regularization_strength,
            )
        )


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
        target = Path(f"{file_prefix}{_ENDING}")
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
        with np.load(f"{save_path}{_ENDING}", allow_pickle=False) as arrays:
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
            Path(f"{old}{_ENDING}").unlink()
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
    files = sorted(Path(checkpoint_dir).glob(f"*{_ENDING}"), key=lambda f: f.stat().st_mtime)
    return str(files[-1])[: -len(_ENDING)] if files else None


def _numbers(folder: Path, prefix: str) -> list[int]:
    pattern = re.compile(rf"{re.escape(prefix)}-(\d+){re.escape(_ENDING)}")
    found = (pattern.fullmatch(file.name) for file in folder.glob(f"*{_ENDING}"))
    return sorted(int(match[1]) for match in found if match)


def _last_number(folder: Path, prefix: str) -> int:
    return max(_numbers(folder, prefix), default=0)


def _state(thing: Any) -> list[Any]:
    if isinstance(thing, Variable):
        return [thing]
    variables = getattr(thing, "variables", None)
    return list(variables() if callable(variables) else variables or ())
