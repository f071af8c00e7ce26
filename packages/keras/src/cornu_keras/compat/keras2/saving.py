"""`keras.engine.saving`: models and weights in HDF5, wherever it lies."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu.saving import model_file, text, weights
from cornu_data.files.plan import Plan
from cornu_engine.files.hdf5 import open_hdf5
from cornu_engine.files.rules import limits_for
from cornu_keras.compat.keras2.utils.conv_utils import convert_kernel
from cornu_keras.compat.keras2.utils.io_utils import H5Dict, ask_to_proceed_with_overwrite
from cornu_keras.files.chunks import read_names, write_names
from cornu_keras.files.keras1 import from_keras1
from cornu_keras.files.places import is_path, spooled
from cornu_keras.files.weights import keras2_order, plan_keras2_weights
from cornu_keras.files.writing import write_keras2_weights

__all__ = [
    "H5Dict",
    "ask_to_proceed_with_overwrite",
    "load_attributes_from_hdf5_group",
    "load_model",
    "load_weights_from_hdf5_group",
    "load_weights_from_hdf5_group_by_name",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "preprocess_weights_for_loading",
    "save_attributes_to_hdf5_group",
    "save_model",
    "save_weights_to_hdf5_group",
]

tf_file_io: Any = None  # what opens gs://…: `FileIO(path, mode)` and `file_exists(path)`


# Whole models


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True
) -> None:
    """Write a whole model as HDF5.

    Parameters
    ----------
    model : Model
    filepath : path, binary stream, h5py.File or h5py.Group
        A path of any name, unless it ends in `.keras`.
    overwrite : bool
        Whether to replace an existing file without asking.
    include_optimizer : bool
    """
    if not _may_write(filepath, overwrite):
        return

    def write(place: Any) -> None:
        is_zip = is_path(place) and str(os.fspath(place)).endswith(".keras")
        model_file.save_model(
            model,
            place,
            include_optimizer=include_optimizer,
            save_format="keras" if is_zip else "h5",
        )

    _written(filepath, write)


def load_model(
    filepath: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True
) -> Any:
    """Read a whole model.

    Parameters
    ----------
    filepath : path, binary stream, h5py.File or h5py.Group
    custom_objects : dict, optional
        Names in the file, and the classes and functions they stand for; the function of a Lambda
        layer by the name of the layer.
    compile : bool
    """
    with _speaking():
        return model_file.load_model(_readable(filepath), custom_objects, compile)


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model from the text that `to_json` returned."""
    with _speaking():
        return text.model_from_json(json_string, custom_objects)


