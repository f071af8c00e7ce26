"""LAMB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu_optim.optimizers.averages import approach, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class Lamb(Optimizer):
    r"""Adam's direction, scaled for each weight to its own length: for very large batches.

    With $u = \hat m / (\sqrt{\hat v} + \epsilon)$ of Adam:
    $w \leftarrow w - \eta \frac{\lVert w \rVert}{\lVert u \rVert} u$; the ratio is 1 where a
    norm is 0.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        Share of the old means that stays.
    epsilon : float
        Keeps the division finite.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    You et al., *Large batch optimization for deep learning*, 2019, https://arxiv.org/abs/1904.00962

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([3.0, 4.0]))
    >>> _ = Lamb(learning_rate=0.1).apply_gradients([(np.float32([2.0, 2.0]), w)])
    >>> w.value.round(4)
    array([2.6464, 3.6464], dtype=float32)
    """

    slots = (("momentum", "velocity"),)

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
        step = self.step_count(variable.dtype)
        m, v = self.slot("momentum", variable), self.slot("velocity", variable)
        self.assign(m, approach(m.value, gradient, 1.0 - self.beta_1))
        self.assign(v, approach(v.value, ops.square(gradient), 1.0 - self.beta_2))
        m_hat = ops.divide(m.value, unbias(self.beta_1, step))
        v_hat = ops.divide(v.value, unbias(self.beta_2, step))
        update = ops.divide(m_hat, ops.add(ops.sqrt(v_hat), self.epsilon))
        w_norm, u_norm = (ops.sqrt(ops.sum(ops.square(x))) for x in (variable.value, update))
        both = ops.logical_and(ops.greater(w_norm, 0), ops.greater(u_norm, 0))
        safe = ops.where(both, u_norm, ops.ones_like(u_norm))
        ratio = ops.where(both, ops.divide(w_norm, safe), ops.ones_like(w_norm))
        self.assign_sub(variable, ops.multiply(ops.multiply(ratio, learning_rate), update))
