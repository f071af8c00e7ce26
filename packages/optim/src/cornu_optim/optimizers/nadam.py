"""Nadam."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots
from cornu_engine import config
from cornu_engine.variable import Variable
from cornu_optim.optimizers.averages import approach, stored, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions

_WARM_UP = 0.96  # how fast the momentum of the paper's schedule reaches beta_1


def _momenta_after(optimizer: Any, steps: int) -> Any:
    """Return the product of momenta after so many steps."""
    counted = np.arange(1, 1 + min(steps, 10_000))
    times = optimizer.schedule_decay or 1.0
    return np.prod(optimizer.beta_1 * (1.0 - 0.5 * _WARM_UP ** (times * counted)))


class Nadam(Optimizer):
    r"""Adam with Nesterov's momentum $\mu_t = \beta_1 (1 - \frac12 0.96^t)$.

    .. math::
        m &\leftarrow m + (1 - \beta_1) (g - m), \quad v \leftarrow v + (1 - \beta_2) (g^2 - v) \\
        \hat m &= \frac{\mu_{t+1} m}{1 - \prod_{i \le t+1} \mu_i} + \frac{(1 - \mu_t) g}{1 -
        \prod_{i \le t} \mu_i} \\ w &\leftarrow w - \eta \frac{\hat m}{\sqrt{v / (1 - \beta_2^t)} +
        \epsilon}

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_1, beta_2 : float
        Share of the old means that stays.
    epsilon : float
        Keeps the division finite.
    schedule_decay : float, optional
        Factor of t in $\mu_t$, as in Keras 2; 1 if not given.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Dozat, *Incorporating Nesterov momentum into Adam*, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> _ = Nadam(learning_rate=0.1).apply_gradients([(np.float32([2.0]), w)])
    >>> round(float(w.value[0]), 4)
    0.8937
    """

    elementwise = True
    slots = (("momentum", "velocity"),)
    file_slots = FileSlots(blocks=slots[0], in_turn=slots[0], of_all=_momenta_after)
    not_in_keras: ClassVar[dict[str, Any]] = {"schedule_decay": None}

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        schedule_decay: float | None = None,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.schedule_decay = schedule_decay

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights."""
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if first:
            dtype = variables[0].dtype if variables else config.floatx()
            self._u_product = Variable(np.ones((), dtype), trainable=False, name="u_product")

    def _update_all(self, grads: Sequence[Any], targets: Sequence[Any], rate: Any) -> None:
        now = self._momentum_at(self.step_count(self._u_product.dtype))
        self.assign(self._u_product, ops.multiply(self._u_product.value, now))
        super()._update_all(grads, targets, rate)

    def _momentum_at(self, step: Any) -> Any:
        if self.schedule_decay is not None:
            step = ops.multiply(step, self.schedule_decay)
        warm = ops.subtract(1.0, ops.multiply(0.5, ops.power(_WARM_UP, step)))
        return ops.multiply(self.beta_1, warm)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        step = self.step_count(variable.dtype)
        now, later = self._momentum_at(step), self._momentum_at(ops.add(step, 1.0))
        product = ops.cast(self._u_product.value, variable.dtype)
        m, v = self.slot("momentum", variable), self.slot("velocity", variable)
        # the shares that unbias() will see, so that their rounding cancels
        share_1, share_2 = (1.0 - stored(beta, step.dtype) for beta in (self.beta_1, self.beta_2))
        self.assign(m, approach(m.value, gradient, share_1))
        self.assign(v, approach(v.value, ops.square(gradient), share_2))
        ahead = ops.divide(later, ops.subtract(1.0, ops.multiply(product, later)))
        here = ops.divide(ops.subtract(1.0, now), ops.subtract(1.0, product))
        m_hat = ops.add(ops.multiply(ahead, m.value), ops.multiply(here, gradient))
        v_hat = ops.divide(v.value, unbias(self.beta_2, step))
        root = ops.add(ops.sqrt(v_hat), self.epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(m_hat, learning_rate), root))
