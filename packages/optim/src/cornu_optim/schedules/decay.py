"""Schedules that fall along one formula."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.schedule import LearningRateSchedule
from cornu_engine import config


def positive_steps(name: str, steps: float) -> float:
    """Return `steps`, or raise ValueError where it is not positive."""
    if steps <= 0:
        raise ValueError(f"`{name}` must be positive, not {steps}.")
    return steps


def periods(step: Any, decay_steps: float, staircase: bool) -> Any:
    """Return how often `decay_steps` have passed, in whole numbers if `staircase`."""
    passed = ops.divide(ops.cast(step, config.floatx()), float(decay_steps))
    return ops.floor(passed) if staircase else passed


class ExponentialDecay(LearningRateSchedule):
    r"""A rate that falls by the same factor every so many steps: $\eta_0 \, r^{t / T}$.

    Parameters
    ----------
    initial_learning_rate : float
        $\eta_0$.
    decay_steps : float
        $T$, positive.
    decay_rate : float
        $r$.
    staircase : bool
        Whether $t / T$ is rounded down.
    name : str

    Raises
    ------
    ValueError
        If `decay_steps` is not positive.

    Examples
    --------
    >>> rate = ExponentialDecay(1.0, decay_steps=10, decay_rate=0.25)
    >>> float(rate(0)), float(rate(5)), float(rate(10))
    (1.0, 0.5, 0.25)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = positive_steps("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        passed = periods(step, self.decay_steps, self.staircase)
        return ops.multiply(self.initial_learning_rate, ops.power(self.decay_rate, passed))


class InverseTimeDecay(LearningRateSchedule):
    r"""A rate that falls as $\eta_0 / (1 + r t / T)$.

    Parameters
    ----------
    initial_learning_rate : float
        $\eta_0$.
    decay_steps : float
        $T$, positive.
    decay_rate : float
        $r$.
    staircase : bool
        Whether $t / T$ is rounded down.
    name : str

    Raises
    ------
    ValueError
        If `decay_steps` is not positive.

    Examples
    --------
    >>> rate = InverseTimeDecay(1.0, decay_steps=1, decay_rate=0.5)
    >>> float(rate(0)), float(rate(2))
    (1.0, 0.5)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = positive_steps("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        passed = periods(step, self.decay_steps, self.staircase)
        return ops.divide(
            self.initial_learning_rate, ops.add(1.0, ops.multiply(self.decay_rate, passed))
        )


class PolynomialDecay(LearningRateSchedule):
    r"""A rate that falls to an end value.

    Until $T$ it is $(\eta_0 - \eta_T)(1 - t / T)^p + \eta_T$, and $\eta_T$ after.

    Parameters
    ----------
    initial_learning_rate : float
        $\eta_0$.
    decay_steps : float
        $T$, positive.
    end_learning_rate : float
        $\eta_T$.
    power : float
        $p$.
    cycle : bool
        Whether, each time the end is reached, $T$ grows by `decay_steps` and the rate rises
        again.
    name : str

    Raises
    ------
    ValueError
        If `decay_steps` is not positive.

    Examples
    --------
    >>> rate = PolynomialDecay(1.0, decay_steps=4, end_learning_rate=0.0)
    >>> float(rate(1)), float(rate(9))
    (0.75, 0.0)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = positive_steps("decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step, length = ops.cast(step, config.floatx()), float(self.decay_steps)
        if self.cycle:
            # the first one, at step 0 too
            cycles = ops.maximum(ops.ceil(ops.divide(step, length)), 1.0)
            length = ops.multiply(length, cycles)
        else:
            step = ops.minimum(step, length)
        left = ops.power(ops.subtract(1.0, ops.divide(step, length)), self.power)
        height = self.initial_learning_rate - self.end_learning_rate
        return ops.add(ops.multiply(height, left), self.end_learning_rate)
