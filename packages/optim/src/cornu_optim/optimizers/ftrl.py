"""FTRL-Proximal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class Ftrl(Optimizer):
    r"""Follow the regularized leader: for shallow models with many sparse features.

    With power $p = -$ `learning_rate_power`, $n$ the accumulator and $z$ the
    linear term:

    .. math::
        g' &= g + 2 \lambda_s w, \quad n' = n + g^2 \\ z &\leftarrow z + g' - \frac{n'^p -
        n^p}{\eta} w \\ w &\leftarrow \frac{\mathrm{clip}(z, -\lambda_1, \lambda_1) - z}{n'^p / \eta
        + 2 (\lambda_2 + \beta / 2 \eta)}

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    learning_rate_power : float
        How the rate falls with the accumulator; at most 0, where it stays.
    initial_accumulator_value : float
        First value of $n$, at least 0.
    l1_regularization_strength, l2_regularization_strength : float
        $\lambda_1$ and $\lambda_2$, at least 0.
    l2_shrinkage_regularization_strength : float
        $\lambda_s$: a penalty on size alone, at least 0.
    beta : float
        $\beta$.
    **options
        As in `cornu.optimizers.Optimizer`.

    Raises
    ------
    ValueError
        For arguments out of range.

    References
    ----------
    McMahan et al., *Ad click prediction: a view from the trenches*, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = Ftrl(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.7451
    """

    elementwise = True
    slots = (("accumulator", "linear"),)
    file_slots = FileSlots(in_turn=slots[0])

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.learning_rate_power = learning_rate_power
        if learning_rate_power > 0.0:
            raise ValueError(f"`learning_rate_power` must be at most 0, not {learning_rate_power}.")
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        strengths = (f"{kind}_regularization_strength" for kind in ("l1", "l2", "l2_shrinkage"))
        for name in ("initial_accumulator_value", *strengths):
            if getattr(self, name) < 0.0:
                raise ValueError(f"`{name}` must be at least 0, not {getattr(self, name)}.")

    @property
    def slot_initial(self) -> dict[str, float]:
        """First values of the state."""
        return {"accumulator": self.initial_accumulator_value}

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        n, z = self.slot("accumulator", variable), self.slot("linear", variable)
        power, w = -self.learning_rate_power, variable.value
        l1, shrinkage = self.l1_regularization_strength, self.l2_shrinkage_regularization_strength
        l2 = ops.add(ops.divide(0.5 * self.beta, learning_rate), self.l2_regularization_strength)
        new_n = ops.add(n.value, ops.square(gradient))
        new_power = ops.power(new_n, power)
        pull = ops.divide(ops.subtract(new_power, ops.power(n.value, power)), learning_rate)
        shrunk = ops.add(gradient, ops.multiply(2.0 * shrinkage, w))
        self.assign_add(z, ops.subtract(shrunk, ops.multiply(pull, w)))
        curvature = ops.add(ops.divide(new_power, learning_rate), ops.multiply(2.0, l2))
        self.assign(
            variable, ops.divide(ops.subtract(ops.clip(z.value, -l1, l1), z.value), curvature)
        )
        self.assign(n, new_n)
