"""The engine: from traced operations to one planned program.

Read in this order: `graph` (values), `primitives` (the closed set of operations), `trace` (how
Python calls become nodes), `composite`, `gradients`, `scan`, `rewrite`, `plan`, `program`.
"""

from importlib import import_module
from typing import Any

_KERAS_2 = {  # `from keras.engine import Layer`: what stood in the module of that name
    "Layer": "cornu.base.layer",
    "InputSpec": "cornu.base.layer",
    "InputLayer": "cornu.models.input_layer",
    "Input": "cornu.models.input_layer",
    "Model": "cornu.models.model",
}


def __getattr__(name: str) -> Any:
    if name in _KERAS_2:
        return getattr(import_module(_KERAS_2[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
