"""The base class of layers, and the symbolic tensors of `cornu_data` that layers are called on.

| file | idea |
|---|---|
| `layer.py` | class `Layer` |
| `calls.py` | what happens in a call |
| `weights.py` | making, listing and setting weights |
| `tracking.py` | finding parts among attributes |
| `configuration.py` | configuration from the constructor |
| `operation.py` | the graph of layers |
| `context.py` | what travels beside values |
| `dtype_policy.py` | dtypes |
"""

from cornu.base.layer.dtype_policy import (
    DTypePolicy,
    FloatDTypePolicy,
    dtype_policy,
    set_dtype_policy,
)
from cornu.base.layer.layer import Layer
from cornu.base.layer.operation import FunctionCall, Operation
from cornu_data.input_spec import InputSpec
from cornu_data.symbolic.keras_tensor import CallNode, KerasTensor, is_keras_tensor
from cornu_data.symbolic.masks import get_mask, set_mask

__all__ = [
    "CallNode",
    "DTypePolicy",
    "FloatDTypePolicy",
    "FunctionCall",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Operation",
    "dtype_policy",
    "get_mask",
    "is_keras_tensor",
    "set_dtype_policy",
    "set_mask",
]
