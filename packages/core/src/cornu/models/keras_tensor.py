"""Symbolic tensors, at the place where models are described.

They are defined below the layers, in `cornu.base.layer.keras_tensor`, because layers are called on
them.
"""

from cornu.base.layer.keras_tensor import CallNode, KerasHistory, KerasTensor, is_keras_tensor

__all__ = ["CallNode", "KerasHistory", "KerasTensor", "is_keras_tensor"]
