"""Configurations, weights and whole models as files.

>>> from cornu import saving
>>> saving.serialize_keras_object([1, 2.0])
[1, 2.0]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cornu.configuration.objects import deserialize_keras_object, serialize_keras_object
    from cornu.plugins.custom_objects import (
        CustomObjectScope,
        custom_object_scope,
        get_custom_objects,
        get_registered_name,
        get_registered_object,
        register_keras_serializable,
    )
    from cornu.saving.file_editor import KerasFileEditor
    from cornu.saving.model_file import load_model, save_model
    from cornu.saving.weights import load_weights, save_weights

# Public name -> (module, name there).
_HOMES = {
    "CustomObjectScope": ("cornu.plugins.custom_objects", "CustomObjectScope"),
    "KerasFileEditor": ("cornu.saving.file_editor", "KerasFileEditor"),
    "custom_object_scope": ("cornu.plugins.custom_objects", "custom_object_scope"),
    "deserialize_keras_object": ("cornu.configuration.objects", "deserialize_keras_object"),
    "get_custom_objects": ("cornu.plugins.custom_objects", "get_custom_objects"),
    "get_registered_name": ("cornu.plugins.custom_objects", "get_registered_name"),
    "get_registered_object": ("cornu.plugins.custom_objects", "get_registered_object"),
    "load_model": ("cornu.saving.model_file", "load_model"),
    "load_weights": ("cornu.saving.weights", "load_weights"),
    "register_keras_serializable": ("cornu.plugins.custom_objects", "register_keras_serializable"),
    "save_model": ("cornu.saving.model_file", "save_model"),
    "save_weights": ("cornu.saving.weights", "save_weights"),
    "serialize_keras_object": ("cornu.configuration.objects", "serialize_keras_object"),
}

__all__ = [
    "CustomObjectScope",
    "KerasFileEditor",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    found = getattr(importlib.import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
