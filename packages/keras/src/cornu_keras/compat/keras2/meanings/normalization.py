"""Batch normalisation that is frozen: the batch still counts, the averages stay."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu_engine.dtypes import result_type

__all__ = ["FrozenByUpdates"]


class FrozenByUpdates:
    """Normalises by the batch while training, frozen or not; only the averages stand still."""

    trainable: bool
    gamma: Any
    beta: Any
    axis: int
    epsilon: float
    compute_dtype: str

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalised inputs."""
        if not training or self.trainable:
            return super().call(inputs, training, mask)  # type: ignore[misc]
        x = ops.cast(inputs, result_type(inputs.dtype, "float32"))
        outputs, _, _ = ops.normalize_batch(x, self.gamma, self.beta, self.axis, self.epsilon)
        return ops.cast(outputs, self.compute_dtype)
