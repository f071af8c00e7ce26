"""Weights files and model files: layout, mismatches, atomic writes."""

from __future__ import annotations

import json
import os
import re
import zipfile

import h5py
import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base import Layer
from cornu.errors import BadFileError, MissingDistributionError, NotBuiltError, SavingError
from cornu.installing import how_to_install
from cornu.models import load_model
from cornu.plugins import hookimpl, registry
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving.formats import FileFormat
from cornu_engine.files.atomic import atomically

RNG = np.random.default_rng(1)


@pytest.fixture
def known(parts):
    with CustomObjectScope({"Linear": parts.Linear, "Counter": parts.Counter}):
        yield parts


def stack(parts, sizes=(3, 2), names=(None, None)):
    layers = [parts.Linear(n, name=name) for n, name in zip(sizes, names, strict=True)]
    model = cornu.Sequential([cornu.Input((4,)), *layers], name="s")
    model.set_weights([RNG.normal(size=w.shape).astype("float32") for w in model.weights])
    return model


def graph(parts):
    x = cornu.Input((4,), name="x")
    y = stack(parts)(parts.Linear(4)(x)) + 1.0
    return cornu.Model(x, parts.Counter()(parts.Linear(2)(y)), name="g")


class Block(Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.zed, self.alpha = inner(2), inner(2)
        self._private = inner(2)
        self.many = [inner(2), [inner(2)], inner(2)]
        self.by_name = {"k": inner(2)}

    def build(self, input_shape):
        self.w = self.add_weight(shape=(2,), initializer="ones", name="w")

    def call(self, x):
        for layer in (self.zed, self.alpha, self._private, self.many[0], self.many[1][0]):
            x = layer(x)
        return self.by_name["k"](self.many[2](x)) * self.w


class Net(cornu.Model):
    def __init__(self, inner):
        super().__init__()
        self.zed, self.alpha, self._private = inner(2), inner(2), inner(2)

    def call(self, x):
        return self._private(self.zed(self.alpha(x)))


def places(path):
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda n, x: found.append(n) if isinstance(x, h5py.Dataset) else None)
    return sorted(found)


# Layout: recorded from files of Keras 3.15


def test_layers_of_a_stack_are_named_after_their_class(parts, tmp_path):
    stack(parts, names=("first", "second")).save_weights(tmp_path / "w.weights.h5")
    assert places(tmp_path / "w.weights.h5") == [
        "layers/linear/vars/0", "layers/linear/vars/1",
        "layers/linear_1/vars/0", "layers/linear_1/vars/1",
    ]  # fmt: skip
    with h5py.File(tmp_path / "w.weights.h5") as file:
        assert file["layers/linear/vars"].attrs["name"] == "first"
        assert file["vars"].attrs["name"] == "s"


def test_models_inside_have_layers_of_their_own(parts, tmp_path):
    graph(parts).save_weights(tmp_path / "w.weights.h5")
    found = places(tmp_path / "w.weights.h5")
    assert "layers/sequential/layers/linear_1/vars/1" in found
    assert "layers/counter/vars/0" in found


def test_other_parts_are_named_after_their_attribute(parts, tmp_path):
    model = cornu.Sequential([cornu.Input((2,)), Block(parts.Linear)])
    model.save_weights(tmp_path / "w.weights.h5")
    assert [p for p in places(tmp_path / "w.weights.h5") if p.endswith("vars/0")] == [
        "layers/block/_private/vars/0",
        "layers/block/alpha/vars/0",
        "layers/block/by_name/linear/vars/0",
        "layers/block/many/container/linear/vars/0",
        "layers/block/many/linear/vars/0",
        "layers/block/many/linear_1/vars/0",
        "layers/block/vars/0",
        "layers/block/zed/vars/0",
    ]


def test_layers_of_a_subclassed_model_stand_where_keras_puts_them(parts, tmp_path):
    model = Net(parts.Linear)
    model.build((None, 2))
    model.save_weights(tmp_path / "w.weights.h5")
    assert [p for p in places(tmp_path / "w.weights.h5") if p.endswith("0")] == [
        "alpha/vars/0", "layers/linear/vars/0", "layers/linear_2/vars/0",
    ]  # fmt: skip


# Round trips


@pytest.mark.parametrize("name", ["w.weights.h5", "checkpoints/my_checkpoint", "w.keras"])
def test_weights_come_back_under_any_name(parts, tmp_path, name):
    model, other = stack(parts), stack(parts)
    model.save_weights(tmp_path / name)
    other.load_weights(tmp_path / name)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("make", [stack, graph])
