"""What `compile` leaves in a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cornu.base.metric import Mean
from cornu.training.compiled_losses import CompiledLosses
from cornu.training.compiled_metrics import CompiledMetrics

__all__ = ["Compiled"]


@dataclass
class Compiled:
    """The parts of a compiled model beside its layers.

    Attributes
    ----------
    optimizer : Optimizer or None
    losses : CompiledLosses or None
    metrics : CompiledMetrics or None
    loss_tracker : Mean
        Mean of the total loss.
    run_eagerly : bool
    steps_per_execution : int
        Batches between two calls of the batch hooks.
    jit_compile : bool or "auto"
        As given: a program is compiled in any case.
    backend : str, Backend or None
        None for the one in use.
    check_numerics : bool
        Whether each step is checked for NaN and infinity.
    sample_weight_mode : str or None
        As given.
    arguments : dict
        As given to `compile`, for saving.
    warns_if_still : bool
        Whether `fit` is to say that there is no trainable weight: once, until there is one.
    """

    optimizer: Any = None
    losses: CompiledLosses | None = None
    metrics: CompiledMetrics | None = None
    loss_tracker: Mean = field(default_factory=lambda: Mean(name="loss"))
    run_eagerly: bool = False
    steps_per_execution: int = 1
    jit_compile: Any = "auto"
    backend: Any = None
    check_numerics: bool = False
    sample_weight_mode: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)
    warns_if_still: bool = True

    def metric_variables(self) -> dict[str, list[Any]]:
        """Return the variables of the loss, of the metrics and of the single losses."""
        trackers = self.losses.trackers if self.losses is not None else []
        return {
            "loss": list(self.loss_tracker.variables),
            "metrics": list(self.metrics.variables) if self.metrics is not None else [],
            "losses": [v for metric in trackers for v in metric.variables],
        }

    def set_metric_values(self, values: dict[str, list[Any]]) -> None:
        """Set what `metric_variables` names; metrics that are not made yet take it when they are.

        Parameters
        ----------
        values : dict of list of array
        """
        for name, variables in self.metric_variables().items():
            given = values.get(name, [])
            if [v.shape for v in variables] == [x.shape for x in given]:
                for variable, value in zip(variables, given, strict=True):
                    variable.assign(value)
            elif not variables and getattr(self, name) is not None:
                getattr(self, name).first_values = given
