"""Whole models in one file: Keras 3's zip of a configuration and weights."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Mapping
from typing import Any

from cornu.errors import SavingError
from cornu.saving.atomic import atomically
from cornu.saving.config import deserialize, serialize, strictly
from cornu.saving.weights import read_weights, write_weights

KERAS_VERSION = "3.15.1"  # whose layout is written; what a reader of the file decides by
_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: Any = None,
    include_optimizer: bool = True,
    **kwargs: Any,
) -> None:
    """Write architecture, weights, compile arguments and optimizer state to one file.

    The file is written beside the old one and takes its name at the end, so a crash leaves one of
    the two whole.

    Parameters
    ----------
    model : Model
    filepath : path
        Missing folders are made. What is in a file is told by its bytes, so any name will do.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    zipped : bool, optional
        Accepted for Keras' sake; the file is a zip.
    include_optimizer : bool
        Whether to write compile arguments and the optimizer's state.

    Raises
    ------
    SavingError
        If the model holds a lambda or a function that is not registered, which no file could bring
        back.
    """
    kwargs.pop("save_format", None)
    if kwargs:
        raise TypeError(f"save_model() does not take {', '.join(map(repr, kwargs))}.")
    with strictly():
        config = serialize(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    members = {
        _METADATA: json.dumps(metadata).encode(),
        _CONFIG: json.dumps(config).encode(),
        _WEIGHTS: _weights_bytes(model, include_optimizer),
    }
    with atomically(filepath, overwrite) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _weights_bytes(model: Any, include_optimizer: bool) -> bytes:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        if model.built:
            write_weights(model, file, with_optimizer=include_optimizer)
    return buffer.getvalue()


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model that `model.save` wrote.

    Parameters
    ----------
    filepath : path
    custom_objects : dict, optional
        Names in the file, and the classes and functions they stand for.
    compile : bool
        Whether to compile the model as it was, so that training goes on.
    safe_mode : bool
        Only True: a file never runs code.

    Raises
    ------
    SavingError
        If the file is no model, or asks for code to be run.
    """
    import h5py

    if not safe_mode:
        deserialize(None, safe_mode=False)  # raises, saying why
    path = os.fspath(filepath)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no model file {path!r}.")
    if not zipfile.is_zipfile(path):
        raise SavingError(
            f"{path!r} is not a model file: it is no zip of {_CONFIG} and {_WEIGHTS}."
        )
    with zipfile.ZipFile(path) as archive:
        config = _read_json(archive, _CONFIG, path)
        weights = io.BytesIO(_read(archive, _WEIGHTS, path))
    compile_config = config.pop("compile_config", None)
    model = deserialize(config, custom_objects, kind="layer")
    if compile and compile_config:
        from cornu.plugins.custom_objects import CustomObjectScope

        with CustomObjectScope(custom_objects or {}):
            model.compile_from_config(compile_config)
    if model.built:
        with h5py.File(weights, "r") as file:
            read_weights(model, file)
    return model


def _read(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SavingError(f"{path!r} is damaged or no model file: {error}") from error


def _read_json(archive: zipfile.ZipFile, name: str, path: str) -> dict[str, Any]:
    try:
        found = json.loads(_read(archive, name, path))
    except ValueError as error:
        raise SavingError(f"{path!r} is damaged: {name} is no JSON ({error}).") from error
    if not isinstance(found, dict):
        raise SavingError(f"{path!r} is damaged: {name} holds no object.")
    return found