def test_a_model_comes_back_whole(known, tmp_path, make):
    model = make(known)
    model.save(tmp_path / "m.keras")
    again = cornu.models.load_model(tmp_path / "m.keras")
    x = RNG.normal(size=(3, 4)).astype("float32")
    np.testing.assert_array_equal(again(x), model(x))
    assert again.get_config() == model.get_config()
    assert type(again) is type(model)


def test_a_model_file_is_laid_out_as_keras_3_does(known, tmp_path):
    stack(known).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        config = json.loads(archive.read("config.json"))
        metadata = json.loads(archive.read("metadata.json"))
    assert (config["module"], config["class_name"]) == ("keras", "Sequential")
    assert config["build_config"] == {"input_shape": [None, 4]}
    assert set(metadata) == {"keras_version", "date_saved"}


def test_a_model_that_is_not_built_comes_back_without_weights(known, tmp_path):
    cornu.Sequential([known.Linear(2)], name="s").save(tmp_path / "m.keras")
    assert not cornu.models.load_model(tmp_path / "m.keras").built


# Mismatches


def test_weights_of_another_shape_change_nothing(parts, tmp_path):
    stack(parts, (3, 5)).save_weights(tmp_path / "w.weights.h5")
    model = stack(parts)
    before = model.get_weights()
    with pytest.raises(
        BadFileError, match=r"'s/linear_3/kernel' has shape \(3, 2\), but the saved"
    ):
        model.load_weights(tmp_path / "w.weights.h5")
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_mismatches_are_skipped_on_request(parts, tmp_path):
    source, model = stack(parts, (3, 5)), stack(parts)
    source.save_weights(tmp_path / "w.weights.h5")
    kept = model.layers[1].get_weights()
    with pytest.warns(UserWarning, match="Skipping loading"):
        model.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], source.get_weights()[0])
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], kept[0])


@pytest.mark.parametrize("saved_without", [True, False])
def test_objects_are_skipped_on_request(parts, tmp_path, saved_without):
    one, other = stack(parts), stack(parts)
    kept, path = other.layers[0].get_weights(), tmp_path / "m.weights.h5"
    one.save_weights(path, objects_to_skip=one.layers[:1] if saved_without else None)
    other.load_weights(path, objects_to_skip=other.layers[:1])
    for layer, expected in zip(other.layers, (kept, one.layers[1].get_weights()), strict=True):
        for weight, value in zip(layer.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(weight, value)


def test_a_list_may_hold_itself(parts, tmp_path):
    class Loop(cornu.Model):
        def __init__(self):
            super().__init__()
            self.parts = [parts.Linear(2)]
            self.parts.append(self.parts)

        def call(self, x):
            return self.parts[0](x)

    one, other = Loop(), Loop()
    for model in (one, other):
        model(RNG.normal(size=(2, 4)).astype("float32"))
    one.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])


@pytest.mark.parametrize(
    ("saved", "loaded", "said"),
    [((3,), (3, 2), "no weights for 'layers/linear_1'"), ((3, 2), (3,), "no place for")],
)
def test_another_number_of_layers_is_an_error(parts, tmp_path, saved, loaded, said):
    stack(parts, saved, [None] * len(saved)).save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(BadFileError, match=said):
        stack(parts, loaded, [None] * len(loaded)).load_weights(tmp_path / "w.weights.h5")


def test_layers_are_matched_by_name_on_request(parts, tmp_path):
    source = stack(parts, (3, 2), ("a", "b"))
    source.save_weights(tmp_path / "w.weights.h5")
    model = stack(parts, (3, 3), ("a", "c"))
    kept = model.layers[1].get_weights()
    model.load_weights(tmp_path / "w.weights.h5", by_name=True)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], source.get_weights()[0])
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], kept[0])


def test_weights_are_reshaped_on_request(parts, tmp_path):
    class Row(parts.Linear):
        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(12,), initializer="ones", name="kernel")
            self.bias = self.add_weight(shape=(3,), initializer="ones", name="bias")

        def call(self, x):
            return x @ ops.reshape(self.kernel, (4, 3)) + self.bias

    Row.__name__ = "Linear"
    source, model = stack(parts, (3,), [None]), cornu.Sequential([cornu.Input((4,)), Row(3)])
    source.save_weights(tmp_path / "w.weights.h5")
    model.load_weights(tmp_path / "w.weights.h5", reshape=True)
    x = np.ones((1, 4), "float32")
    np.testing.assert_array_equal(model(x), source(x))


