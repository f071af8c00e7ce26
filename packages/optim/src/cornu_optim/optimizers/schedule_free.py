"""AdamW without a schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu_engine.variable import Variable
from cornu_optim.optimizers.averages import approach, stored, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class ScheduleFreeAdamW(Optimizer):
    r"""AdamW that averages its iterates and so needs no end of training to plan for.

    Three points move: $z$ by Adam's steps, their mean $x$, and the weights
    $y = (1 - \beta_1) z + \beta_1 x$ between them, where gradients are taken:

    .. math::
        v &\leftarrow v + (1 - \beta_2) (g^2 - v) \\
        z &\leftarrow z - \eta g / (\sqrt{v / (1 - \beta_2^t)} + \epsilon), \quad
        x \leftarrow (1 - 1 / t) x + z / t

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1 : float
        Share of the mean in the weights, in (0, 1].
    beta_2 : float
        Share of the old mean square that stays.
    epsilon : float
        Keeps the division finite.
    warmup_steps : int
        Number of steps over which the rate rises.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Defazio et al., *The road less scheduled*, 2024, https://arxiv.org/abs/2405.15682

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = ScheduleFreeAdamW(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.9
    """

    elementwise = True
    slots = (("momentum", "velocity"),)

    def __init__(
        self,
        learning_rate: Rate = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights: z starts where they are."""
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if first:
            for variable in variables:
                self.slot("momentum", variable).assign(variable.numpy())

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        step = self.step_count(variable.dtype)
        if self.warmup_steps > 0:
            warm = ops.minimum(ops.divide(step, float(self.warmup_steps)), 1.0)
            learning_rate = ops.multiply(learning_rate, warm)
        z, v = self.slot("momentum", variable), self.slot("velocity", variable)
        rest = 1.0 - self.beta_1
        x = ops.subtract(variable.value, ops.multiply(rest, z.value))  # before z moves
        x = ops.divide(x, self.beta_1)
        share = 1.0 - stored(self.beta_2, step.dtype)
        self.assign(v, approach(v.value, ops.square(gradient), share))
        root = ops.sqrt(ops.divide(v.value, unbias(self.beta_2, step)))
        scaled = ops.divide(ops.multiply(learning_rate, gradient), ops.add(root, self.epsilon))
        self.assign_sub(z, scaled)
        weight = ops.divide(1.0, step)
        x = ops.add(ops.multiply(ops.subtract(1.0, weight), x), ops.multiply(weight, z.value))
        y = ops.add(ops.multiply(rest, z.value), ops.multiply(self.beta_1, x))
        self.assign(variable, y)
