"""Adam and AdamW."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots
from cornu_optim.optimizers.averages import approach, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import CommonOptions, OptimizerOptions


class Adam(Optimizer):
    r"""Adaptive moments: running means of gradients, divided by the root of those of their squares.

    At update $t$, counted from 1:

    .. math::
        m &\leftarrow m + (1 - \beta_1) (g - m) \\ v &\leftarrow v + (1 - \beta_2) (g^2 - v) \\ w
        &\leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt{v} +
        \epsilon}

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        Share of the old means that stays.
    epsilon : float
        Keeps the division finite.
    amsgrad : bool
        Whether $v$ is replaced by the largest it has been.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Kingma and Ba, *Adam: a method for stochastic optimization*, 2014,
    https://arxiv.org/abs/1412.6980; Reddi et al., *On the convergence of Adam and beyond*, 2018
    (amsgrad).

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = Adam(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.9
    """

    elementwise = True
    file_slots = FileSlots(
        blocks=("momentum", "velocity", "velocity_hat"),
        stand_ins=("velocity_hat",),
        in_turn=("momentum", "velocity"),
    )

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = 1e-7 if epsilon is None else epsilon  # None in Keras 2 meant the default
        self.amsgrad = amsgrad

    @property
    def slots(self) -> tuple[Any, ...]:
        """State per weight."""
        moments = (("momentum", "velocity"),)
        return (*moments, "velocity_hat") if self.amsgrad else moments

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        step = self.step_count(variable.dtype)
        unbias_1 = unbias(self.beta_1, step)
        unbias_2 = unbias(self.beta_2, step)
        alpha = ops.divide(ops.multiply(learning_rate, ops.sqrt(unbias_2)), unbias_1)
        m, v = self.slot("momentum", variable), self.slot("velocity", variable)
        self.assign(m, approach(m.value, gradient, 1.0 - self.beta_1))
        self.assign(v, approach(v.value, ops.square(gradient), 1.0 - self.beta_2))
        if self.amsgrad:
            largest = self.slot("velocity_hat", variable)
            self.assign(largest, ops.maximum(largest.value, v.value))
            v = largest
        root = ops.add(ops.sqrt(v.value), self.epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(m.value, alpha), root))


class AdamW(Adam):
    r"""Adam with weight decay taken off the weights and not mixed into the gradients.

    Before each step of `Adam`, $w \leftarrow w - \eta \lambda w$.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    weight_decay : float
        $\lambda$.
    beta_1, beta_2, epsilon, amsgrad
        As in `Adam`.
    **options
        As in `cornu.optimizers.Optimizer`.

    Raises
    ------
    ValueError
        If `weight_decay` is None.

    References
    ----------
    Loshchilov and Hutter, *Decoupled weight decay regularization*, 2017,
    https://arxiv.org/abs/1711.05101

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = AdamW(0.1, weight_decay=0.5).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.85
    """

    elementwise = True
    file_slots = FileSlots(in_turn=("momentum", "velocity"))

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[CommonOptions],
    ) -> None:
        if weight_decay is None:
            raise ValueError("AdamW without `weight_decay` is Adam; give a number.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options
        )
