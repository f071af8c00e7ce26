"""Whole models in one file."""

from __future__ import annotations

import os
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import Any

from cornu.base.naming import snake_case
from cornu.configuration.config import deserialize, serialize
from cornu.configuration.names import check_names
from cornu.models.ends import Ends
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving.keras2.dialect import Dialect
from cornu.saving.keras2.slots import match_slots
from cornu.saving.keras2.training import upgrade_training
from cornu.saving.keras2.upgrade import upgrade, with_operations, without_slashes
from cornu.saving.keras2.writing import write_hdf5_model
from cornu.saving.kinds import HDF5, check_is_file, kind_of_file
from cornu.saving.operations import in_keras_words, warn_of_calls
from cornu.saving.plan import Plan, hdf5_bytes
from cornu.saving.training_state import read_state, write_state
from cornu.saving.wanted import check_wanted, warn_of_placeholders
from cornu.saving.weights import plan_weights, write_weights
from cornu_engine.allowance import spend
from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import CONFIG, METADATA, MODEL, PROGRAM, WEIGHTS, Archive
from cornu_engine.files.atomic import atomically
from cornu_engine.files.hdf5 import Dataset, Group, open_hdf5
from cornu_engine.files.jsontext import read_json, write_json
from cornu_engine.files.rules import Limits, limits_for, reading
from cornu_engine.seed import is_seeded, restore_seed_state, seed_state
from cornu_engine.variable import Pending, without_memory

