"""Adafactor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots
from cornu_engine.variable import Variable
from cornu_optim.optimizers.averages import approach

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


def _state_of(optimizer: Any, weight: Variable) -> list[Variable]:
    """Return what is kept of a weight, factors of matrices only."""
    factors = [optimizer._rows[weight], optimizer._columns[weight]] if weight.ndim >= 2 else []
    return [*factors, optimizer.slot("velocity", weight)]


class Adafactor(Optimizer):
    r"""Adaptive steps whose mean squares are kept per row and per column only.

    With $\beta_t = 1 - t^d$, $d$ being `beta_2_decay`, and $s = g^2 +
    \epsilon_1$, a matrix keeps the running means $r$ of $s$ over columns and $c$
    over rows, and
    $v = r c^T / \mathrm{mean}(r)$; a vector keeps $v$ itself. With
    $u = g / \sqrt v$ and threshold $\theta$:

    .. math::
        w \leftarrow w - \max(\epsilon_2, \mathrm{rms}(w)) \, \rho_t
        \frac{u}{\max(1, \mathrm{rms}(u) / \theta)}

    where $\rho_t = \min(\eta, 1 / \sqrt t)$.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    beta_2_decay : float
        How fast the means slow down; negative.
    epsilon_1 : float
        Added to squared gradients.
    epsilon_2 : float
        Least scale of a weight.
    clip_threshold : float
        Largest root mean square of a step.
    relative_step : bool
        Whether a fixed learning rate falls as $1 / \sqrt t$ in the end.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Shazeer and Stern, *Adafactor: adaptive learning rates with sublinear memory cost*, 2018,
    https://arxiv.org/abs/1804.04235

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([3.0, 4.0]))
    >>> _ = Adafactor(learning_rate=0.1).apply_gradients([(np.float32([2.0, 2.0]), w)])
    >>> w.value.round(4)
    array([2.6464, 3.6464], dtype=float32)
    """

    file_slots = FileSlots(of_weight=_state_of)

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights."""
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if not first:
            return
        self._rows: dict[Variable, Variable] = {}
        self._columns: dict[Variable, Variable] = {}
        for variable in variables:
            shape = variable.shape
            # unused scalars where there are no rows: variables are those of Keras' files
            shapes = (shape[:-1], shape[:-2] + shape[-1:]) if variable.ndim >= 2 else ((), ())
            tables = {"row": self._rows, "column": self._columns}
            for (name, table), kept in zip(tables.items(), shapes, strict=True):
                full_name = f"{variable.path.replace('/', '_')}_{name}"
                table[variable] = self.add_variable(kept, dtype=variable.dtype, name=full_name)
            self._slots.setdefault("velocity", {})[variable] = self.add_variable_from_reference(
                variable, "velocity"
            )

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        step = self.step_count(variable.dtype)
        slowest = ops.divide(1.0, ops.sqrt(step))
        scheduled = callable(self._learning_rate) and not isinstance(self._learning_rate, Variable)
        if self.relative_step and not scheduled:
            learning_rate = ops.minimum(learning_rate, slowest)
        rho = ops.minimum(learning_rate, slowest)
        alpha = ops.multiply(ops.maximum(self.epsilon_2, _rms(variable.value)), rho)
        square = ops.add(ops.square(gradient), self.epsilon_1)
        fresh = ops.power(step, self.beta_2_decay)  # 1 - beta_2
        v = self.slot("velocity", variable)
        if variable.ndim >= 2:
            r, c = self._rows[variable], self._columns[variable]
            self.assign(r, approach(r.value, ops.mean(square, axis=-1), fresh))
            self.assign(c, approach(c.value, ops.mean(square, axis=-2), fresh))
            share = ops.divide(r.value, ops.mean(r.value, axis=-1, keepdims=True))
            self.assign(v, ops.multiply(ops.expand_dims(share, -1), ops.expand_dims(c.value, -2)))
        else:
            self.assign(v, approach(v.value, square, fresh))
        u = ops.divide(gradient, ops.sqrt(v.value))
        excess = ops.maximum(1.0, ops.divide(_rms(u), self.clip_threshold))
        self.assign_sub(variable, ops.multiply(alpha, ops.divide(u, excess)))


def _rms(x: Any) -> Any:
    return ops.sqrt(ops.mean(ops.square(x)))
