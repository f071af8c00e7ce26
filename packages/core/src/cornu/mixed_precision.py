"""Computing in float16 with weights in float32: `keras.mixed_precision`, and its older names.

`set_global_policy("mixed_float16")` halves the memory of activations. Gradients that would vanish
in float16 are scaled up by a `LossScaleOptimizer`, which `compile` puts around the optimizer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.base.layer.dtype_policy import DTypePolicy, dtype_policy, set_dtype_policy
from cornu.plugins import registry

if TYPE_CHECKING:
    from cornu.optimizers import LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]


def __getattr__(name: str) -> Any:
    if name == "LossScaleOptimizer":
        return registry.lookup("optimizer", name)
    raise AttributeError(f"module 'cornu.mixed_precision' has no attribute {name!r}.")