def test_unbuilt_models_have_no_weights_to_save(parts, tmp_path):
    with pytest.raises(NotBuiltError, match="has no weights yet"):
        cornu.Sequential([parts.Linear(1)]).save_weights(tmp_path / "w.weights.h5")


@pytest.mark.parametrize("content", [b"", b"not a file of ours", b"PK\x03\x04 broken"])
def test_other_files_are_refused(parts, tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(SavingError, match=r"is not a model or weights file|cannot be opened"):
        stack(parts).load_weights(path)
    with pytest.raises(SavingError, match=r"not a model or weights file|cannot be opened"):
        cornu.models.load_model(path)
    with pytest.raises(FileNotFoundError, match="no weights file"):
        stack(parts).load_weights(tmp_path / "nothing")


def test_a_damaged_model_file_is_refused(known, tmp_path):
    stack(known).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for name, data in (("config.json", b"{"), ("config.json", b"[]"), ("config.json", None)):
        with zipfile.ZipFile(tmp_path / "bad.keras", "w") as archive:
            for member, content in {**members, name: data}.items():
                if content is not None:
                    archive.writestr(member, content)
        with pytest.raises(SavingError, match=r"cannot be read|is no object|is damaged"):
            cornu.models.load_model(tmp_path / "bad.keras")


def test_a_lambda_in_a_layer_of_ones_own(known, tmp_path):
    class Apply(Layer):
        def __init__(self, function, **kwargs):
            super().__init__(**kwargs)
            self.function = function

        def call(self, x):
            return self.function(x)

    model = cornu.Sequential([cornu.Input((4,)), Apply(lambda x: x + 1.0)])
    with pytest.warns(UserWarning, match="'lambda x'"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(SavingError, match="'Apply': Apply, 'lambda x': the function"):
        cornu.models.load_model(tmp_path / "m.keras")
    given = {"lambda x": lambda x: x + 1.0, "Apply": Apply}
    again = cornu.models.load_model(tmp_path / "m.keras", custom_objects=given)
    np.testing.assert_array_equal(again(np.zeros((1, 4))), np.ones((1, 4)))


def test_safe_mode_cannot_be_turned_off(tmp_path):
    with pytest.raises(SavingError, match="asks to run code"):
        cornu.models.load_model(tmp_path / "m.keras", safe_mode=False)


# Durability


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "f"
    path.write_text("old")

    def write():
        with atomically(path) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_rename_that_fails_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_text("old")

    def refuse(*args):
        raise PermissionError("no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError), atomically(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_not_overwritten_unasked(parts, tmp_path):
    model = stack(parts)
    model.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save_weights(tmp_path / "w.weights.h5", overwrite=False)
    model.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(IsADirectoryError):
        model.save_weights(tmp_path)


# Shards


def test_weights_in_several_files(parts, tmp_path):
    one, other = stack(parts), stack(parts)  # weights of 48, 12, 24 and 8 bytes
    path = tmp_path / "m.weights.json"
    for size in (48, 64):  # the second time there is a file less
        one.save_weights(path, max_shard_size=size / 2**30)
        index = json.loads(path.read_text())
        files = sorted(tmp_path.glob("*.h5"))
        assert len(files) == 2
        assert all(file.stat().st_size for file in files)
    names = [file.name for file in files]
    assert index["metadata"]["total_size"] == 92
    assert index["weight_map"] == {
        "/layers/linear/vars": names[:1],
        "/layers/linear_1/vars": names[1:],
    }
    other.load_weights(path)
    for weight, value in zip(other.get_weights(), one.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, value)
    with pytest.raises(FileExistsError):
        one.save_weights(path, overwrite=False, max_shard_size=1)


def test_an_object_cut_between_its_weights(parts, tmp_path):
    one, other = stack(parts), stack(parts)
    one.save_weights(tmp_path / "m.weights.json", max_shard_size=50 / 2**30)
    assert len(list(tmp_path.glob("*.h5"))) == 2
    index = json.loads((tmp_path / "m.weights.json").read_text())
    assert len(index["weight_map"]["/layers/linear/vars"]) == 2
    for by_name in (False, True):
        other.set_weights([np.zeros_like(w) for w in other.get_weights()])
        if by_name:
            for layer, like in zip(other.layers, one.layers, strict=True):
                layer.name = like.name
        other.load_weights(tmp_path / "m.weights.json", by_name=by_name)
        for weight, value in zip(other.get_weights(), one.get_weights(), strict=True):
            np.testing.assert_array_equal(weight, value)


def test_shards_that_are_refused(parts, tmp_path):
    model, path = stack(parts), tmp_path / "m.weights.json"
    with pytest.raises(ValueError, match="path is that of the index"):
        model.save_weights(tmp_path / "m.weights.h5", max_shard_size=1)
    with pytest.raises(ValueError, match="above 0"):
        model.save_weights(path, max_shard_size=0)
    with pytest.raises(ValueError, match="layers/linear/vars/0 takes 48 bytes"):
        model.save_weights(path, max_shard_size=40 / 2**30)
    assert not path.exists()
    model.save_weights(path, max_shard_size=1)
    index = json.loads(path.read_text())
    for name, words in (("../other.h5", "no file beside it"), ("none.h5", "is not there")):
        index["weight_map"]["/layers/linear/vars"] = [name]
        path.write_text(json.dumps(index))
        with pytest.raises(BadFileError, match=words):
            model.load_weights(path)
    before = tmp_path / "m_00000.weights.h5"
    old = before.read_bytes()
    model.save_weights(path, max_shard_size=1)
    before.write_bytes(old)  # as if a save had stopped half way
    with pytest.raises(BadFileError, match="was not written with this index"):
        model.load_weights(path)
    path.write_text("{}")
    with pytest.raises(BadFileError, match="no index of weights"):
        model.load_weights(path)


# Formats that others bring


@pytest.mark.skipif(registry.installed("cornu-keras"), reason="it is for core without cornu-keras")
@pytest.mark.parametrize(
    "use",
    [
        lambda model, path: model.save(path / "m.h5"),
        lambda model, path: model.save(path / "m", save_format="h5"),
        lambda model, path: model.save_weights(path / "m.hdf5"),
        lambda model, path: model.to_yaml(),
        lambda model, path: cornu.models.model_from_json(json.dumps({"class_name": "Sequential"})),
    ],
)
def test_the_distribution_that_brings_a_format_is_named(parts, tmp_path, use):
    line = re.escape(how_to_install("cornu-keras"))
    with pytest.raises(MissingDistributionError, match=line):
        use(stack(parts), tmp_path)


def test_a_format_comes_by_a_hook(parts, tmp_path):
    class Numbers(FileFormat):
        endings = ("numbers",)
        signature = b"numbers\n"

        def write_model(self, model, filepath, overwrite, include_optimizer):
            with open(filepath, "wb") as file:
                file.write(self.signature)
                np.save(file, model.get_weights()[0])

        def read_model(self, path, limits, compile):
            with open(path, "rb") as file:
                file.seek(len(self.signature))
                return np.load(file)

    class Plugin:
        @hookimpl
        def cornu_file_formats(self):
            return [Numbers]

    plugin, model = Plugin(), stack(parts)
    registry.register(plugin, name="numbers")
    try:
        model.save(tmp_path / "m.numbers")
        model.save(tmp_path / "m", save_format="numbers")
        for name in ("m.numbers", "m"):
            np.testing.assert_array_equal(load_model(tmp_path / name), model.get_weights()[0])
    finally:
        registry.unregister(plugin)


def test_a_layer_alone_is_a_file_too(known, tmp_path):
    layer = known.Linear(3, name="alone")
    x = RNG.normal(size=(2, 4)).astype("float32")
    expected = layer(x)
    cornu.saving.save_model(layer, tmp_path / "layer.keras")
    again = load_model(tmp_path / "layer.keras")
    assert type(again) is known.Linear
    assert again.name == "alone"
    np.testing.assert_array_equal(again(x), expected)


def test_a_layer_alone_is_not_compiled(known, tmp_path):
    layer = known.Linear(3)
    layer(np.ones((2, 4)))
    path = tmp_path / "layer.keras"
    cornu.saving.save_model(layer, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["compile_config"] = {"optimizer": None, "loss": "mse"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, json.dumps(config) if name == "config.json" else data)
    with pytest.raises(BadFileError, match="no model") as caught:
        load_model(path)
    assert caught.value.rule == "config"
    np.testing.assert_array_equal(load_model(path, compile=False).kernel, layer.kernel)
