"""Check one row of ``features.jsonl``: a class, an argument, an import, a behaviour's test."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.coverage.behaviours import TESTS
from tests.coverage.signatures import documented, signature
from tests.coverage.symbols import MISSING, has_attribute, resolve

ROOT = Path(__file__).resolve().parents[2]

#: Owners that the rows call by their short name.
OWNERS = {
    "Sequential": "models.Sequential",
    "Model": "models.Model",
    "Layer": "layers.Layer",
    "Tokenizer": "preprocessing.text.Tokenizer",
    "ImageDataGenerator": "preprocessing.image.ImageDataGenerator",
    "CategoricalCrossentropy": "losses.CategoricalCrossentropy",
    "SGD": "optimizers.SGD",
    "Adam": "optimizers.Adam",
    "Callback": "callbacks.Callback",
    "ModelCheckpoint": "callbacks.ModelCheckpoint",
    "LearningRateScheduler": "callbacks.LearningRateScheduler",
    "History": "callbacks.History",
    "pad_sequences": "preprocessing.sequence.pad_sequences",
    "skipgrams": "preprocessing.sequence.skipgrams",
    "text_to_word_sequence": "preprocessing.text.text_to_word_sequence",
    "one_hot": "preprocessing.text.one_hot",
    "hashing_trick": "preprocessing.text.hashing_trick",
    "plot_model": "utils.plot_model",
}

#: Arguments whose row is prose: the callable and the names.
ARGUMENTS = {
    "S065": ("models.Model.fit", ["x"]),
    "S118": ("layers.Dense", ["input_dim"]),
    "S223": ("layers.Layer", ["activity_regularizer"]),
    "S274": (
        "preprocessing.image.ImageDataGenerator",
        [
            "featurewise_center",
            "samplewise_center",
            "featurewise_std_normalization",
            "samplewise_std_normalization",
        ],
    ),
}

_LAYER_MODULES = (
    "advanced_activations",
    "convolutional",
    "core",
    "embeddings",
    "local",
    "merge",
    "noise",
    "normalization",
    "pooling",
    "recurrent",
    "wrappers",
)

#: Import lines, as (module, names); no name: the module itself.
IMPORTS: dict[str, list[tuple[str, str]]] = {
    "S001": [("cornu", "losses optimizers layers regularizers initializers Model Input")],
    "S002": [("cornu.models", "Sequential")],
    "S003": [("cornu.layers", "Dense Activation")],
    "S004": [("cornu.optimizers", "SGD")],
    "S005": [("cornu", "keras")],
    "S006": [("cornu", "layers Sequential")],
    "S007": [("cornu", "optimizers losses")],
    "S008": [("cornu.models", "model_from_json model_from_yaml")],
    "S009": [("cornu.utils", "plot_model")],
    "S010": [("cornu.utils.vis_utils", "model_to_dot")],
    "S011": [(f"cornu.layers.{name}", "") for name in _LAYER_MODULES],
    "S012": [(f"cornu.preprocessing.{name}", "") for name in ("sequence", "text", "image")],
    "S013": [("cornu.wrappers.scikit_learn", "")],
    "S014": [("cornu.layers.advanced_activations", "LeakyReLU PReLU ELU")],
}

#: Rows that name something of TensorFlow, and what stands for it here.
STAND_INS = {
    "S095": "saved_model.save",
    "S096": "saved_model.load",
    "S097": "random.normal",
    "S098": "ops.argmax",
    "S099": "ops.reshape",
    "S100": "ops.nn.relu",
}

#: Strings that a facade's ``get`` must know.
STRINGS = {"S308": ("optimizers", "sgd"), "S333": ("initializers", "orthogonal")}


def _path(name: str) -> str:
    """Return the dotted path here of ``keras.layers.Dense``, ``Dense`` or ``Model.fit``."""
    if name.startswith("keras."):
        return "cornu." + name.removeprefix("keras.")
    owner, _, rest = name.partition(".")
    known = OWNERS.get(owner, f"layers.{owner}")
    return ".".join(filter(None, ("cornu", known, rest)))


def _objects(row: dict) -> str:
    if row["id"] in STAND_INS:
        names = [f"keras.{STAND_INS[row['id']]}"]
    else:
        names = row["symbol"].split(" / ")
    absent = [name for name in names if resolve(_path(name)) is MISSING]
    return f"no {', '.join(absent)}" if absent else ""


def _attribute(row: dict) -> str:
    return "" if has_attribute(_path(row["symbol"])) else "absent"


def _named_arguments(row: dict) -> tuple[list[str], list[str]]:
    """Return the callables and the parameter names that an argument's row speaks of."""
    if row["id"] in ARGUMENTS:
        owner, names = ARGUMENTS[row["id"]]
        return [f"cornu.{owner}"], names
    text = re.sub(r"\s*\(.*\)$", "", row["symbol"])  # "hash_function (None→python hash)"
    first, *others = re.split(r" / |, ", text)
    owner, _, name = first.rpartition(".")
    return [_path(part) for part in owner.split("/")], [name, *others]


def _arguments(row: dict) -> str:
    owners, names = _named_arguments(row)
    for owner in owners:
        target = resolve(owner)
        if target is MISSING:
            return f"no {owner}"
        for name in names:
            if name not in signature(target).parameters and not documented(name, target):
                return f"{owner} has no parameter {name}"
    return ""


def _imports(row: dict) -> str:
    for module, names in IMPORTS[row["id"]]:
        try:
            found = importlib.import_module(module)
            absent = [name for name in names.split() if not hasattr(found, name)]
        except ImportError:
            return f"no module {module}"
        if absent:
            return f"{module} has no {', '.join(absent)}"
    return ""


def _string(row: dict) -> str:
    if row["id"] not in STRINGS:
        return _behaviour(row)
    facade, name = STRINGS[row["id"]]
    try:
        resolve(f"cornu.{facade}").get(name)
    except Exception as error:  # whatever it is, a user would meet it too
        return f"{type(error).__name__} from get({name!r})"
    return ""


@cache
def _source(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""


def _behaviour(row: dict) -> str:
    test = TESTS.get(row["id"])
    if test is None:
        return "no test yet"
    path, _, name = test.partition("::")
    return "" if f"def {name}(" in _source(path) else f"no test {test}"


CHECKS: dict[str, Callable[[dict], str]] = {
    "class": _objects,
    "function": _objects,
    "method": _objects,
    "module": _objects,
    "attr": _attribute,
    "arg": _arguments,
    "import": _imports,
    "string-id": _string,
    "behaviour": _behaviour,
}


def check(row: dict) -> str:
    """Return what is wrong with the feature of ``row`` in a few words; "" if it is here."""
    return CHECKS[row["kind"]](row)
