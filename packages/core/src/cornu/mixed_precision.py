"""Computing in float16 with weights in float32: `keras.mixed_precision`, and its older names.

`set_global_policy("mixed_float16")` halves the memory of activations. Gradients that would vanish
in float16 are scaled up by a `LossScaleOptimizer`, which `compile` puts around the optimizer.
"""

from __future__ import annotations

from cornu_engine.lazy import lazy

__getattr__, __dir__ = lazy(__name__)
