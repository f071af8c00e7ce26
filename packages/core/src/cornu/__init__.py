"""Cornu: a light, fast, open and readable deep-learning library with the API of Keras.

>>> import cornu
>>> from cornu.layers import Dense
>>> model = cornu.Sequential([cornu.Input((4,)), Dense(3, activation="softmax")])
>>> model.output_shape
(None, 3)

Importing ``cornu`` imports nothing else: each public name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

from cornu import aliases as _aliases
from cornu_engine.version import __version__, version

if TYPE_CHECKING:
    import cornu_export as export  # noqa: F401
    import cornu_ops as ops  # noqa: F401
    from cornu import activations as activations
    from cornu import backends as backends
    from cornu import callbacks as callbacks
    from cornu import config as config
    from cornu import constraints as constraints
    from cornu import initializers as initializers
    from cornu import layers as layers
    from cornu import losses as losses
    from cornu import metrics as metrics
    from cornu import models as models
    from cornu import optimizers as optimizers
    from cornu import plugins as plugins
    from cornu import regularizers as regularizers
    from cornu import saving as saving
    from cornu import testing as testing
    from cornu import utils as utils
    from cornu.backends import get_backend as get_backend
    from cornu.backends import set_backend as set_backend
    from cornu.base import Callback as Callback
    from cornu.base import Constraint as Constraint
    from cornu.base import Initializer as Initializer
    from cornu.base import Layer as Layer
    from cornu.base import Loss as Loss
    from cornu.base import Metric as Metric
    from cornu.base import Optimizer as Optimizer
    from cornu.base import Regularizer as Regularizer
    from cornu.base.layer import DTypePolicy as DTypePolicy
    from cornu.base.layer import FloatDTypePolicy as FloatDTypePolicy
    from cornu.base.layer import InputSpec as InputSpec
    from cornu.base.naming import name_scope as name_scope
    from cornu.models import Function as Function
    from cornu.models import Input as Input
    from cornu.models import KerasTensor as KerasTensor
    from cornu.models import Model as Model
    from cornu.models import Sequential as Sequential
    from cornu_engine import errors as errors
    from cornu_engine import tree as tree
    from cornu_engine.backend import Backend as Backend
    from cornu_engine.variable import Variable as Variable
    from cornu_keras import backend as backend
    from cornu_ops import random as random
    from cornu_ops.functional import grad as grad
    from cornu_ops.functional import value_and_grad as value_and_grad
    from cornu_ops.random import SeedGenerator as SeedGenerator
    from cornu_ops.random import set_seed as set_seed

# Public modules: an attribute of `cornu` as soon as it is named, imported or not.
_MODULES = (
    "activations backend backends callbacks config constraints datasets dtype_policies errors "
    "export initializers keras layers losses metrics mixed_precision models objectives ops "
    "optimizers plugins preprocessing random regularizers saved_model saving testing tree utils "
    "visualization wrappers"
).split()

# Public names, each with the module it is defined in.
_NAMES = {
    "Backend": "cornu_engine.backend",
    "Callback": "cornu.base",
    "Constraint": "cornu.base",
    "DTypePolicy": "cornu.base.layer",
    "FloatDTypePolicy": "cornu.base.layer",
    "Function": "cornu.models",
    "Initializer": "cornu.base",
    "Input": "cornu.models",
    "InputSpec": "cornu.base.layer",
    "KerasTensor": "cornu.models",
    "Layer": "cornu.base",
    "Loss": "cornu.base",
    "Metric": "cornu.base",
    "Model": "cornu.models",
    "Optimizer": "cornu.base",
    "Regularizer": "cornu.base",
    "SeedGenerator": "cornu_engine.seed",
    "Sequential": "cornu.models",
    "Variable": "cornu_engine.variable",
    "get_backend": "cornu.backends",
    "grad": "cornu_ops.functional",
    "name_scope": "cornu.base.naming",
    "set_backend": "cornu.backends",
    "set_seed": "cornu_engine.seed",
    "value_and_grad": "cornu_ops.functional",
}

# A star import loads every name here, so the modules of other distributions are left out.
_ELSEWHERE = {"datasets", "keras", "objectives", "preprocessing", "visualization", "wrappers"}

__all__ = ["__version__", "version", *sorted({*_MODULES, *_NAMES} - _ELSEWHERE)]

_aliases.install()


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        found = getattr(_import_module(_NAMES[name]), name)
    elif name in _MODULES or f"cornu.{name}" in _aliases.brought():
        found = _import_module(f"cornu.{name}")
    else:
        from cornu_engine.errors import near_matches

        hint = near_matches(name, [*_NAMES, *_MODULES])
        raise AttributeError(f"module 'cornu' has no attribute {name!r}. {hint}".rstrip())
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*_MODULES, *_NAMES, *_aliases.COMES_WITH, *__all__})
