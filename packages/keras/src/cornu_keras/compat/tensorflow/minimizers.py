"""The optimizers of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cornu
from cornu_engine.variable import Variable
from cornu_keras.compat.tensorflow.graphs import Operation, is_symbolic, variables_of
from cornu_keras.compat.tensorflow.tape import GradientTape, gradients

__all__ = [
    "AdadeltaOptimizer", "AdagradOptimizer", "AdamOptimizer", "FtrlOptimizer",
    "GradientDescentOptimizer", "MomentumOptimizer", "Optimizer", "RMSPropOptimizer",
]  # fmt: skip


class Optimizer:
    """An optimizer of TensorFlow 1 over one of Cornu's.

    Parameters
    ----------
    inner : cornu.Optimizer
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def compute_gradients(self, loss: Callable[[], Any], var_list: Any = None) -> list[Any]:
        """Return pairs of gradient and variable, of what a function or a session computes."""
        if is_symbolic(loss):
            variables = list(var_list or variables_of(loss))
            return list(zip(gradients(loss, variables), variables, strict=True))
        if not callable(loss):
            raise TypeError(
                "minimize() takes a function here, or what comes from placeholders, as other "
                "tensors have their values at once: optimizer.minimize(lambda: ..., var_list=[w])."
            )
        with GradientTape() as tape:
            value = loss()
        variables = list(var_list or tape.watched_variables())
        return list(zip(tape.gradient(value, variables), variables, strict=True))

    def apply_gradients(
        self, grads_and_vars: Any, global_step: Any = None, name: Any = None
    ) -> Any:
        """Change variables by gradients, or return what a session runs to do so."""
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if any(is_symbolic(g) for g, _ in pairs):
            variables = [v for _, v in pairs]
            return Operation(
                [g for g, _ in pairs],
                lambda *values: self._applied(values, variables, global_step),
            )
        done = self.inner.apply_gradients(pairs)
        if isinstance(global_step, Variable):
            global_step.assign(global_step.value + 1)
        return done

    def _applied(self, values: Any, variables: Any, global_step: Any) -> None:
        self.apply_gradients(list(zip(values, variables, strict=True)), global_step)

    def minimize(
        self,
        loss: Callable[[], Any],
        global_step: Any = None,
        var_list: Any = None,
        name: Any = None,
    ) -> Any:
        """Compute gradients and apply them."""
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step)


class GradientDescentOptimizer(Optimizer):
    """Steps against the gradient."""

    def __init__(self, learning_rate: float, use_locking: bool = False, name: Any = None) -> None:
        super().__init__(cornu.optimizers.SGD(learning_rate))


class MomentumOptimizer(Optimizer):
    """Steps along a sum of gradients that fades."""

    def __init__(
        self, learning_rate: float, momentum: float, use_locking: bool = False, name: Any = None,
        use_nesterov: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.SGD(learning_rate, momentum, nesterov=use_nesterov))


class AdamOptimizer(Optimizer):
    """Adam, with the epsilon of TensorFlow 1."""

    def __init__(
        self, learning_rate: float = 0.001, beta1: float = 0.9, beta2: float = 0.999,
        epsilon: float = 1e-8, use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.Adam(learning_rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)
        )


class RMSPropOptimizer(Optimizer):
    """RMSProp."""

    def __init__(
        self, learning_rate: float, decay: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-10, use_locking: bool = False, centered: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.RMSprop(
                learning_rate, rho=decay, momentum=momentum, epsilon=epsilon, centered=centered
            )
        )


class AdagradOptimizer(Optimizer):
    """Adagrad."""

    def __init__(
        self, learning_rate: float, initial_accumulator_value: float = 0.1,
        use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.Adagrad(learning_rate, initial_accumulator_value))


class AdadeltaOptimizer(Optimizer):
    """Adadelta."""

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.95, epsilon: float = 1e-8,
        use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(cornu.optimizers.Adadelta(learning_rate, rho=rho, epsilon=epsilon))


class FtrlOptimizer(Optimizer):
    """Ftrl."""

    def __init__(
        self, learning_rate: float, learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0, use_locking: bool = False, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            cornu.optimizers.Ftrl(
                learning_rate,
                learning_rate_power,
                initial_accumulator_value,
                l1_regularization_strength,
                l2_regularization_strength,
            )
        )
