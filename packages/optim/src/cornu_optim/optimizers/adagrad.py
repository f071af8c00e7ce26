"""Adagrad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class Adagrad(Optimizer):
    r"""Gradients divided by the root of the sum of all their squares so far.

    .. math::
        a &\leftarrow a + g^2 \\
        w &\leftarrow w - \eta g / \sqrt{a + \epsilon}

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    initial_accumulator_value : float
        First value of $a$.
    epsilon : float
        Keeps the division finite.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Duchi et al., *Adaptive subgradient methods for online learning and stochastic optimization*,
    2011.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> optimizer = Adagrad(learning_rate=0.1, initial_accumulator_value=0.0)
    >>> _ = optimizer.apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.9
    """

    elementwise = True
    slots = ("accumulator",)
    file_slots = FileSlots(blocks=("accumulator",))

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    @property
    def slot_initial(self) -> dict[str, float]:
        """First values of the state."""
        return {"accumulator": self.initial_accumulator_value}

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        a = self.slot("accumulator", variable)
        self.assign_add(a, ops.square(gradient))
        root = ops.sqrt(ops.add(a.value, self.epsilon))
        self.assign_sub(variable, ops.divide(ops.multiply(learning_rate, gradient), root))
