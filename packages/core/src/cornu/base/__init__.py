"""The classes that a plugin's parts descend from.

Each is imported when it is first asked for, so that a program which only trains never loads the
rest.

>>> from cornu.base import Initializer
>>> Initializer.__module__
'cornu.base.initializer'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu.base.callback import Callback
    from cornu.base.constraint import Constraint
    from cornu.base.initializer import Initializer
    from cornu.base.layer import InputSpec, KerasTensor, Layer
    from cornu.base.loss import Loss
    from cornu.base.metric import Metric
    from cornu.base.optimizer import Optimizer
    from cornu.base.regularizer import Regularizer
    from cornu_engine.backend import Availability, Backend, Executable

_HOMES = {
    "Availability": "cornu_engine.backend",
    "Backend": "cornu_engine.backend",
    "Callback": "cornu.base.callback",
    "Constraint": "cornu.base.constraint",
    "Executable": "cornu_engine.backend",
    "Initializer": "cornu.base.initializer",
    "InputSpec": "cornu.base.layer",
    "KerasTensor": "cornu.base.layer",
    "Layer": "cornu.base.layer",
    "Loss": "cornu.base.loss",
    "Metric": "cornu.base.metric",
    "Optimizer": "cornu.base.optimizer",
    "Regularizer": "cornu.base.regularizer",
}

__all__ = [
    "Availability",
    "Backend",
    "Callback",
    "Constraint",
    "Executable",
    "Initializer",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Optimizer",
    "Regularizer",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
