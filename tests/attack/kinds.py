"""Kinds of files, one row each: how to make a good one, how to read it, what reading may raise.

A new kind is a row: a function from a folder to the path of a good file, and one that reads it.
"""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import cornu
from cornu import layers
from cornu.errors import BadFileError, DataError, NotBuiltError, SavingError, ShapeError
from cornu_data.encoding import read_values, write_values
from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.feature_space import FeatureSpace
from cornu_preprocessing.text import Tokenizer, tokenizer_from_json
from tests.attack import arrays, exports, programs

GOLDEN = Path(__file__).parent.parent / "saving" / "golden"
EXPORTED = Path(__file__).parents[2] / "packages/export/tests/golden/cornu-0.1.0"


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes
    ----------
    make : callable
        From a folder to the path of a good file in it.
    read : callable
        Reads a path, and uses what was read as far as that costs little.
    raises : tuple of exceptions
        What reading may raise.
    texts : callable, optional
        From the bytes of a file to the JSON texts in it, by name.
    with_texts : callable, optional
        From the bytes of a file and other texts to the bytes of a file with these.
    hostile : callable, optional
        From a seed to the bytes of a hostile file, for a kind that is changed in ways of its own.
    check : callable, optional
        From what was read to what is wrong with it, if anything; it is not watched.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], Any]
    raises: tuple[type[Exception], ...]
    texts: Callable[[bytes], dict[str, str]] | None = None
    with_texts: Callable[[bytes, dict[str, str]], bytes] | None = None
    hostile: Callable[[int], bytes] | None = None
    check: Callable[[Any], str] | None = None


def _model() -> Any:
    cornu.set_seed(0)
    inputs = cornu.Input((4,), name="in")
    x = layers.Dense(3, activation="relu", kernel_regularizer="l2", name="a")(inputs)
    x = layers.Dropout(0.2)(layers.BatchNormalization(name="n")(x)) + 1.0
    model = cornu.Model(inputs, layers.Dense(1, name="out")(x), name="m")
    rate = cornu.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(cornu.optimizers.Adam(rate), "mse", metrics=["mae", cornu.metrics.AUC(name="u")])
    return model


