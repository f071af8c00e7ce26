"""What a training script needs besides a model, under Keras' names.

>>> import cornu
>>> cornu.utils.to_categorical([1, 0])
array([[0., 1.],
       [1., 0.]])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cornu_engine.errors import MissingDistributionError, UnknownNameError

if TYPE_CHECKING:
    from cornu.base.layer.keras_tensor import is_keras_tensor as is_keras_tensor
    from cornu.config import disable_interactive_logging as disable_interactive_logging
    from cornu.config import enable_interactive_logging as enable_interactive_logging
    from cornu.config import is_interactive_logging_enabled as is_interactive_logging_enabled
    from cornu.configuration.objects import deserialize_keras_object as deserialize_keras_object
    from cornu.configuration.objects import serialize_keras_object as serialize_keras_object
    from cornu.models.graph import get_source_inputs as get_source_inputs
    from cornu.models.summary import print_summary as print_summary
    from cornu.plugins.custom_objects import CustomObjectScope as CustomObjectScope
    from cornu.plugins.custom_objects import custom_object_scope as custom_object_scope
    from cornu.plugins.custom_objects import get_custom_objects as get_custom_objects
    from cornu.plugins.custom_objects import get_registered_name as get_registered_name
    from cornu.plugins.custom_objects import get_registered_object as get_registered_object
    from cornu.plugins.custom_objects import (
        register_keras_serializable as register_keras_serializable,
    )
    from cornu.training.data.dataset import PyDataset as PyDataset
    from cornu.training.data.dataset import PyDataset as Sequence
    from cornu.training.data.enqueuers import GeneratorEnqueuer as GeneratorEnqueuer
    from cornu.training.data.enqueuers import OrderedEnqueuer as OrderedEnqueuer
    from cornu.training.data.unpack import pack_x_y_sample_weight as pack_x_y_sample_weight
    from cornu.training.data.unpack import unpack_x_y_sample_weight as unpack_x_y_sample_weight
    from cornu.training.progbar import Progbar as Progbar
    from cornu.utils.arrays import normalize as normalize
    from cornu.utils.arrays import to_categorical as to_categorical
    from cornu.utils.hdf5 import HDF5Matrix as HDF5Matrix
    from cornu.utils.plotting import model_to_dot as model_to_dot
    from cornu.utils.plotting import plot_model as plot_model
    from cornu.utils.seeding import set_random_seed as set_random_seed

# Public names, each with the module it is defined in, and its name there where that differs.
_HOMES = {
    "CustomObjectScope": "cornu.plugins.custom_objects",
    "GeneratorEnqueuer": "cornu.training.data.enqueuers",
    "HDF5Matrix": "cornu.utils.hdf5",
    "OrderedEnqueuer": "cornu.training.data.enqueuers",
    "Progbar": "cornu.training.progbar",
    "PyDataset": "cornu.training.data.dataset",
    "Sequence": "cornu.training.data.dataset:PyDataset",
    "custom_object_scope": "cornu.plugins.custom_objects",
    "deserialize_keras_object": "cornu.configuration.objects",
    "disable_interactive_logging": "cornu.config",
    "enable_interactive_logging": "cornu.config",
    "get_custom_objects": "cornu.plugins.custom_objects",
    "get_registered_name": "cornu.plugins.custom_objects",
    "get_registered_object": "cornu.plugins.custom_objects",
    "get_source_inputs": "cornu.models.graph",
    "is_interactive_logging_enabled": "cornu.config",
    "is_keras_tensor": "cornu.base.layer.keras_tensor",
    "model_to_dot": "cornu.utils.plotting",
    "normalize": "cornu.utils.arrays",
    "pack_x_y_sample_weight": "cornu.training.data.unpack",
    "plot_model": "cornu.utils.plotting",
    "print_summary": "cornu.models.summary",
    "register_keras_serializable": "cornu.plugins.custom_objects",
    "serialize_keras_object": "cornu.configuration.objects",
    "set_random_seed": "cornu.utils.seeding",
    "to_categorical": "cornu.utils.arrays",
    "unpack_x_y_sample_weight": "cornu.training.data.unpack",
}

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "PyDataset",
    "Sequence",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "plot_model",
    "print_summary",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, _, there = _HOMES[name].partition(":")
        found = getattr(import_module(module), there or name)
        globals()[name] = found
        return found
    from cornu.plugins import registry

    try:
        return registry.attribute("utility", name)
    except (UnknownNameError, MissingDistributionError) as error:
        raise AttributeError(f"module {__name__!r}: {error}") from None


def __dir__() -> list[str]:
    from cornu.plugins import registry

    return sorted({*__all__, *registry.names("utility")})
