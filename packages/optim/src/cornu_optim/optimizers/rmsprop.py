"""RMSprop."""

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


class RMSprop(Optimizer):
    r"""Gradients divided by the root of a running mean of their squares.

    .. math::
        v &\leftarrow \rho v + (1 - \rho) g^2 \\
        w &\leftarrow w - \eta g / \sqrt{v + \epsilon}

    With `centered`, $v$ is diminished by the square of the running mean of $g$: the
    variance. With `momentum` $\mu$, steps are summed as $m \leftarrow \mu m +
    \text{step}$.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    rho : float
        Share of the old mean that stays.
    momentum : float
    epsilon : float
        Keeps the division finite.
    centered : bool
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Hinton, *Neural networks for machine learning*, lecture 6, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = RMSprop(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.6838
    """

    elementwise = True
    file_slots = FileSlots(blocks=("velocity",))

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    @property
    def slots(self) -> tuple[str, ...]:
        """State per weight."""
        optional = {"momentum": self.momentum > 0, "average_gradient": self.centered}
        return ("velocity", *(name for name, wanted in optional.items() if wanted))

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        v = self.slot("velocity", variable)
        self.assign(v, mix(self.rho, v.value, ops.square(gradient)))
        spread = v.value
        if self.centered:
            mean = self.slot("average_gradient", variable)
            self.assign(mean, mix(self.rho, mean.value, gradient))
            spread = ops.subtract(spread, ops.square(mean.value))
        root = ops.sqrt(ops.add(spread, self.epsilon))
        step = ops.divide(ops.multiply(learning_rate, gradient), root)
        if self.momentum > 0:
            m = self.slot("momentum", variable)
            self.assign(m, ops.add(ops.multiply(self.momentum, m.value), step))
            step = m.value
        self.assign_sub(variable, step)
