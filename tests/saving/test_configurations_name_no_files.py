"""What a file configures opens no other file, whatever its arguments are called."""

from __future__ import annotations

import json

import pytest

import cornu
from cornu.configuration.config import deserialize, serialize
from cornu.errors import BadFileError, SavingError
from cornu.plugins import registry
from cornu_data.constructors import signature_parameters
from cornu_engine.files.rules import reading
from tests.attack.watch import watched
from tests.saving.models import LAYERS

KINDS = (
    "object",
    "layer",
    "optimizer",
    "loss",
    "metric",
    "initializer",
    "regularizer",
    "constraint",
)
PATHS = ["/etc/passwd", "http://127.0.0.1:9/v", "file:///etc/passwd", r"\\host\share\v", "gpu:0"]
CLASSES = {
    (entry.name, kind): entry.object
    for kind in KINDS
    for entry in registry.entries(kind)
    if isinstance(entry.object, type) and entry.name == entry.object.__name__
}


def _good(name):
    """Return a configuration of the class that loads."""
    if name in LAYERS:
        return serialize(LAYERS[name][0]())["config"]
    return {}


def _made(name, kind, config):
    """Make the object as a file would have it made; refusing it is fine."""
    try:
        with reading("a file"):
            return deserialize({"class_name": name, "config": config}, kind=kind)
    except BadFileError:
        return None


@pytest.mark.parametrize(("name", "kind"), CLASSES)
def test_no_argument_is_a_path(name, kind):
    arguments = sorted(signature_parameters(CLASSES[name, kind]))
    good = _good(name)
    _made(name, kind, good)  # what is imported for it is there then
    with watched() as seen:
        for argument in arguments:
            for path in PATHS:
                _made(name, kind, {**good, argument: path})
                _made(name, kind, {**good, argument: [path]})
                _made(name, kind, {**good, argument: {"class_name": path, "config": {}}})
        for path in PATHS:
            _made(name, kind, dict.fromkeys(arguments, path))
    assert not seen


LOOKUPS = ("StringLookup", "IntegerLookup", "TextVectorization")


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("1234567\nverysecret\nverysecret\n")
    return path


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("form", ["json", "yaml", "from_config", "deserialize"])
def test_a_vocabulary_is_no_path(name, form, secret):
    layer = {"class_name": name, "config": {"name": "v", "vocabulary": str(secret)}}
    model = {
        "class_name": "Sequential",
        "config": {"name": "m", "layers": [{"module": "keras.layers", **layer}]},
    }
    make = {
        "json": lambda: cornu.models.model_from_json(json.dumps(model)),
        "yaml": lambda: cornu.models.model_from_yaml(json.dumps(model)),
        "from_config": lambda: getattr(cornu.layers, name).from_config(layer["config"]),
        "deserialize": lambda: cornu.layers.deserialize(layer),
    }[form]
    with watched() as seen, pytest.raises(SavingError, match="no file of them") as caught:
        make()
    assert not seen
    assert "secret\n" not in str(caught.value)
    assert "verysecret" not in str(caught.value)
    assert "1234567" not in str(caught.value)


def test_whoever_makes_the_layer_may_name_a_file(secret):
    secret.write_text("a\nb\n")
    assert cornu.layers.StringLookup(vocabulary=secret).get_vocabulary() == ["[UNK]", "a", "b"]


@pytest.mark.parametrize("said", [{"backend": "opencl"}, {"check_numerics": True}, {"x": 1}])
def test_a_file_chooses_no_backend(said):
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    with pytest.raises(BadFileError, match="tells compile"), reading("a file"):
        model.compile_from_config({"optimizer": "sgd", "loss": "mse", **said})
