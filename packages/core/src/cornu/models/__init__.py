"""Models: stacks, graphs and subclasses of layers.

>>> import cornu
>>> x = cornu.Input((3,))
>>> cornu.models.Model(x, x * 2.0).output_shape
(None, 3)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu.base.layer import KerasTensor as KerasTensor
    from cornu.models.cloning import clone_model as clone_model
    from cornu.models.function import Function as Function
    from cornu.models.input_layer import Input as Input
    from cornu.models.input_layer import InputLayer as InputLayer
    from cornu.models.model import Functional as Functional
    from cornu.models.model import Model as Model
    from cornu.models.sequential import Sequential as Sequential
    from cornu.saving.model_file import load_model as load_model
    from cornu.saving.model_file import save_model as save_model
    from cornu.saving.text import model_from_config as model_from_config
    from cornu.saving.text import model_from_json as model_from_json
    from cornu.saving.text import model_from_yaml as model_from_yaml

# Public names, each with the module it is defined in.
_HOMES = {
    "Function": "cornu.models.function",
    "Functional": "cornu.models.model",
    "Input": "cornu.models.input_layer",
    "InputLayer": "cornu.models.input_layer",
    "KerasTensor": "cornu.base.layer",
    "Model": "cornu.models.model",
    "Sequential": "cornu.models.sequential",
    "clone_model": "cornu.models.cloning",
    "load_model": "cornu.saving.model_file",
    "model_from_config": "cornu.saving.text",
    "model_from_json": "cornu.saving.text",
    "model_from_yaml": "cornu.saving.text",
    "save_model": "cornu.saving.model_file",
}

__all__ = [
    "Function",
    "Functional",
    "Input",
    "InputLayer",
    "KerasTensor",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
