"""What classes of tf.keras do that Cornu's do not: they return tensors, and minimize losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu_engine import tree
from cornu_keras.compat.tensorflow.tape import GradientTape
from cornu_keras.compat.tensorflow.values import as_tensors

__all__ = ["CallsGiveTensors", "Minimizes", "ResultsAreTensors"]


class CallsGiveTensors:
    """Layers, models and losses: what they are called for outside of a step is a tensor."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return tensors."""
        return as_tensors(super().__call__(*args, **kwargs))  # type: ignore[misc]


class ResultsAreTensors(CallsGiveTensors):
    """Metrics: so is their result."""

    def result(self) -> Any:
        """Return a tensor."""
        return as_tensors(super().result())  # type: ignore[misc]

    def reset_states(self) -> None:
        """Begin anew."""
        self.reset_state()  # type: ignore[attr-defined]


class Minimizes:
    """Optimizers: a loss is differentiated and its variables are moved."""

    def minimize(
        self, loss: Any, var_list: Any, grad_loss: Any = None, name: Any = None, tape: Any = None
    ) -> Any:
        """Move variables against the gradient of a loss.

        Parameters
        ----------
        loss : tensor or callable
            A tensor needs the tape that recorded it.
        var_list : list of variables or callable
        """
        if callable(loss) and tape is None:
            with GradientTape() as tape:
                value = loss()
        elif tape is None:
            raise ValueError("minimize() of a tensor needs the tape that recorded it: tape=.")
        else:
            value = loss() if callable(loss) else loss
        variables = tree.flatten(var_list() if isinstance(var_list, Callable) else var_list)  # type: ignore[arg-type]
        gradients = tape.gradient(value, variables, grad_loss)
        return self.apply_gradients(zip(gradients, variables, strict=True))

    def get_gradients(self, loss: Any, params: Any) -> Any:
        """Return the gradients of a loss in a step."""
        from cornu import backend

        return backend.gradients(loss, params)

    def apply_gradients(self, grads_and_vars: Any, name: Any = None, **_: Any) -> Any:
        """Move variables by pairs of gradient and variable; one without a gradient stays."""
        pairs = [(g, v) for g, v in grads_and_vars]
        return super().apply_gradients(pairs)  # type: ignore[misc]
