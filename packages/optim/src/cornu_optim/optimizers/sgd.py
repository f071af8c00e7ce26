"""Stochastic gradient descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.base.file_slots import FileSlots

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OptimizerOptions


class SGD(Optimizer):
    r"""Gradient descent, with momentum if wanted.

    .. math::
        w &\leftarrow w - \eta g \\
        \text{with momentum } \mu: \quad m &\leftarrow \mu m - \eta g, \quad w \leftarrow w + m \\
        \text{Nesterov's:} \quad w &\leftarrow w + \mu m - \eta g

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    momentum : float
        Share of the last step that goes on, from 0 to 1.
    nesterov : bool
        Whether the gradient is taken as if where momentum leads.
    **options
        As in `cornu.optimizers.Optimizer`.

    Raises
    ------
    ValueError
        If `momentum` lies outside of [0, 1].

    References
    ----------
    Sutskever et al., *On the importance of initialization and momentum in deep learning*, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> optimizer = SGD(learning_rate=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     _ = optimizer.apply_gradients([(2.0 * w.value, w)])  # of w ** 2
    >>> round(float(w.value[0]), 4)
    0.54
    """

    elementwise = True
    file_slots = FileSlots(blocks=("momentum",))

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Unpack[OptimizerOptions],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.momentum = momentum
        if not 0.0 <= momentum <= 1.0:
            raise ValueError(f"`momentum` must lie in [0, 1], not {momentum}.")
        self.nesterov = nesterov

    @property
    def slots(self) -> tuple[str, ...]:
        """State per weight."""
        return ("momentum",) if self.momentum else ()

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        step = ops.multiply(gradient, learning_rate)
        if not self.momentum:
            self.assign_sub(variable, step)
            return
        m = self.slot("momentum", variable)
        self.assign(m, ops.subtract(ops.multiply(m.value, self.momentum), step))
        if self.nesterov:
            self.assign_add(variable, ops.subtract(ops.multiply(m.value, self.momentum), step))
        else:
            self.assign_add(variable, m.value)
