"""Learning rates of TensorFlow 1 that fall with a count of steps: functions without arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

__all__ = [
    "cosine_decay", "cosine_decay_restarts", "exponential_decay", "inverse_time_decay",
    "natural_exp_decay", "piecewise_constant", "piecewise_constant_decay", "polynomial_decay",
]  # fmt: skip

Rate = Callable[[], float]


def _periods(global_step: Any, decay_steps: float, staircase: bool) -> float:
    passed = float(global_step) / decay_steps
    return float(math.floor(passed)) if staircase else passed


def exponential_decay(
    learning_rate: float, global_step: Any, decay_steps: float, decay_rate: float,
    staircase: bool = False, name: Any = None,
) -> Rate:  # fmt: skip
    r"""Return the rate $\eta\,r^{t/T}$.

    Examples
    --------
    >>> exponential_decay(1.0, 4, 2, 0.5)()
    0.25
    """
    return lambda: learning_rate * decay_rate ** _periods(global_step, decay_steps, staircase)


def natural_exp_decay(
    learning_rate: float, global_step: Any, decay_steps: float, decay_rate: float,
    staircase: bool = False, name: Any = None,
) -> Rate:  # fmt: skip
    r"""Return the rate $\eta\,e^{-r t/T}$."""
    return lambda: (
        learning_rate * math.exp(-decay_rate * _periods(global_step, decay_steps, staircase))
    )


def inverse_time_decay(
    learning_rate: float, global_step: Any, decay_steps: float, decay_rate: float,
    staircase: bool = False, name: Any = None,
) -> Rate:  # fmt: skip
    r"""Return the rate $\eta/(1 + r t/T)$."""
    return lambda: learning_rate / (1 + decay_rate * _periods(global_step, decay_steps, staircase))


def polynomial_decay(
    learning_rate: float, global_step: Any, decay_steps: float,
    end_learning_rate: float = 0.0001, power: float = 1.0, cycle: bool = False, name: Any = None,
) -> Rate:  # fmt: skip
    """Return the rate that falls to `end_learning_rate` in so many steps."""

    def rate() -> float:
        step, last = float(global_step), float(decay_steps)
        last = last * max(1, math.ceil(step / last)) if cycle else last
        left = 1 - min(step, last) / last
        return (learning_rate - end_learning_rate) * left**power + end_learning_rate

    return rate


def piecewise_constant(
    x: Any, boundaries: Sequence[Any], values: Sequence[float], name: Any = None
) -> Rate:
    """Return the value between those boundaries where the count is; a boundary is below itself."""
    return lambda: values[sum(float(x) > float(b) for b in boundaries)]


piecewise_constant_decay = piecewise_constant


def cosine_decay(
    learning_rate: float, global_step: Any, decay_steps: float, alpha: float = 0.0, name: Any = None
) -> Rate:
    """Return the rate that falls along half a wave."""

    def rate() -> float:
        part = min(float(global_step), decay_steps) / decay_steps
        return learning_rate * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * part)) + alpha)

    return rate


def cosine_decay_restarts(
    learning_rate: float, global_step: Any, first_decay_steps: float, t_mul: float = 2.0,
    m_mul: float = 1.0, alpha: float = 0.0, name: Any = None,
) -> Rate:  # fmt: skip
    """Return the rate that falls along half a wave again and again, each time more slowly."""

    def rate() -> float:
        step, length, top = float(global_step), float(first_decay_steps), 1.0
        while step >= length:
            step, length, top = step - length, length * t_mul, top * m_mul
        wave = 0.5 * top * (1 + math.cos(math.pi * step / length))
        return learning_rate * ((1 - alpha) * wave + alpha)

    return rate
