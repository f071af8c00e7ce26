"""Scaling the loss so that float16 gradients neither vanish nor overflow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

import cornu_ops as ops
from cornu.base import Optimizer
from cornu.configuration.config import serialize
from cornu_engine.graph import scope
from cornu_engine.trace import traced_in_vain
from cornu_engine.variable import Variable

if TYPE_CHECKING:
    from typing_extensions import Unpack

    class LossScaleOptions(TypedDict, total=False):
        """Keras 2's way to ask for this scale, and what Keras' files say of a moving average."""

        dynamic: bool
        use_ema: bool
        ema_momentum: float


class LossScaleOptimizer(Optimizer):
    """Another optimizer, with the loss scaled as far as its gradients allow.

    The loss is multiplied, and gradients are divided, by `dynamic_scale`. A step with a gradient
    that is not finite changes nothing and halves the scale; after `dynamic_growth_steps` good steps
    in a row, it doubles.

    Parameters
    ----------
    inner_optimizer : Optimizer
        Does the updates; takes all options.
    initial_scale : float
    dynamic_growth_steps : int
    name : str, optional
    **kwargs
        `dynamic=True` of Keras 2, and options of optimizers at their defaults.

    Raises
    ------
    ValueError
        For options that belong to the inner optimizer.

    References
    ----------
    Micikevicius et al., *Mixed precision training*, 2017, https://arxiv.org/abs/1710.03740

    Examples
    --------
    >>> import cornu
    >>> from cornu_optim.optimizers import SGD
    >>> w = cornu.Variable(np.float32([1.0]))
    >>> optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=4.0)
    >>> optimizer.build([w])
    >>> optimizer.apply([np.float32([4.0])])  # 4 times 1
    >>> float(w.value[0])
    0.5
    >>> optimizer.apply([np.float32([np.inf])])
    >>> float(w.value[0]), float(optimizer.dynamic_scale.value)
    (0.5, 2.0)
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Unpack[LossScaleOptions],
    ) -> None:
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "A fixed scale needs no LossScaleOptimizer: set loss_scale_factor on the "
                "optimizer itself."
            )
        defaults = {"use_ema": False, "ema_momentum": 0.99}
        for option, value in kwargs.items():
            if value != defaults.get(option):
                raise ValueError(f"Set {option}={value!r} on the inner optimizer.")
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def build(self, var_list: Iterable[Variable]) -> None:
        """Make the state, the inner optimizer's too."""
        variables = list(var_list)
        if not self.built:
            self.step_counter = self._track("step_counter", np.zeros((), np.int64))
            self.dynamic_scale = self._track("dynamic_scale", np.float32(self.initial_scale))
        self.inner_optimizer.build_once(variables)
        super().build(variables)

    def _lay_out(self) -> None:
        self.inner_optimizer._lay_out()
        super()._lay_out()

    @property
    def variables(self) -> list[Variable]:
        """State of both optimizers."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def iterations(self) -> Any:
        """Number of updates done."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self.inner_optimizer.iterations = value

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def revision(self) -> int:
        """Grows when a hyperparameter of either is set."""
        return self._revision + self.inner_optimizer.revision

    @revision.setter
    def revision(self, value: int) -> None:
        inner = vars(self).get("inner_optimizer")
        self._revision = value - (inner.revision if inner is not None else 0)

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Divide gradients by the scale and update, or halve the scale."""
        if traced_in_vain():
            return
        if not self.built and trainable_variables is not None:
            self.build(trainable_variables)
        with scope(self.name):
            scale = self.dynamic_scale.value
            finite = self.check_finite(grads)
            unscaled = [
                None if g is None else ops.divide(g, ops.cast(scale, g.dtype)) for g in grads
            ]
            self.inner_optimizer.apply_if(finite, unscaled, trainable_variables)
            good = self.step_counter.value
            grows = ops.equal(good, self.dynamic_growth_steps - 1)
            grown = ops.where(grows, ops.multiply(scale, 2.0), scale)
            self.dynamic_scale.assign(ops.where(finite, grown, ops.multiply(scale, 0.5)))
            restarts = ops.logical_or(ops.logical_not(finite), grows)
            self.step_counter.assign(ops.where(restarts, ops.zeros_like(good), ops.add(good, 1)))

    def check_finite(self, grads: Sequence[Any]) -> Any:
        """Tell whether all gradients are finite."""
        checks = [ops.all(ops.isfinite(g)) for g in grads if g is not None]
        finite = checks[0]
        for check in checks[1:]:
            finite = ops.logical_and(finite, check)
        return finite

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss multiplied by the scale."""
        loss = ops.convert_to_tensor(loss)
        scale = self.dynamic_scale.value if self.built else self.initial_scale
        return ops.multiply(loss, ops.cast(scale, loss.dtype))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """End training of the inner optimizer."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer."""
        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }
