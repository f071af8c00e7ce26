"""Schedules that fall along half a cosine."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu.base.schedule import LearningRateSchedule
from cornu_engine import config
from cornu_optim.schedules.decay import positive_steps


def half_cosine(fraction: Any) -> Any:
    """Return the cosine that falls from 1 to 0 as `fraction` goes from 0 to 1."""
    return ops.multiply(0.5, ops.add(1.0, ops.cos(ops.multiply(math.pi, fraction))))


class CosineDecay(LearningRateSchedule):
    r"""A rate that falls along half a cosine, after a linear rise if wanted.

    .. math:: \eta_t = \eta \left((1 - \alpha) \tfrac12 (1 + \cos(\pi t / T)) + \alpha\right)

    With a `warmup_target`, the rate first rises linearly from `initial_learning_rate` to it during
    `warmup_steps`, and falls from there during `decay_steps`.

    Parameters
    ----------
    initial_learning_rate : float
        $\eta$, or where the rise starts.
    decay_steps : int
        $T$, positive.
    alpha : float
        Share of the rate that is left at the end.
    name : str
    warmup_target : float, optional
        Where the rise ends; no rise otherwise.
    warmup_steps : int
        Length of the rise.

    Raises
    ------
    ValueError
        If `decay_steps` is not positive.

    References
    ----------
    Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, 2016,
    https://arxiv.org/abs/1608.03983

    Examples
    --------
    >>> rate = CosineDecay(0.0, decay_steps=100, warmup_target=1.0, warmup_steps=10)
    >>> [round(float(rate(step)), 4) for step in (0, 5, 10, 60, 200)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = int(positive_steps("decay_steps", decay_steps))
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        step = ops.cast(step, config.floatx())
        if self.warmup_target is None:
            return self._fall(step, self.initial_learning_rate)
        falling = self._fall(ops.subtract(step, float(self.warmup_steps)), self.warmup_target)
        if not self.warmup_steps:
            return falling
        slope = (self.warmup_target - self.initial_learning_rate) / self.warmup_steps
        rising = ops.add(ops.multiply(slope, step), self.initial_learning_rate)
        return ops.where(ops.less(step, float(self.warmup_steps)), rising, falling)

    def _fall(self, step: Any, start: float) -> Any:
        fraction = ops.divide(ops.minimum(step, float(self.decay_steps)), float(self.decay_steps))
        left = ops.add(ops.multiply(1.0 - self.alpha, half_cosine(fraction)), self.alpha)
        return ops.multiply(start, left)


class CosineDecayRestarts(LearningRateSchedule):
    r"""Half cosines one after another, each longer by `t_mul` and lower by `m_mul`.

    Parameters
    ----------
    initial_learning_rate : float
    first_decay_steps : int
        Length of the first, positive.
    t_mul : float
        Each is this much longer than the one before; at least 1.
    m_mul : float
        Each starts this much lower than the one before.
    alpha : float
        Share of the initial rate that is left at the end of each.
    name : str

    Raises
    ------
    ValueError
        If `first_decay_steps` is not positive.

    References
    ----------
    Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, 2016,
    https://arxiv.org/abs/1608.03983

    Examples
    --------
    >>> rate = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
    >>> [round(float(rate(step)), 4) for step in (0, 5, 10, 20)]
    [1.0, 0.5, 0.5, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = int(positive_steps("first_decay_steps", first_decay_steps))
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step."""
        passed = ops.divide(ops.cast(step, config.floatx()), float(self.first_decay_steps))
        if self.t_mul == 1.0:
            restarts = ops.floor(passed)
            fraction = ops.subtract(passed, restarts)
        else:
            # after i restarts, (t_mul ** i - 1) / (t_mul - 1) first lengths have passed
            grown = ops.add(ops.multiply(passed, self.t_mul - 1.0), 1.0)
            restarts = ops.floor(ops.divide(ops.log(grown), ops.log(float(self.t_mul))))
            length = ops.power(float(self.t_mul), restarts)
            start = ops.divide(ops.subtract(length, 1.0), self.t_mul - 1.0)
            fraction = ops.divide(ops.subtract(passed, start), length)
        height = ops.multiply(ops.power(float(self.m_mul), restarts), half_cosine(fraction))
        left = ops.add(ops.multiply(1.0 - self.alpha, height), self.alpha)
        return ops.multiply(self.initial_learning_rate, left)
