"""Lion."""

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


class Lion(Optimizer):
    r"""Evolved sign momentum: each weight moves by the learning rate, up or down.

    .. math::
        w &\leftarrow w - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g) \\
        m &\leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        Three to ten times smaller than Adam's.
    beta_1 : float
        Weight of momentum in the direction, in (0, 1].
    beta_2 : float
        Share of the old momentum that stays.
    **options
        As in `cornu.optimizers.Optimizer`.

    Raises
    ------
    ValueError
        If `beta_1` lies outside of (0, 1].

    References
    ----------
    Chen et al., *Symbolic discovery of optimization algorithms*, 2023,
    https://arxiv.org/abs/2302.06675

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0, 1.0]))
    >>> _ = Lion(learning_rate=0.25).apply_gradients([(np.float32([2.0, -3.0]), w)])
    >>> w.value
    array([0.75, 1.25], dtype=float32)
    """

    elementwise = True
    slots = ("momentum",)
    file_slots = FileSlots()

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        if not 0.0 < beta_1 <= 1.0:
            raise ValueError(f"`beta_1` must lie in (0, 1], not {beta_1}.")
        self.beta_2 = beta_2

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        m = self.slot("momentum", variable)
        direction = ops.sign(mix(self.beta_1, m.value, gradient))
        self.assign_sub(variable, ops.multiply(learning_rate, direction))
        self.assign(m, mix(self.beta_2, m.value, gradient))
