"""What Cornu is told of the files of Keras 2 and tf_keras: the formats, and their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from cornu.base import Layer
from cornu.plugins import registry
from cornu.saving.formats import FileFormat
from cornu.saving.reader import Reader
from cornu.saving.training_state import read_state
from cornu_data.files.plan import Plan
from cornu_data.files.words import Pair, Words
from cornu_engine.errors import BadFileError
from cornu_engine.files.hdf5 import Dataset, Group, open_hdf5
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import Limits
from cornu_engine.variable import Variable
from cornu_keras.files.dialect import Dialect
from cornu_keras.files.places import is_place, put_bytes, spooled
from cornu_keras.files.slots import match_slots
from cornu_keras.files.training import upgrade_training
from cornu_keras.files.upgrade import upgrade, with_operations, without_slashes
from cornu_keras.files.weights import is_keras2_weights, plan_keras2_weights, stored_layers
from cornu_keras.files.writing import write_hdf5_model, write_keras2_weights
from cornu_keras.files.yamltext import read_yaml, write_yaml

_CONFIG, _TRAINING, _WEIGHTS = "model_config", "training_config", "model_weights"


class DialectWords(Words):
    """Words of a dialect: Keras 2, tf_keras, or Keras 3 where it writes HDF5."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def model(self, config: Any) -> Any:
        """Return the configuration of a model in Keras 3's words."""
        if self.dialect.is_keras3:
            return with_operations(config)
        parted = registry.meant("layer", "Layer", Layer)._may_have_parts
        return upgrade(config if parted else without_slashes(config), self.dialect)

    def training(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return what `Model.compile_from_config` takes."""
        if self.dialect.is_keras3 and "optimizer_config" not in config:
            return config
        return upgrade_training(config, self.dialect)

    def slots(
        self,
        optimizer: Any,
        weights: Sequence[Variable],
        stored: Sequence[Any],
        names: Sequence[str] | None,
    ) -> list[Pair] | None:
        """Return (variable of the optimizer, array of the file), None where they do not fit."""
        return match_slots(optimizer, weights, stored, names, self.dialect)


class Hdf5(FileFormat):
    """Keras 2's HDF5: a whole model, or a group of weights per layer."""

    endings = ("h5", "hdf5")
    signature = b"\x89HDF\r\n\x1a\n"

    def takes(self, place: Any) -> bool:
        """Tell whether it reads and writes an object: open groups of h5py, and binary streams."""
        return is_place(place)

    def spooled(self, place: Any) -> AbstractContextManager[str]:
        """Give the path of a file of what such an object holds, as long as a block lasts."""
        return spooled(place)

    def put(self, place: Any, data: Any, overwrite: bool) -> None:
        """Put an HDF5 file, given as bytes, into such an object."""
        put_bytes(place, data, overwrite)

    def write_model(
        self, model: Any, filepath: Any, overwrite: bool, include_optimizer: bool
    ) -> None:
        """Write a model to one file."""
        write_hdf5_model(model, filepath, overwrite, include_optimizer)

    def read_model(self, path: str, limits: Limits, compile: bool) -> Any:
        """Return the model in a file."""
        with open_hdf5(path, limits) as root:
            config = self.configuration(root, limits)
            if config is None:
                raise BadFileError(
                    "The file holds no model. If it holds weights, build the model and call "
                    "model.load_weights.",
                    "kind",
                )
            words = DialectWords(Dialect.of(root.attribute("keras_version")))
            weights = root.group(_WEIGHTS)
            if weights is None:
                raise BadFileError("The file holds a model without weights.", "damaged")
            text = root.attribute(_TRAINING) if compile else None
            training = None if text is None else read_json(text, limits, _TRAINING)
            reader = Reader(config, weights, limits, words, training)
            if training is not None:
                reader.compile(training)
                state = root.group("optimizer_weights")
                if state is not None:
                    names = state.texts("weight_names") or []
                    reader.set_optimizer([state.get(name) for name in names], names)
            read_state(reader.model, root)
            return reader.model

    def words(self, version: str | None) -> Words | None:
        """Return the words of the Keras of a version before 3."""
        return DialectWords(Dialect.of(version))

    def write_weights(self, model: Any, file: Any) -> None:
        """Write the weights of a model into an open HDF5 file."""
        write_keras2_weights(model, file)

    def weights(self, root: Group) -> Group | None:
        """Return the group that lists the layers."""
        group = root
        if root.attribute(_CONFIG) is not None:
            group = root.group(_WEIGHTS) or root
        return group if is_keras2_weights(group) else None

    def configuration(self, root: Group, limits: Limits) -> Any:
        """Return the configuration of the model in a file, None in one of weights alone."""
        text = root.attribute(_CONFIG)
        return None if text is None else read_json(text, limits, _CONFIG)

    def arrays(self, weights: Group) -> Iterator[list[Dataset]]:
        """Yield the arrays of each layer, in order."""
        return (list(arrays.values()) for arrays in stored_layers(weights).values())

    def plan_weights(self, model: Any, weights: Group, plan: Plan, by_name: bool) -> None:
        """Note which array goes into which variable."""
        plan_keras2_weights(model, weights, plan, by_name)


class Yaml(FileFormat):
    """Architectures as YAML, which Keras 2 wrote."""

    language = "yaml"

    def write_text(self, config: Any, **kwargs: Any) -> str:
        """Return a configuration as YAML."""
        return write_yaml(config, **kwargs)

    def read_text(self, text: Any, limits: Limits) -> Any:
        """Return the configuration that a YAML text holds."""
        return read_yaml(text, limits)
