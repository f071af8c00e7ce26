"""The loss as a function of given values of the variables, and Keras 2's names inside a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu import ops

__all__ = ["LossMethods"]


class LossMethods:
    """Mixin of models: `stateless_compute_loss`, `compiled_loss`, `compiled_metrics`."""

    def stateless_compute_loss(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
        """Return the loss for other values of the variables, leaving the model as it is.

        Parameters
        ----------
        trainable_variables, non_trainable_variables, metrics_variables : sequence of values
            One for each of the model's variables.
        x, y, y_pred, sample_weight, training
            As in `compute_loss`.

        Returns
        -------
        tuple
            The loss, and the values of the three groups of variables after it.

        Examples
        --------
        >>> import numpy as np
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile(loss="mse")
        >>> loss, _ = model.stateless_compute_loss(
        ...     [], [], [v.value for v in model.metrics_variables], y=np.zeros(2), y_pred=np.ones(2)
        ... )
        >>> float(loss)
        1.0
        """
        groups = [
            (list(self.trainable_variables), list(trainable_variables)),  # type: ignore[attr-defined]
            (list(self.non_trainable_variables), list(non_trainable_variables)),  # type: ignore[attr-defined]
            (list(self.metrics_variables), list(metrics_variables)),  # type: ignore[attr-defined]
        ]
        kept = [(v, ops.copy(v.value)) for variables, _ in groups for v in variables]
        try:
            for variables, values in groups:
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)
            loss = self._total_loss(x, y, y_pred, sample_weight, training)  # type: ignore[attr-defined]
            after = tuple([ops.copy(v.value) for v in variables] for variables, _ in groups)
        finally:
            for variable, value in kept:
                variable.assign(value)
        return loss, after  # type: ignore[return-value]

    def compiled_loss(
        self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        """Return the total loss, by the name it had inside `train_step` before Keras 3.

        Examples
        --------
        >>> import numpy as np
        >>> from cornu import Sequential
        >>> model = Sequential()
        >>> model.compile(loss="mse")
        >>> float(model.compiled_loss(np.zeros(2), np.ones(2)))
        1.0
        """
        return self._total_loss(None, y, y_pred, sample_weight, True)  # type: ignore[attr-defined]

    @property
    def compiled_metrics(self) -> Any:
        """The metrics of `compile` as one metric, None without any."""
        compiled = self._compiled  # type: ignore[attr-defined]
        return compiled.metrics if compiled is not None else None
