"""What an optimizer is told: its learning rate and the options that all of them take."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, TypedDict

import numpy as np

import cornu_ops as ops
from cornu.base.configurable import plain
from cornu.base.optimizer_state import OptimizerState
from cornu_data.numbers import written
from cornu_engine import config
from cornu_engine.errors import quoted
from cornu_engine.variable import Arena, Variable


class OldOptions(TypedDict, total=False):
    """Keyword arguments of Keras 2 that every optimizer takes; see `Optimizer`."""

    lr: float
    decay: float | None


class CommonOptions(OldOptions, total=False):
    """Keyword arguments that every optimizer hands on to `Optimizer`."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None


class OptimizerOptions(CommonOptions, total=False):
    """Those, and what an optimizer with a decay of its own names itself."""

    weight_decay: float | None


class OptimizerSettings(OptimizerState):
    """The hyperparameters of an optimizer: read, checked, set while it trains, written to a config.

    Examples
    --------
    >>> from cornu.base import Optimizer
    >>> optimizer = Optimizer(learning_rate=0.5)
    >>> optimizer.lr = 0.25
    >>> float(optimizer.learning_rate)
    0.25
    """

    _hyperparameters: ClassVar[frozenset[str]] = frozenset()
    _numbers: ClassVar[frozenset[str]] = frozenset()
    _iterations: Variable
    _learning_rate: Any
    decay: float
    ema_momentum: float
    revision: int

    @property
    def iterations(self) -> Any:
        """Number of updates done."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self._iterations.assign(ops.cast(ops.convert_to_tensor(value), "int64"))

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a Variable, or what the schedule says for the current step."""
        rate = self._learning_rate
        if isinstance(rate, Variable) or not callable(rate):
            return rate
        return rate(self._iterations) if _takes_step(rate) else rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, Variable):
            self._learning_rate = value
            self.revision += 1
        elif isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(np.asarray(value, self._learning_rate.dtype))
        else:
            raise TypeError(
                f"The learning rate of {self.name!r} follows {type(self._learning_rate).__name__}, "
                "so a number cannot be set. Set another schedule, or make the optimizer with a "
                "number."
            )

    @property
    def lr(self) -> Any:
        """Keras 2's name of `learning_rate`."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, str) and name in self._numbers:
            raise ValueError(
                f"{type(self).__name__}: `{name}` must be a number, not {quoted(value)}: write "
                f"{written(name, value, 0.9, float)}."
            )
        if name in self._hyperparameters and vars(self).get("built"):
            object.__setattr__(self, "revision", self.revision + 1)
        if isinstance(value, Variable) and not isinstance(value, Arena):
            known = vars(self).get("_variables", [])
            if not any(value is v for v in known):
                known.append(value)
        object.__setattr__(self, name, value)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer, without its state."""
        config = super().get_config()
        rate = self._learning_rate
        config["learning_rate"] = float(rate.array) if isinstance(rate, Variable) else plain(rate)
        return {**config, "decay": self.decay} if self.decay else config

    def _learning_rate_from(self, value: Any) -> Any:
        if callable(value) and not isinstance(value, Variable):
            return value
        if isinstance(value, bool) or np.ndim(value) or np.asarray(value).dtype.kind not in "iuf":
            raise ValueError(
                "`learning_rate` must be a number, a LearningRateSchedule or a callable, not "
                f"{quoted(value)}."
            )
        return self._track("learning_rate", np.asarray(value, config.floatx()))

    def _check_options(self) -> None:
        clips = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [
            f"{name}={getattr(self, name)}" for name in clips if getattr(self, name) is not None
        ]
        if len(given) > 1:
            raise ValueError(
                f"Only one of {', '.join(clips)} can be given, not {', '.join(given)}."
            )
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"`ema_momentum` must lie in [0, 1], not {self.ema_momentum}.")
        for name, least in (("ema_overwrite_frequency", 1), ("gradient_accumulation_steps", 2)):
            value = getattr(self, name)
            if value and (not isinstance(value, int) or value < least):
                raise ValueError(
                    f"`{name}` must be a whole number of at least {least}, or None; not "
                    f"{quoted(value)}."
                )


def _takes_step(schedule: Any) -> bool:
    """Tell whether a callable learning rate wants the step; Keras calls functions without."""
    try:
        parameters = inspect.signature(schedule).parameters.values()
    except (TypeError, ValueError):
        return True
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(q.kind in positional and q.default is q.empty for q in parameters)
