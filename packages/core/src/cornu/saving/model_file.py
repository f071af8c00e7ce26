"""Whole models in one file."""

from __future__ import annotations

import os
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from cornu.base.layer.layer import Layer
from cornu.configuration.config import deserialize, serialize
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving.formats import format_of_place, format_to_write, formats, missing, words_of
from cornu.saving.reader import Reader
from cornu.saving.training_state import read_state, write_state
from cornu.saving.wanted import warn_of_placeholders
from cornu.saving.weights import write_weights
from cornu_data.files.config_names import config_text
from cornu_data.files.file_kinds import ZIP_SIGNATURE, check_is_file, file_at, kind_of_file
from cornu_data.files.plan import hdf5_bytes
from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import CONFIG, METADATA, MODEL, PROGRAM, WEIGHTS, Archive
from cornu_engine.files.atomic import atomically
from cornu_engine.files.hdf5 import open_hdf5
from cornu_engine.files.jsontext import read_json, write_json
from cornu_engine.files.rules import Limits, limits_for, reading
from cornu_ops.files.keras_words import in_keras_words, warn_of_calls
from cornu_ops.files.snake_case import snake_case
from cornu_ops.random.seed import is_seeded, restore_seed_state, seed_state

_LONGEST_SIGNATURE = 64  # bytes
KERAS_VERSION = "3.15.1"  # whose layout is written; what a reader of the file decides by


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: Any = None,
    include_optimizer: bool = True,
    **kwargs: Any,
) -> None:
    """Write architecture, weights, compile arguments and training state to one file.

    The file is written beside the old one and takes its name at the end, so a crash leaves one of
    the two whole.

    Parameters
    ----------
    model : Model or Layer
    filepath : path
        Ending in `.keras` for the zip of Keras 3, in `.h5` for the HDF5 of Keras 2; of any other
        name it is the zip. Missing folders are made. What is in a file is told by its bytes, so any
        name will do. With cornu-keras also an open `h5py.File` or group, or a binary stream.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    zipped : bool, optional
        Accepted for Keras' sake; the zip is one file, never a folder.
    include_optimizer : bool
        Whether to write compile arguments and the optimizer's state.
    **kwargs
        `save_format` of tf.keras: "h5" or "keras", whatever the name says.

    Raises
    ------
    SavingError
        If the model holds an object without `get_config`, which no file could bring back. Functions
        are written as their names, and lambdas as a placeholder, with a warning.
    """
    save_format = kwargs.pop("save_format", None)
    if kwargs:
        raise TypeError(f"save_model() does not take {', '.join(map(repr, kwargs))}.")
    if zipped is False:
        raise ValueError(
            "zipped=False asks for a folder of files; Cornu writes one file, which is there whole "
            "or not at all. Leave zipped out."
        )
    file_format = format_to_write(filepath, save_format)
    if file_format is not None:
        file_format.write_model(model, filepath, overwrite, include_optimizer)
        return
    if not os.path.splitext(os.fspath(filepath))[1]:
        warnings.warn(
            f"{os.fspath(filepath)!r} has no extension: it is written as one .keras file of that "
            "name, which load_model reads. Write .keras or .h5 to choose.",
            stacklevel=3,
        )
    write_members(filepath, model_members(model, include_optimizer), overwrite)


