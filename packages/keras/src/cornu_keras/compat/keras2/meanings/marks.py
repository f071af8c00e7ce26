"""Marks that layers of Keras 2 left on tensors: a shape, and whether the phase matters.

Symbolic tensors have room for them. A traced value has a shape of its own and no room; what a
layer says of it there is not needed, as the step is traced for one phase.
"""

from __future__ import annotations

from cornu_engine.graph import takes_mark

__all__: list[str] = []

takes_mark("_keras_shape", lambda value: value.shape)
takes_mark("_uses_learning_phase", lambda value: False)
