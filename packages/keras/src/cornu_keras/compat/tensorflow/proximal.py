"""Optimizers of TensorFlow 1 that draw weights towards zero after each step."""

from __future__ import annotations

from typing import Any

import cornu
import cornu_ops as ops
from cornu_keras.compat.tensorflow.minimizers import Optimizer

__all__ = ["ProximalAdagradOptimizer", "ProximalGradientDescentOptimizer"]


class Proximal(cornu.Optimizer):
    r"""Steps against the gradient that end in the proximal map of the penalties.

    .. math:: w \leftarrow \mathrm{sign}(v)\,\max(|v| - \eta l_1, 0) / (1 + \eta l_2)

    Parameters
    ----------
    learning_rate : float or callable
    l1, l2 : float
    """

    def __init__(
        self, learning_rate: Any, l1: float = 0.0, l2: float = 0.0, **options: Any
    ) -> None:
        super().__init__(learning_rate, **options)
        self.l1, self.l2 = l1, l2

    def rate_of(self, gradient: Any, variable: Any, learning_rate: Any) -> Any:
        """Return the rate of each number of a weight."""
        return learning_rate

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        rate = self.rate_of(gradient, variable, learning_rate)
        moved = ops.subtract(variable.value, ops.multiply(rate, gradient))
        kept = ops.maximum(ops.subtract(ops.abs(moved), ops.multiply(rate, self.l1)), 0.0)
        shrunk = ops.add(ops.multiply(rate, self.l2), 1.0)
        self.assign(variable, ops.divide(ops.multiply(ops.sign(moved), kept), shrunk))


class ProximalAdagrad(Proximal):
    """The same, with rates divided by the root of the sum of all squares of gradients so far."""

    slots = ("accumulator",)

    def __init__(self, learning_rate: Any, first: float = 0.1, **options: Any) -> None:
        super().__init__(learning_rate, **options)
        self.first = first

    @property
    def slot_initial(self) -> dict[str, float]:
        """First values of the state."""
        return {"accumulator": self.first}

    def rate_of(self, gradient: Any, variable: Any, learning_rate: Any) -> Any:
        """Return the rate of each number of a weight."""
        sums = self.slot("accumulator", variable)
        self.assign_add(sums, ops.square(gradient))
        return ops.divide(learning_rate, ops.sqrt(sums.value))


class ProximalGradientDescentOptimizer(Optimizer):
    """Steps against the gradient, and then towards zero."""

    def __init__(
        self, learning_rate: Any, l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0, use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        penalties = {"l1": l1_regularization_strength, "l2": l2_regularization_strength}
        super().__init__(Proximal(learning_rate, **penalties))


class ProximalAdagradOptimizer(Optimizer):
    """Steps of Adagrad, and then towards zero."""

    def __init__(
        self, learning_rate: Any, initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
        use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        penalties = {"l1": l1_regularization_strength, "l2": l2_regularization_strength}
        super().__init__(ProximalAdagrad(learning_rate, initial_accumulator_value, **penalties))
