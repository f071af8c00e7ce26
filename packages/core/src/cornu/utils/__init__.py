"""What a training script needs besides a model, under Keras' names.

>>> import cornu
>>> cornu.utils.to_categorical([1, 0])
array([[0., 1.],
       [1., 0.]])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
    from cornu_keras.backend import clear_session as clear_session
    from cornu_keras.backend import standardize_dtype as standardize_dtype
    from cornu_preprocessing import bounding_boxes as bounding_boxes
    from cornu_preprocessing.audio import (
        audio_dataset_from_directory as audio_dataset_from_directory,
    )
    from cornu_preprocessing.feature_space import FeatureSpace as FeatureSpace
    from cornu_preprocessing.files import get_file as get_file
    from cornu_preprocessing.image import array_to_img as array_to_img
    from cornu_preprocessing.image import (
        image_dataset_from_directory as image_dataset_from_directory,
    )
    from cornu_preprocessing.image import img_to_array as img_to_array
    from cornu_preprocessing.image import load_img as load_img
    from cornu_preprocessing.image import save_img as save_img
    from cornu_preprocessing.sequence import pad_sequences as pad_sequences
    from cornu_preprocessing.sequence import (
        timeseries_dataset_from_array as timeseries_dataset_from_array,
    )
    from cornu_preprocessing.splitting import split_dataset as split_dataset
    from cornu_preprocessing.text import (
        text_dataset_from_directory as text_dataset_from_directory,
    )

# Public names, each with the module it is defined in, and its name there where that differs.
_HOMES = {
    "CustomObjectScope": "cornu.plugins.custom_objects",
    "GeneratorEnqueuer": "cornu.training.data.enqueuers",
    "HDF5Matrix": "cornu.utils.hdf5",
    "OrderedEnqueuer": "cornu.training.data.enqueuers",
    "Progbar": "cornu.training.progbar",
    "PyDataset": "cornu.training.data.dataset",
    "Sequence": "cornu.training.data.dataset:PyDataset",
    "clear_session": "cornu.backend",
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
    "standardize_dtype": "cornu.backend",
    "to_categorical": "cornu.utils.arrays",
    "unpack_x_y_sample_weight": "cornu.training.data.unpack",
}

# Names that come with cornu-preprocessing; where it is missing, the error says so.
_PREPROCESSING = {
    "FeatureSpace": "cornu.preprocessing.feature_space",
    "array_to_img": "cornu.preprocessing.image",
    "audio_dataset_from_directory": "cornu.preprocessing.audio",
    "bounding_boxes": "cornu.preprocessing",
    "get_file": "cornu.preprocessing.files",
    "image_dataset_from_directory": "cornu.preprocessing.image",
    "img_to_array": "cornu.preprocessing.image",
    "load_img": "cornu.preprocessing.image",
    "pad_sequences": "cornu.preprocessing.sequence",
    "save_img": "cornu.preprocessing.image",
    "split_dataset": "cornu.preprocessing.splitting",
    "text_dataset_from_directory": "cornu.preprocessing.text",
    "timeseries_dataset_from_array": "cornu.preprocessing.sequence",
}

__all__ = [
    "CustomObjectScope",
    "GeneratorEnqueuer",
    "HDF5Matrix",
    "OrderedEnqueuer",
    "Progbar",
    "PyDataset",
    "Sequence",
    "clear_session",
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
    "standardize_dtype",
    "to_categorical",
    "unpack_x_y_sample_weight",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name) or _PREPROCESSING.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, there = home.partition(":")
    found = getattr(import_module(module), there or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *_PREPROCESSING})
