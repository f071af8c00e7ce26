"""HDF5 as Keras 2.3 writes it: whole models, and weights alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.configuration.config import serialize
from cornu.saving.training_state import write_state
from cornu.saving.wanted import warn_of_placeholders
from cornu_data.files.config_names import config_text
from cornu_data.files.plan import hdf5_bytes, put
from cornu_engine.errors import BadFileError, SavingError
from cornu_engine.files.names import check_name, unreadable
from cornu_keras.files.chunks import write_names
from cornu_keras.files.downgrade import (
    downgrade,
    downgrade_training,
    is_expressible,
    is_of_keras2,
)
from cornu_keras.files.places import put_bytes
from cornu_keras.files.slots import is_in_keras2, keras2_state, tf_keras_state
from cornu_keras.files.weights import TOP, keras2_order
from cornu_ops.files.keras_words import in_keras_words, warn_of_calls

VERSION, VERSION_3 = "2.3.1", "3.15.1"
_BACKEND = "tensorflow"  # for another, readers turn kernels round


def write_hdf5_model(
    model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True
) -> None:
    """Write a whole model, so that Keras 2.3 can read it if it has all the layers.

    Parameters
    ----------
    model : Model
        Functional or Sequential.
    filepath : path, binary stream or h5py.Group
    overwrite : bool
    include_optimizer : bool

    Raises
    ------
    SavingError
        For a subclassed model, whose layers this format cannot describe.
    """
    config = serialize(model)
    training = config.pop("compile_config", None) if include_optimizer else None
    config.pop("compile_config", None)
    warn_of_placeholders([config, training], stacklevel=4)
    if not isinstance(config["config"], dict) or "layers" not in config["config"]:
        raise SavingError(
            f"{type(model).__name__} is a subclassed model; .h5 describes functional and "
            "Sequential models only. Save it as .keras, or its weights with save_weights."
        )
    old = is_expressible(config)
    config = downgrade(config) if old else in_keras_words(config)
    warn_of_calls(config, stacklevel=4)
    text = config_text(config)
    version = VERSION if old else VERSION_3
    known = is_in_keras2(model.optimizer)
    compiled = downgrade_training(training, old, known) if training else None
    said = config_text(compiled, "compile_config") if compiled else None

    def write(file: Any) -> None:
        file.attrs["keras_version"], file.attrs["backend"] = version, _BACKEND
        file.attrs["model_config"] = text.encode()
        weights = file.create_group("model_weights")
        if model.built:
            write_keras2_weights(model, weights, version)
        if said:
            file.attrs["training_config"] = said.encode()
            _write_optimizer(model.optimizer, file, compiled)
        if include_optimizer:
            write_state(model, file)

    put_bytes(filepath, hdf5_bytes(write), overwrite)


def write_keras2_weights(model: Any, group: Any, version: str = VERSION) -> None:
    """Write weights alone into an open HDF5 file or group: a group for each layer."""
    group.attrs["backend"], group.attrs["keras_version"] = _BACKEND, version
    write_names(group, "layer_names", _encoded(layer.name for layer in model.layers))
    prefix = f"{model._path or model.name}/"
    for layer in model.layers:
        below = group.require_group(layer.name)
        arrays: dict[str, np.ndarray] = {}
        for variable in keras2_order(layer):
            name = _unused(f"{variable.path.removeprefix(prefix)}:0", arrays)
            arrays[name] = variable.numpy()
        _write_arrays(below, arrays)
    if TOP not in group:
        _write_arrays(group.create_group(TOP), {})


def _encoded(names: Iterable[str]) -> list[bytes]:
    try:
        return [check_name(name).encode() for name in names]
    except BadFileError as error:
        raise unreadable(error) from None


def _unused(name: str, taken: dict[str, Any]) -> str:
    unique, count = name, 1
    while unique in taken:
        unique, count = f"{name.removesuffix(':0')}_{count}:0", count + 1
    return unique


def _write_arrays(group: Any, arrays: dict[str, np.ndarray]) -> None:
    write_names(group, "weight_names", _encoded(arrays))
    for name, array in arrays.items():
        put(group, name, array)


def _write_optimizer(optimizer: Any, file: Any, compiled: Any) -> None:
    if optimizer is None or not optimizer.built:
        return
    described = compiled.get("optimizer_config") or {}
    arrays = keras2_state(optimizer) if is_of_keras2(described) else None
    named: dict[str, np.ndarray] = {}
    for name, array in arrays or tf_keras_state(optimizer):
        named[_unused(name, named)] = array
    _write_arrays(file.create_group("optimizer_weights"), named)
