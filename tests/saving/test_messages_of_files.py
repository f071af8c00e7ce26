"""Whatever texts a file holds, what is said about it cannot steer a terminal."""

from __future__ import annotations

import copy
import json
import re
import traceback
import warnings
import zipfile

import h5py
import pytest

import cornu
from cornu import errors, layers
from cornu.errors import BadFileError, CornuError
from cornu_preprocessing.feature_space import FeatureSpace
from cornu_preprocessing.text import Tokenizer, tokenizer_from_json

SIGNS = "\x1b[2J\x9b31m\r\x08\x00\u202e\u2028"
PLAIN = "<U+001B>[2J<U+009B>31m<U+000D><U+0008><U+0000><U+202E><U+2028>"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _everywhere(value, change):
    """Yield copies of JSON's data in which one text, or one key, is another."""
    if isinstance(value, str):
        yield change(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield change("")
    elif isinstance(value, list):
        for i, member in enumerate(value):
            for changed in _everywhere(member, change):
                yield [*value[:i], changed, *value[i + 1 :]]
    elif isinstance(value, dict):
        for key, member in value.items():
            for changed in _everywhere(member, change):
                yield {**value, key: changed}
            yield {**{k: v for k, v in value.items() if k != key}, change(key): member}


def _model():
    inputs = cornu.Input((4,), name="in")
    x = layers.Dense(3, activation="relu", kernel_regularizer="l2", name="a")(inputs)
    x = layers.Dropout(0.2, name="d")(layers.BatchNormalization(name="n")(x)) + 1.0
    model = cornu.Model(inputs, layers.Dense(1, name="out")(x), name="m")
    rate = cornu.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(cornu.optimizers.Adam(rate), "mse", metrics=["mae", cornu.metrics.AUC(name="u")])
    return model


def _keras(folder):
    path = folder / "m.keras"
    _model().save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def read(config):
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, json.dumps(config) if name == "config.json" else data)
        cornu.models.load_model(path).summary(print_fn=lambda line: None)

    return json.loads(members["config.json"]), read


def _h5(folder):
    path = folder / "m.h5"
    _model().save(path)
    with h5py.File(path) as file:
        config = {k: json.loads(file.attrs[k]) for k in ("model_config", "training_config")}

    def read(config):
        with h5py.File(path, "r+") as file:
            for key, value in config.items():
                file.attrs[key] = json.dumps(value)
        cornu.models.load_model(path)

    return config, read


def _space(folder):
    path = folder / "space.json"
    space = FeatureSpace({"a": "float_discretized", "b": "string_categorical"})
    space.adapt({"a": [1.0, 2.0], "b": ["x", "y"]})
    space.save(path)

    def read(config):
        path.write_text(json.dumps(config))
        FeatureSpace.load(path)

    return json.loads(path.read_text()), read


def _tokenizer(folder):
    tokenizer = Tokenizer(num_words=5)
    tokenizer.fit_on_texts(["a rose is a rose"])
    text = json.loads(tokenizer.to_json())
    return text, lambda config: tokenizer_from_json(json.dumps(config))


@pytest.mark.parametrize("kind", [_keras, _h5, _space, _tokenizer])
def test_no_text_of_a_file_steers_a_terminal(kind, tmp_path):
    config, read = kind(tmp_path)
    refused = 0
    for changed in _everywhere(copy.deepcopy(config), lambda text: text + SIGNS):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                read(changed)
            except (CornuError, ImportError) as error:
                refused += 1
                said = "".join(traceback.format_exception(error))
                assert not STEERS.search(said), said[-400:]
        assert not any(STEERS.search(str(warning.message)) for warning in caught)
    assert refused > 5


@pytest.mark.parametrize("cls", [c for c in map(errors.__dict__.get, errors.__all__)
                                 if isinstance(c, type) and issubclass(c, CornuError)])  # fmt: skip
def test_every_exception_of_ours_is_plain_text(cls):
    assert str(cls(f"a {SIGNS} b\nc")).startswith(f"a {PLAIN} b\nc")
    assert str(cls("größe × 3 ∇")).startswith("größe × 3 ∇")


def test_a_bad_file_says_its_rule():
    assert str(BadFileError("x\x1b", "json")) == "x<U+001B> (rule: json)"
