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
    sample_weight_mode : str or None
        As given.
    arguments : dict
        As given to `compile`, for saving.
    was_trainable : bool
        Whether there were trainable weights then, or at a step since.
    """

    optimizer: Any = None
    losses: CompiledLosses | None = None
    metrics: CompiledMetrics | None = None
    loss_tracker: Mean = field(default_factory=lambda: Mean(name="loss"))
    run_eagerly: bool = False
    steps_per_execution: int = 1
    jit_compile: Any = "auto"
    backend: Any = None
    sample_weight_mode: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)
    was_trainable: bool = False

    @property
    def own_metrics(self) -> list[Any]:
        """Total loss, metrics of `compile`, single losses."""
        found: list[Any] = [self.loss_tracker]
        if self.metrics is not None:
            found.append(self.metrics)
        return [*found, *(self.losses.trackers if self.losses is not None else [])]
