"""Adamax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots
from cornu_optim.optimizers.averages import approach, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class Adamax(Optimizer):
    r"""Adam with the largest gradient, slowly forgotten, in place of the root of the mean square.

    .. math::
        m &\leftarrow m + (1 - \beta_1) (g - m) \\
        u &\leftarrow \max(\beta_2 u, |g|) \\
        w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \epsilon}

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        Share of the old mean and of the old maximum that stays.
    epsilon : float
        Keeps the division finite.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Kingma and Ba, *Adam: a method for stochastic optimization*, 2014, section 7.1,
    https://arxiv.org/abs/1412.6980

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = Adamax(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.9
    """

    elementwise = True
    slots = (("momentum", "norm"),)
    file_slots = FileSlots(blocks=slots[0], in_turn=slots[0])

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        m, u = self.slot("momentum", variable), self.slot("norm", variable)
        self.assign(m, approach(m.value, gradient, 1.0 - self.beta_1))
        self.assign(u, ops.maximum(ops.multiply(self.beta_2, u.value), ops.abs(gradient)))
        share = unbias(self.beta_1, self.step_count(variable.dtype))
        alpha = ops.divide(learning_rate, share)
        self.assign_sub(
            variable, ops.divide(ops.multiply(alpha, m.value), ops.add(u.value, self.epsilon))
        )