def model_members(model: Any, include_optimizer: bool = True) -> dict[str, Any]:
    """Return what a `.keras` file of the model as it is now holds: bytes by the names of its parts.

    Parameters
    ----------
    model : Model
    include_optimizer : bool
        As in `save_model`.
    """
    config = serialize(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    warn_of_placeholders(config, stacklevel=4)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    config = in_keras_words(config)
    warn_of_calls(config, stacklevel=4)
    return {
        METADATA: write_json(metadata),
        CONFIG: config_text(config),
        WEIGHTS: hdf5_bytes(lambda file: _write_weights(model, file, include_optimizer)),
    }


def write_members(filepath: Any, members: Mapping[str, Any], overwrite: bool = True) -> None:
    """Write what `model_members` returned, as a file that is there whole or not at all.

    Parameters
    ----------
    filepath : path
    members : dict
    overwrite : bool
        Whether an existing file may be replaced.
    """
    with atomically(filepath, overwrite) as temporary, zipfile.ZipFile(temporary, "x") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _write_weights(model: Any, file: Any, include_optimizer: bool) -> None:
    if model.built:
        write_weights(model, file, with_optimizer=include_optimizer)
        if include_optimizer:
            write_state(model, file)


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    max_bytes: int | None = None,
) -> Any:
    """Read a model, or a layer, that Cornu, Keras 2.2 or 2.3, tf_keras or Keras 3 wrote.

    Parameters
    ----------
    filepath : path
        What is in the file is told by its bytes, not by its name. Of a folder of steps, the newest
        file. With cornu-keras also an open `h5py.File` or group, or a binary stream.
    custom_objects : dict, optional
        Names in the file, and the classes and functions they stand for.
    compile : bool
        Whether to compile the model as it was, so that training goes on.
    safe_mode : bool
        Only True: a file never runs code.
    max_bytes : int, optional
        Bytes that the arrays of the file may take; by default 8 times its size.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadFileError
        If the file breaks one of the rules of `cornu_engine.files.rules`; `.rule` names it.
    """
    if not safe_mode:
        deserialize(None, safe_mode=False)  # raises, saying why
    place = format_of_place(filepath)
    if place is not None:
        with place.spooled(filepath) as path:
            return load_model(path, custom_objects, compile, max_bytes=max_bytes)
    path = file_at(os.fspath(filepath))
    check_is_file(path, "model file")
    limits = limits_for(path, max_bytes)
    seeds = seed_state()
    try:
        with reading(path, limits), CustomObjectScope(custom_objects or {}):
            return _reader_of(path)(path, limits, compile)
    finally:
        if is_seeded():
            restore_seed_state(seeds)  # reading a file is no step of a seeded script


def _reader_of(path: str) -> Callable[[str, Limits, bool], Any]:
    """Return what reads the models in files that begin as this one."""
    with open(path, "rb") as file:
        first = file.read(_LONGEST_SIGNATURE)
    if first.startswith(ZIP_SIGNATURE):
        return _read_zip
    for one in formats():
        if one.signature and first.startswith(one.signature):
            return one.read_model
    kind_of_file(path)  # raises for what is no HDF5 either
    raise missing("A whole model in HDF5")


def _read_zip(path: str, limits: Limits, compile: bool) -> Any:
    with open(path, "rb") as file:
        archive = Archive(file, limits, None)
        config = read_json(archive.text(CONFIG), limits, CONFIG)
        if config.get("format") == PROGRAM:
            raise BadFileError(
                "It holds an exported program: open it with cornu.saved_model.load.", "kind"
            )
        archive.hold_to(MODEL)
        _give_vocabularies(config, archive)
        metadata = {}
        if METADATA in archive:
            metadata = read_json(archive.text(METADATA), limits, METADATA)
        words = words_of(metadata.get("keras_version", KERAS_VERSION))
        training = config.pop("compile_config", None) if compile else None
        config.pop("compile_config", None)
        with open_hdf5(archive.open(WEIGHTS), limits) as root:
            reader = Reader(config, root, limits, words, training, kind=Layer)
            if training:
                reader.compile(training)
                state = root.group("optimizer/vars")
                if state is not None:
                    stored = [state.get(str(i)) for i in range(len(state.names()))]
                    reader.set_optimizer(stored, None)
                read_state(reader.model, root)
            elif root.group("cornu") is not None:
                read_state(reader.model, root)
            return reader.model


def _give_vocabularies(config: dict[str, Any], archive: Archive, path: str = "") -> None:
    """Put the vocabularies that Keras keeps beside the weights into the layers' configurations."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    counts: Counter[str] = Counter()
    for entry in layers if isinstance(layers, list) else ():
        name = snake_case(str(entry["class_name"]))
        place = f"{path}layers/{name}_{counts[name]}" if counts[name] else f"{path}layers/{name}"
        counts[name] += 1
        text = archive.assets(place).get("vocabulary.txt")
        if text is not None:
            learned = {
                "vocabulary": text.decode("utf-8").split("\n"),
                "has_input_vocabulary": False,
            }
            entry["config"].update(learned)
        _give_vocabularies(entry, archive, f"{place}/")
