"""An optimizer whose gradients are those of all processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.optimizer import Optimizer
from cornu_distributed.horovod.communication import (
    Average,
    Compression,
    check_compression,
    check_op,
    reduced,
)
from cornu_distributed.horovod.replicas import replicas
from cornu_engine.trace import traced_in_vain
from cornu_engine.variable import Variable


def DistributedOptimizer(
    optimizer: Optimizer,
    name: str | None = None,
    compression: str = Compression.none,
    op: str = Average,
    backward_passes_per_step: int = 1,
    average_aggregated_gradients: bool = False,
) -> Any:
    """Return an optimizer like the given one, which reduces gradients over all processes first.

    Parameters
    ----------
    optimizer : Optimizer
        Not built yet.
    name : str, optional
    compression : {Compression.none, Compression.fp16}
        How gradients are sent.
    op : {Average, Sum}
    backward_passes_per_step : int
        Gradients of so many batches make one update.
    average_aggregated_gradients : bool
        Whether their mean makes it, and not their sum.

    Raises
    ------
    ValueError
        For an optimizer that accumulates gradients by itself, or another argument out of range.
    TypeError
        For what is no optimizer.
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"DistributedOptimizer takes an optimizer, such as cornu.optimizers.SGD(0.1), not "
            f"{optimizer!r}."
        )
    passes = backward_passes_per_step
    if isinstance(passes, bool) or not isinstance(passes, int) or passes < 1:
        raise ValueError(f"backward_passes_per_step={passes!r} must be a whole number, 1 or more.")
    config = optimizer.get_config()
    if passes > 1:
        if config.get("gradient_accumulation_steps"):
            raise ValueError(
                "The optimizer has gradient_accumulation_steps= of its own: leave one of the two "
                "out."
            )
        config["gradient_accumulation_steps"] = passes
    if name is not None:
        config["name"] = name
    kind: Any = type(optimizer)
    # The name stays: files know the optimizer by it, and load it as the plain one.
    made = type(kind.__name__, (_Reducing, kind), {"__doc__": kind.__doc__}).from_config(config)  # type: ignore[attr-defined]
    made._op, made._compression = check_op(op), check_compression(compression)
    made._times = 1 if average_aggregated_gradients else passes
    return made


class _Reducing(Optimizer):
    _op: str
    _compression: str
    _times: int

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Update weights by the gradients of all processes."""
        if not traced_in_vain():
            replicas()
            grads = [None if g is None else self._of_all(g) for g in grads]
        super().apply(grads, trainable_variables)

    def _of_all(self, gradient: Any) -> Any:
        gradient = reduced(ops.convert_to_tensor(gradient), self._op, self._compression)
        if self._times == 1:
            return gradient
        return ops.multiply(gradient, np.asarray(self._times, gradient.dtype))
