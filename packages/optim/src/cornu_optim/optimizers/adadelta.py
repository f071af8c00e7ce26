"""Adadelta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots
from cornu_optim.optimizers.averages import mix

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class Adadelta(Optimizer):
    r"""Gradients scaled by the ratio of typical past steps to typical past gradients.

    .. math::
        a &\leftarrow \rho a + (1 - \rho) g^2 \\
        s &= g \sqrt{d + \epsilon} / \sqrt{a + \epsilon} \\
        d &\leftarrow \rho d + (1 - \rho) s^2 \\
        w &\leftarrow w - \eta s

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        1.0 is the paper's.
    rho : float
        Share of the old means that stays.
    epsilon : float
        Keeps the division finite, and the first steps from being nothing.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Zeiler, *Adadelta: an adaptive learning rate method*, 2012, https://arxiv.org/abs/1212.5701

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = Adadelta(1.0, epsilon=1e-2).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.5636
    """

    elementwise = True
    slots = (("accumulated_grad", "accumulated_delta_var"),)
    file_slots = FileSlots(blocks=slots[0], in_turn=slots[0])

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.epsilon = epsilon

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        gradients = self.slot("accumulated_grad", variable)
        steps = self.slot("accumulated_delta_var", variable)
        self.assign(gradients, mix(self.rho, gradients.value, ops.square(gradient)))
        typical_step = ops.sqrt(ops.add(steps.value, self.epsilon))
        typical_gradient = ops.sqrt(ops.add(gradients.value, self.epsilon))
        step = ops.divide(ops.multiply(typical_step, gradient), typical_gradient)
        self.assign(steps, mix(self.rho, steps.value, ops.square(step)))
        self.assign_sub(variable, ops.multiply(learning_rate, step))