def _saved(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        model = _model()
        model.save_weights(path) if "weights" in name else model.save(path)
        return path

    return make


def _golden(name: str) -> Callable[[Path], Path]:
    return lambda folder: GOLDEN / name


def _written(name: str, text: Callable[[], str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(text(), encoding="utf-8")
        return folder / name

    return make


def _load(path: Path) -> None:
    """Load a model, and use it as a script would, where it takes what the good one takes."""
    model = cornu.models.load_model(path)
    model.get_config()
    model.summary(print_fn=lambda line: None)


_target: list[Any] = []


def _load_weights(path: Path) -> None:
    if not _target:
        _target.append(_model())
    _target[0].load_weights(path)


def _npz(folder: Path) -> Path:
    path = folder / "data.npz"
    np.savez(path, x=np.arange(12.0).reshape(3, 4), y=np.array([[1, 2], [3]], dtype=object))
    return path


def _backup(folder: Path) -> Path:
    path = folder / "latest.backup"
    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")

    class Save(cornu.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.training_run.save(path)

    _model().fit(x, y, epochs=1, verbose=0, callbacks=[Save()])
    return path


def _resume(path: Path) -> None:
    """Begin a training with the backup, which falls back to the older one if this is damaged."""
    folder = path.parent
    latest, previous = folder / "latest.backup", folder / "previous.backup"
    if not previous.exists():
        previous.write_bytes(_backup(folder).read_bytes())
    latest.write_bytes(path.read_bytes())
    callback = cornu.callbacks.BackupAndRestore(folder, delete_checkpoint=False)
    model = _model()

    class Stop(cornu.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.model.stop_training = True

    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
    model.fit(x, y, epochs=1, verbose=0, callbacks=[callback, Stop()])


def _values(folder: Path) -> Path:
    write_values(folder / "values", {"epoch": 3, "order": (np.arange(5), None), "a": [1.5, "b"]})
    return folder / "values"


def _tokenizer() -> str:
    tokenizer = Tokenizer(num_words=50, oov_token="?")
    tokenizer.fit_on_texts(["a rose is a rose", "a daisy"])
    return tokenizer.to_json()


def _read_tokenizer(path: Path) -> None:
    tokenizer = tokenizer_from_json(path.read_text(encoding="utf-8", errors="surrogateescape"))
    tokenizer.texts_to_sequences(["a rose"])


def _feature_space(folder: Path) -> Path:
    table = {"age": np.array([20.0, 40.0]), "city": np.array(["Rome", "Oslo"])}
    space = FeatureSpace(
        {"age": "float_discretized", "city": "string_categorical"}, crosses=[("age", "city")]
    )
    space.adapt(table)
    space.save(folder / "space.json")
    return folder / "space.json"


def _encode(path: Path) -> None:
    space = FeatureSpace.load(path)
    space.get_config()
    with contextlib.suppress(DataError, ShapeError):  # the table may not be one of its own
        space({"age": np.array([30.0]), "city": np.array(["Bonn"])})


def _zip_texts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n).decode() for n in archive.namelist() if n.endswith(".json")}


def _zip_with(data: bytes, texts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(buffer, "w") as changed,
    ):
        for name in archive.namelist():
            changed.writestr(name, texts.get(name, archive.read(name)))
    return buffer.getvalue()


_OF_HDF5 = ("model_config", "training_config")


def _hdf5_texts(data: bytes) -> dict[str, str]:
    with h5py.File(io.BytesIO(data), "r") as file:
        found = {name: file.attrs[name] for name in _OF_HDF5 if name in file.attrs}
    return {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in found.items()}


def _hdf5_with(data: bytes, texts: dict[str, str]) -> bytes:
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        for name, text in texts.items():
            file.attrs[name] = text
    return buffer.getvalue()


def _text(data: bytes) -> dict[str, str]:
    return {"text": data.decode()}


def _from_text(data: bytes, texts: dict[str, str]) -> bytes:
    return texts["text"].encode("utf-8", "surrogatepass")


def _read_text(read: Callable[[Any], Any]) -> Callable[[Path], None]:
    return lambda path: read(path.read_bytes()).get_config() and None


def _exported(folder: Path) -> Path:
    programs.warm_up(folder)
    _model().export(folder / "m.cornu", verbose=False)
    return folder / "m.cornu"


def _first_version(folder: Path) -> Path:
    programs.warm_up(folder)
    return EXPORTED / "dense.cornu"


@cache
def _programs() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return [path.read_bytes() for path in programs.export_all(Path(folder))]


@cache
def _operations() -> list[dict[str, Any]]:
    return [bad for op in programs.case_rows() for _, bad in programs.hostile_attributes(op)]


def _of_programs(seed: int) -> bytes:
    return programs.mutated(_programs()[seed % len(_programs())], seed)


def _of_operations(seed: int) -> bytes:
    found = _operations()
    return programs.file_of(found[seed * 1009 % len(found)])  # a few show all operations


def _of_arrays(seed: int) -> bytes:
    return arrays.with_other_arrays(_programs()[seed % len(_programs())], seed)


def _numbered(folder: Path) -> Path:
    (folder / "seed").write_text("0")
    exports.from_script(folder / "seed")  # the first time looks for plugins
    return folder / "seed"


_FILE = (BadFileError, NotBuiltError)
_PROGRAM = (BadFileError, DataError, ShapeError)  # zeros may not fit the inputs
_ZIP, _HDF5, _JSON = (_zip_texts, _zip_with), (_hdf5_texts, _hdf5_with), (_text, _from_text)

KINDS = {
    ".keras": Kind(_saved("m.keras"), _load, _FILE, *_ZIP),
    ".keras of Keras 3": Kind(_golden("k3/whole.keras"), _load, _FILE, *_ZIP),
    ".h5": Kind(_saved("m.h5"), _load, _FILE, *_HDF5),
    ".h5 of Keras 2": Kind(_golden("k231/opt_Adam.h5"), _load, _FILE, *_HDF5),
    ".h5 of Keras 3": Kind(_golden("k3/whole.h5"), _load, _FILE, *_HDF5),
    ".weights.h5": Kind(_saved("m.weights.h5"), _load_weights, _FILE),
    "weights of Keras 2": Kind(_saved("weights.h5"), _load_weights, _FILE),
    "JSON": Kind(
        _written("m.json", lambda: _model().to_json()),
        _read_text(cornu.models.model_from_json), _FILE, *_JSON),
    "YAML": Kind(
        _written("m.yaml", lambda: json.dumps(json.loads(_model().to_json()))),
        _read_text(cornu.models.model_from_yaml), _FILE, *_JSON),
    ".npz": Kind(_npz, read_npz, (DataError,)),
    "values": Kind(_values, read_values, (SavingError,)),
    "backup": Kind(_backup, _resume, ()),
    "tokenizer": Kind(
        _written("t.json", _tokenizer), _read_tokenizer, (DataError,), *_JSON),
    "FeatureSpace": Kind(_feature_space, _encode, (BadFileError,), *_JSON),
    ".cornu": Kind(_exported, programs.served, _PROGRAM, *_ZIP),
    ".cornu of version 1": Kind(_first_version, programs.served, _PROGRAM, *_ZIP),
    "arrays": Kind(_exported, programs.served, _PROGRAM, hostile=_of_arrays),
    "exported programs": Kind(_exported, programs.served, _PROGRAM, hostile=_of_programs),
    "operations": Kind(_exported, programs.served, _PROGRAM, hostile=_of_operations),
    "exports of files": Kind(
        _saved("m.keras"), exports.from_file, _FILE,
        hostile=exports.hostile_file, check=exports.unusable),
    "exports of models": Kind(
        _numbered, exports.from_script, (),
        hostile=lambda seed: str(seed).encode(), check=exports.unusable),
    "files to convert": Kind(
        _saved("m.keras"), exports.converted, (), hostile=exports.hostile_to_convert),
}  # fmt: skip
