"""Muon."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Optimizer
from cornu_engine.variable import Variable
from cornu_optim.optimizers.averages import approach, unbias

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Rate
    from cornu.base.optimizer_settings import OldOptions


class Muon(Optimizer):
    r"""Momentum made orthogonal: every direction of a matrix is moved equally far.

    For a matrix, with $m \leftarrow \mu m + g$:

    .. math:: w \leftarrow w - \eta \, r \sqrt{\max(\text{rows}, \text{columns})} \; U V^T

    where $U S V^T$ is the singular value decomposition of $g + \mu m$ (or of
    $m$), found approximately by Newton-Schulz steps
    $X \leftarrow a X + (b A + c A^2) X$, $A = X X^T$. All other weights, and
    embeddings, are updated by Adam.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
    adam_beta_1, adam_beta_2 : float
        As in `Adam`.
    adam_weight_decay : float, optional
        Weight decay of what Adam updates.
    epsilon : float
        Of Adam.
    weight_decay : float, optional
        Weight decay of matrices.
    exclude_layers : list of str, optional
        Regular expressions; weights whose path one of them finds are updated by Adam.
    exclude_embeddings : bool
        Whether weights with "embedding" in their path are.
    muon_a, muon_b, muon_c : float
        The polynomial of a Newton-Schulz step.
    adam_lr_ratio : float
        Adam's learning rate over Muon's.
    momentum : float
        $\mu$.
    ns_steps : int
        Number of Newton-Schulz steps.
    nesterov : bool
        Whether the gradient is added to the momentum.
    rms_rate : float, optional
        $r$; without it, steps are not scaled by the shape.
    **options
        As in `cornu.optimizers.Optimizer`.

    References
    ----------
    Jordan et al., *Muon: an optimizer for hidden layers in neural networks*, 2024;
    Liu et al., *Muon is scalable for LLM training*, 2025, https://arxiv.org/abs/2502.16982

    Examples
    --------
    >>> import numpy as np
    >>> import cornu
    >>> w = cornu.Variable(np.zeros((2, 2), "float32"))
    >>> optimizer = Muon(learning_rate=1.0)
    >>> _ = optimizer.apply_gradients([(np.float32([[9.0, 0.0], [0.0, 1.0]]), w)])
    >>> bool(w.value[0, 0] < -0.15), bool(w.value[1, 1] < -0.15)  # nine times is not further
    (True, True)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **options: Unpack[OldOptions],
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **options,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the state for these weights."""
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if not first:
            return
        for variable in variables:
            for name in ("momentum", "velocity") if self._by_adam(variable) else ("momentum",):
                slots = self._slots.setdefault(name, {})
                slots[variable] = self.add_variable_from_reference(variable, name)

    def _by_adam(self, variable: Variable) -> bool:
        embedding = self.exclude_embeddings and "embedding" in variable.path.lower()
        named = any(re.search(pattern, variable.path) for pattern in self.exclude_layers)
        return variable.ndim != 2 or embedding or named

    def _decay_of(self, variable: Variable) -> float:
        decay = super()._decay_of(variable)
        spared = variable in self._undecayed[0]
        return (self.adam_weight_decay or 0.0) if self._by_adam(variable) and not spared else decay

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change a weight by its gradient."""
        if self._by_adam(variable):
            self._adam_step(gradient, variable, ops.multiply(learning_rate, self.adam_lr_ratio))
            return
        m = self.slot("momentum", variable)
        self.assign(m, ops.add(ops.multiply(self.momentum, m.value), gradient))
        step = m.value
        if self.nesterov:
            step = ops.add(gradient, ops.multiply(self.momentum, step))
        step = self._orthogonal(step)
        if self.rms_rate is not None:
            step = ops.multiply(step, math.sqrt(max(variable.shape)) * self.rms_rate)
        self.assign_sub(variable, ops.multiply(learning_rate, step))

    def _adam_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        step = self.step_count(variable.dtype)
        root = ops.sqrt(unbias(self.adam_beta_2, step))
        alpha = ops.divide(ops.multiply(learning_rate, root), unbias(self.adam_beta_1, step))
        m, v = self.slot("momentum", variable), self.slot("velocity", variable)
        self.assign(m, approach(m.value, gradient, 1.0 - self.adam_beta_1))
        self.assign(v, approach(v.value, ops.square(gradient), 1.0 - self.adam_beta_2))
        spread = ops.add(ops.sqrt(v.value), self.epsilon)
        self.assign_sub(variable, ops.divide(ops.multiply(m.value, alpha), spread))

    def _orthogonal(self, x: Any) -> Any:
        """Return the nearest orthogonal matrix, nearly: all singular values come close to 1."""
        tall = x.shape[0] > x.shape[1]
        x = ops.transpose(x) if tall else x  # the smaller of the two products
        x = ops.divide(x, ops.add(ops.sqrt(ops.sum(ops.square(x))), 1e-7))
        for _ in range(self.ns_steps):
            a = ops.matmul(x, ops.transpose(x))
            b = ops.add(ops.multiply(self.muon_b, a), ops.multiply(self.muon_c, ops.matmul(a, a)))
            x = ops.add(ops.multiply(self.muon_a, x), ops.matmul(b, x))
        return ops.transpose(x) if tall else x
