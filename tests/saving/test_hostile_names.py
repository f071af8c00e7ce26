"""A text that would end a comment of a program is no name, in whichever place a file has it."""

from __future__ import annotations

import copy
import json

import h5py
import pytest

import cornu
from cornu import layers
from cornu.errors import BadFileError
from tests.attack.watch import watched
from tests.saving.hostile import CONFIG, members, zipped

ENDS = ["\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]


def hostile(end):
    return f"a{end}    open('/tmp/cornu_was_here', 'w')"


def set_at(*path):
    """Return what puts a text in a place of a configuration."""

    def put(config, text):
        for key in path[:-1]:
            config = config[key]
        config[path[-1]] = text

    return put


def renamed(*path):
    """Return what calls a member of a dict by a text."""

    def put(config, text):
        for key in path[:-1]:
            config = config[key]
        config[text] = config.pop(path[-1])

    return put


COMPILED = "compile_config"
PLACES = {
    "model": set_at("config", "name"),
    "layer": set_at("config", "layers", 1, "config", "name"),
    "input": set_at("config", "layers", 0, "config", "name"),
    "class": set_at("config", "layers", 1, "class_name"),
    "module": set_at("config", "layers", 1, "module"),
    "dtype": set_at("config", "layers", 1, "config", "dtype"),
    "initializer's class": set_at(
        "config", "layers", 1, "config", "kernel_initializer", "class_name"),
    "optimizer": set_at(COMPILED, "optimizer", "config", "name"),
    "optimizer's class": set_at(COMPILED, "optimizer", "class_name"),
    "schedule": set_at(COMPILED, "optimizer", "config", "learning_rate", "config", "name"),
    "loss": set_at(COMPILED, "loss", "out", "config", "name"),
    "key of losses": renamed(COMPILED, "loss", "out"),
    "metric": set_at(COMPILED, "metrics", "out", 0, "config", "name"),
    "metric by name": set_at(COMPILED, "metrics", "out", 1),
    "key of metrics": renamed(COMPILED, "metrics", "out"),
}  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    inputs = cornu.Input((4,), name="in")
    model = cornu.Model(inputs, layers.Dense(1, name="out")(inputs), name="m")
    rate = cornu.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9, name="rate")
    model.compile(
        cornu.optimizers.Adam(rate, name="adam"),
        {"out": cornu.losses.MeanSquaredError(name="l")},
        metrics={"out": [cornu.metrics.MeanAbsoluteError(name="e"), "mse"]},
    )
    folder = tmp_path_factory.mktemp("good")
    model.save(folder / "m.keras")
    model.save(folder / "m.h5")
    return folder


def keras_file(good, path, put, text):
    found = members((good / "m.keras").read_bytes())
    config = json.loads(found[CONFIG])
    put(config, text)
    path.write_bytes(zipped({**found, CONFIG: json.dumps(config)}))


def hdf5_file(good, path, put, text):
    config = json.loads(members((good / "m.keras").read_bytes())[CONFIG])
    put(config, text)
    path.write_bytes((good / "m.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["training_config"] = json.dumps(config.pop(COMPILED))
        file.attrs["model_config"] = json.dumps(config)


WRITE = {"keras": keras_file, "h5": hdf5_file}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("format", WRITE)
def test_a_text_that_ends_a_line_is_no_name(place, format, good, tmp_path):
    path = tmp_path / "file"
    for end in ENDS:
        WRITE[format](good, path, PLACES[place], hostile(end))
        with watched(tmp_path) as seen, pytest.raises(BadFileError) as caught:
            cornu.models.load_model(path)
        assert caught.value.rule == "names", caught.value
        assert len(str(caught.value).splitlines()) == 1
        assert not seen


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("read", ["model_from_json", "model_from_yaml"])
def test_texts_alone(place, read, good):
    config = json.loads(members((good / "m.keras").read_bytes())[CONFIG])
    changed = copy.deepcopy(config)
    PLACES[place](changed, hostile("\n"))
    changed.pop(COMPILED)
    if changed == {k: v for k, v in config.items() if k != COMPILED}:
        return  # a place of the training alone
    with pytest.raises(BadFileError) as caught:
        getattr(cornu.models, read)(json.dumps(changed))
    assert caught.value.rule == "names"


def test_names_as_keras_has_them_still_load(tmp_path):
    inputs = cornu.Input((4,), name="größe 1.x")
    model = cornu.Model(inputs, layers.Dense(1, name="слой (2)")(inputs), name="m-v1.0")
    model.compile(cornu.optimizers.Adam(name="my adam"), "mse", metrics=["mae"])
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        again = cornu.models.load_model(tmp_path / name)
        assert [x.name for x in again.layers] == ["größe 1.x", "слой (2)"]