def model_from_yaml(yaml_string: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model from the text that `to_yaml` returned."""
    with _speaking():
        return text.model_from_yaml(yaml_string, custom_objects)


def model_from_config(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make a model from a configuration with its class' name."""
    if isinstance(config, list):
        raise TypeError(
            "`model_from_config` expects a dictionary, not a list. Maybe you meant to use "
            "`Sequential.from_config(config)`?"
        )
    from cornu.models import model_from_config as read

    with _speaking():
        return read(config, custom_objects)


# Weights


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights of a model as HDF5, in the layout of Keras 2."""
    if _may_write(filepath, overwrite):
        _written(filepath, lambda place: weights.save_weights(model, place, save_format="h5"))


def load_weights(model: Any, filepath: Any, **options: Any) -> None:
    """Read the weights of a model from a file of any kind."""
    weights.load_weights(model, _readable(filepath), **options)


def save_weights_to_hdf5_group(group: Any, layers: Sequence[Any]) -> None:
    """Write the weights of layers into an open group."""
    write_keras2_weights(_Layers(layers), group)


def load_weights_from_hdf5_group(f: Any, layers: Sequence[Any], reshape: bool = False) -> None:
    """Read the weights of layers, in their order, from an open group."""
    _load(f, layers, Plan(reshape=reshape), by_name=False)


def load_weights_from_hdf5_group_by_name(
    f: Any, layers: Sequence[Any], skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Read the weights of layers, by their names, from an open group."""
    _load(f, layers, Plan(skip_mismatch=skip_mismatch, reshape=reshape), by_name=True)


def _load(group: Any, layers: Sequence[Any], plan: Plan, by_name: bool) -> None:
    with spooled(group) as path:
        limits = limits_for(path, None)
        with open_hdf5(path, limits) as root:
            plan_keras2_weights(_Layers(layers), root, plan, by_name)
            plan.carry_out()


class _Layers:
    """Layers that are in no model, as what writes and reads weights looks at them."""

    _path = name = ""

    def __init__(self, layers: Sequence[Any]) -> None:
        self.layers = list(layers)


def save_attributes_to_hdf5_group(group: Any, name: str, data: Sequence[bytes]) -> None:
    """Write texts as an attribute of an open group, or as several where one cannot hold them."""
    write_names(group, name, list(data))


def load_attributes_from_hdf5_group(group: Any, name: str) -> list[str]:
    """Return texts that are an attribute of an open group, or several."""
    if name in group.attrs:
        return [x.decode("utf8") if isinstance(x, bytes) else str(x) for x in group.attrs[name]]
    return read_names(group, name) or []


def preprocess_weights_for_loading(
    layer: Any,
    weights: Sequence[np.ndarray],
    original_keras_version: str | None = None,
    original_backend: str | None = None,
    reshape: bool = False,
) -> list[Any]:
    """Return the arrays of a file in the layout that a layer has its weights in.

    Parameters
    ----------
    layer : Layer
        Built.
    weights : list of ndarray
        In the order of the file: what is trained first.
    original_keras_version, original_backend, reshape : optional
        Which Keras wrote the file, on what, and whether kernels may be reshaped.
    """
    arrays = list(weights)
    if original_keras_version == "1":
        arrays = from_keras1(layer, arrays)
    if type(layer).__name__ in _CONVOLUTIONS:
        arrays = _kernels(layer, arrays, original_backend, reshape)
    variables = keras2_order(layer)
    same = len(arrays) == len(variables) and all(
        tuple(v.shape) == tuple(x.shape) for v, x in zip(variables, arrays, strict=True)
    )
    if same or not hasattr(layer, "from_file_layout"):
        return arrays
    return list(layer.from_file_layout(arrays))


_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")


def _kernels(layer: Any, arrays: list[Any], backend: str | None, reshape: bool) -> list[Any]:
    """Return arrays with kernels turned to what the layer has; those of Theano are mirrored."""
    count = 2 if type(layer).__name__ == "ConvLSTM2D" else 1
    kernels, rest = arrays[:count], arrays[count:]
    if backend == "theano":
        kernels = [convert_kernel(x) for x in kernels]
    shape = tuple(layer.weights[0].shape)
    if tuple(kernels[0].shape) == shape:
        return kernels + rest
    if not reshape:
        return [np.transpose(x, (3, 2, 0, 1)) for x in kernels] + rest
    if kernels[0].size != np.prod(shape):
        raise ValueError(
            f"Weights must be of equal size to apply a reshape operation. Layer {layer.name}'s "
            f"weights have shape {shape}, those to load {tuple(kernels[0].shape)}."
        )
    return [np.reshape(kernels[0], shape), *kernels[1:], *rest]


# Places


def _speaking() -> Any:
    from cornu_keras.compat import keras2

    return keras2.dialect.speaking()


def _may_write(filepath: Any, overwrite: bool) -> bool:
    """Tell whether a file may be written: one that is there may be so if the user says yes."""
    if overwrite or not is_path(filepath):
        return True
    there = tf_file_io.file_exists(filepath) if _is_remote(filepath) else os.path.isfile(filepath)
    return not there or ask_to_proceed_with_overwrite(filepath)


def _is_remote(filepath: Any) -> bool:
    if not isinstance(filepath, str) or not filepath.startswith("gs://"):
        return False
    if tf_file_io is None:
        raise ImportError(
            "gs:// needs what opens it: set keras.engine.saving.tf_file_io to a module with "
            "FileIO(path, mode) and file_exists(path), or write a file and upload it."
        )
    return True


def _written(filepath: Any, write: Any) -> None:
    if not _is_remote(filepath):
        write(filepath)
        return
    memory = io.BytesIO()
    write(memory)
    with tf_file_io.FileIO(filepath, mode="wb") as file:
        file.write(memory.getvalue())


def _readable(filepath: Any) -> Any:
    if not _is_remote(filepath):
        return filepath
    with tf_file_io.FileIO(filepath, mode="rb") as file:
        return io.BytesIO(file.read())