_WORK_OF_A_STEP = 50  # of each call of a layer, once the model is used
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
    model : Model
    filepath : path
        Ending in `.keras` for the zip of Keras 3, in `.h5` for the HDF5 of Keras 2; of any other
        name it is the zip. Missing folders are made. What is in a file is told by its bytes, so any
        name will do.
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
    if _is_hdf5(filepath, save_format):
        write_hdf5_model(model, filepath, overwrite, include_optimizer)
        return
    if not os.path.splitext(os.fspath(filepath))[1]:
        warnings.warn(
            f"{os.fspath(filepath)!r} has no extension: it is written as one .keras file of that "
            "name, which load_model reads. Write .keras or .h5 to choose.",
            stacklevel=3,
        )
    config = serialize(model)
    if not include_optimizer:
        config.pop("compile_config", None)
    warn_of_placeholders(config, stacklevel=3)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    config = in_keras_words(config)
    warn_of_calls(config, stacklevel=3)
    members: dict[str, Any] = {
        METADATA: write_json(metadata),
        CONFIG: write_json(config),
        WEIGHTS: hdf5_bytes(lambda file: _write_weights(model, file, include_optimizer)),
    }
    with atomically(filepath, overwrite) as temporary, zipfile.ZipFile(temporary, "x") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _is_hdf5(filepath: Any, save_format: str | None) -> bool:
    if save_format not in (None, "h5", "hdf5", "keras"):
        raise ValueError(f"save_format={save_format!r}: 'keras' and 'h5' are written.")
    if save_format is not None:
        return save_format != "keras"
    return os.fspath(filepath).lower().endswith((".h5", ".hdf5"))


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
    """Read a model that Cornu, Keras 2.2 or 2.3, tf_keras or Keras 3 wrote.

    Parameters
    ----------
    filepath : path
        What is in the file is told by its bytes, not by its name.
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
    path = os.fspath(filepath)
    check_is_file(path, "model file")
    limits = limits_for(path, max_bytes)
    seeds = seed_state()
    try:
        with reading(path, limits), CustomObjectScope(custom_objects or {}):
            read = _read_hdf5 if kind_of_file(path) == HDF5 else _read_zip
            return read(path, limits, compile)
    finally:
        if is_seeded():
            restore_seed_state(seeds)  # reading a file is no step of a seeded script


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
        dialect = Dialect.of(str(metadata.get("keras_version", KERAS_VERSION)))
        training = config.pop("compile_config", None) if compile else None
        config.pop("compile_config", None)
        with open_hdf5(archive.open(WEIGHTS), limits) as root:
            reader = _Reader(config, root, root, limits, dialect, training)
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


def _read_hdf5(path: str, limits: Limits, compile: bool) -> Any:
    with open_hdf5(path, limits) as root:
        text = root.attribute("model_config")
        if text is None:
            raise BadFileError(
                "The file holds no model. If it holds weights, build the model and call "
                "model.load_weights.",
                "kind",
            )
        config = read_json(text, limits, "model_config")
        dialect = Dialect.of(root.attribute("keras_version"))
        weights = root.group("model_weights")
        if weights is None:
            raise BadFileError("The file holds a model without weights.", "damaged")
        text = root.attribute("training_config") if compile else None
        training = None if text is None else read_json(text, limits, "training_config")
        reader = _Reader(config, weights, root, limits, dialect, training)
        if training is not None:
            reader.compile(training)
            state = root.group("optimizer_weights")
            if state is not None:
                names = state.texts("weight_names") or []
                reader.set_optimizer([state.get(name) for name in names], names)
        read_state(reader.model, root)
        return reader.model


class _Reader:
    """Makes a model from its configuration, then gives it what the file holds."""

    def __init__(
        self,
        config: Any,
        weights: Group,
        root: Group,
        limits: Limits,
        dialect: Dialect,
        training: Any = None,
    ) -> None:
        self.limits, self.dialect = limits, dialect
        if not dialect.is_keras3:
            config = upgrade(without_slashes(config), dialect)
        elif weights is not root:
            config = with_operations(config)
        self.order = _layer_names(config)
        check_names(config)
        check_wanted(config, training)
        with without_memory(limits.total) as pending:
            self.model = deserialize(config, kind="layer")
            if not isinstance(self.model, Ends):
                raise BadFileError(f"The file describes {self.model!r}, no model.", "config")
            spend(_WORK_OF_A_STEP * calls_within(self.model))
            if self.model.built:
                plan = Plan()
                plan_weights(self.model, weights, plan)
                self._give_memory(plan, pending)
            elif _holds_weights(weights):
                raise BadFileError(
                    "The file holds weights, but does not say for inputs of which shape the model "
                    "was built. Make the model, build it and call load_weights.",
                    "shapes",
                )

    def _give_memory(self, plan: Plan, pending: Pending) -> None:
        left = [v for v in self.model.variables if v in pending.makers and not plan.has([v])]
        for variable in left:
            pending.draw(variable.shape, variable.dtype.itemsize)
        makers = dict(pending.makers)
        plan.carry_out(pending)
        for variable in left:
            if not variable.has_memory:
                variable.fill(makers[variable]().astype(variable.dtype))

    def compile(self, config: dict[str, Any]) -> None:
        """Compile the model as a file says."""
        model = self.model
        if not self.dialect.is_keras3 or "optimizer_config" in config:
            config = upgrade_training(config, self.dialect)
        check_names(config, "compile_config")
        held = sum(v.size * v.dtype.itemsize for v in model.variables)
        with without_memory(self.limits.total + 16 * held):  # slots, and all of them side by side
            model.compile_from_config(config)

    def set_optimizer(self, stored: list[Any], names: list[str] | None) -> None:
        """Set the state of the optimizer, if the file holds one for these weights."""
        model = self.model
        optimizer = model.optimizer
        if optimizer is None or not model.built or not stored:
            return
        pairs = None
        if all(isinstance(x, Dataset) for x in stored):  # Keras 3's Adafactor leaves gaps
            pairs = match_slots(optimizer, self._trained(), stored, names, self.dialect)
        if pairs is None:
            warnings.warn(
                f"The state of {optimizer.name!r} is not loaded: the {len(stored)} arrays in the "
                "file do not fit these weights. Training goes on with a fresh one.",
                stacklevel=6,
            )
            return
        plan = Plan()
        for variable, value in pairs:
            plan.add(variable, value)
        plan.carry_out()

    def _trained(self) -> list[Any]:
        """Return what is trained in the order of the file's layers."""
        own = list(self.model.trainable_variables)
        known = {layer.name: layer for layer in self.model.layers}
        if set(self.order) < set(known) or not set(known) <= set(self.order):
            return own
        ordered = [v for name in self.order if name in known
                   for v in known[name].trainable_variables]  # fmt: skip
        unique = list({id(v): v for v in ordered}.values())
        return unique if len(unique) == len(own) else own


def calls_within(model: Any) -> int:
    """Return how many calls of layers a call of a model leads to: models in it call theirs.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> twice = cornu.Model(x, (x + 1.0) * 2.0)
    >>> calls_within(cornu.Model(x, twice(twice(x))))
    7
    """
    known: dict[int, int] = {}

    def count(operation: Any) -> int:
        graph = getattr(operation, "_graph", None)
        if graph is None:
            return 1
        if id(operation) not in known:
            nodes = [node for node in graph.nodes if not node.is_input]
            known[id(operation)] = len(nodes) and 1 + sum(count(node.operation) for node in nodes)
        return known[id(operation)]

    return count(model)


def _layer_names(config: dict[str, Any]) -> list[str]:
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    names = []
    for entry in layers if isinstance(layers, list) else ():
        below = entry.get("config") if isinstance(entry, dict) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        names.append(str(name or (below.get("name") if isinstance(below, dict) else "")))
    return names


def _holds_weights(root: Group) -> bool:
    return any(isinstance(item, Dataset) for item in root.walk()
               if not item.path.startswith(("cornu", "optimizer")))  # fmt: skip
