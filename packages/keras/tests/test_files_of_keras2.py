"""Files and texts of Keras 2, with core and cornu-keras alone."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

import cornu
from cornu.base import Layer
from cornu.errors import BadFileError, SavingError
from cornu.models import load_model
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving import KerasFileEditor
from cornu_engine.files.rules import Limits
from cornu_keras.files.yamltext import read_yaml


class Linear(Layer):
    """`x @ kernel + bias`, with weights of one."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, initializer=np.ones, name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer=np.ones, name="bias")

    def call(self, inputs):
        return inputs @ self.kernel + self.bias


def stack(sizes=(3, 2), names=(None, None)):
    layers = [Linear(n, name=name) for n, name in zip(sizes, names, strict=False)]
    model = cornu.Sequential([cornu.Input((4,)), *layers], name="s")
    random = np.random.default_rng(1)
    model.set_weights([random.normal(size=w.shape).astype("float32") for w in model.weights])
    return model


def equal(one, other):
    for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


# HDF5


@pytest.mark.parametrize("options", [{}, {"by_name": True}], ids=["in order", "by name"])
def test_weights_come_back(tmp_path, options):
    source, model = stack(names=("a", "b")), stack(names=("a", "b"))
    model.set_weights([w + 1 for w in model.get_weights()])
    source.save_weights(tmp_path / "w.h5")
    model.load_weights(tmp_path / "w.h5", **options)
    equal(source, model)


def test_layers_are_matched_by_name_on_request(tmp_path):
    source, model = stack((3, 2), ("a", "b")), stack((3, 3), ("a", "c"))
    kept = model.layers[1].get_weights()
    source.save_weights(tmp_path / "w.h5")
    model.load_weights(tmp_path / "w.h5", by_name=True)
    equal(model.layers[0], source.layers[0])
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], kept[0])


def test_a_model_comes_back_whole(tmp_path):
    model = stack()
    model.save(tmp_path / "m.h5")
    with CustomObjectScope({"Linear": Linear}):
        equal(load_model(tmp_path / "m.h5"), model)


def test_shapes_are_those_of_the_configuration(tmp_path):
    stack((3,)).save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = file.attrs["model_config"]
        config = config if isinstance(config, str) else config.decode()
        file.attrs["model_config"] = config.replace('"units": 3', '"units": 30000000')
    with (
        CustomObjectScope({"Linear": Linear}),
        pytest.raises(BadFileError, match=r"\(4, 30000000\)") as caught,
    ):
        load_model(tmp_path / "m.h5")
    assert caught.value.rule == "shapes"


@pytest.mark.parametrize(("saved", "loaded"), [((3,), (3, 2)), ((3, 2), (3,))])
def test_another_number_of_layers_is_an_error(tmp_path, saved, loaded):
    stack(saved).save_weights(tmp_path / "w.h5")
    with pytest.raises(BadFileError, match=f"of {len(saved)} layers into .* {len(loaded)} layers"):
        stack(loaded).load_weights(tmp_path / "w.h5")


def test_weights_of_another_shape_change_nothing(tmp_path):
    stack((3, 5)).save_weights(tmp_path / "w.h5")
    model, kept = stack(), stack()
    with pytest.raises(
        BadFileError, match=r"has shape \(3, 2\), but the saved array has shape \(3, 5\)"
    ):
        model.load_weights(tmp_path / "w.h5")
    equal(model, kept)


def test_objects_to_skip_and_the_editor_need_the_layout_of_keras_3(tmp_path):
    model, path = stack(), tmp_path / "old.h5"
    model.save_weights(path)
    with pytest.raises(BadFileError, match="layout of Keras 3"):
        model.load_weights(path, objects_to_skip=model.layers[:1])
    with pytest.raises(ValueError, match="layout of Keras 3"):
        model.save_weights(path, objects_to_skip=model.layers[:1])
    with pytest.raises(BadFileError, match="layout of Keras 2"):
        KerasFileEditor(path)


# Texts


def test_a_model_comes_back_from_yaml():
    again = cornu.models.model_from_yaml(stack().to_yaml(), {"Linear": Linear})
    assert [w.shape for w in again.weights] == [w.shape for w in stack().weights]


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']",
        "a: .nan",
        "a: .inf",
        "a: 1\na: 2",
        "- 1",
        "just a text",
        "a: 2020-01-01",
        "a: " + "[" * 1500 + "]" * 1500,
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 8)}]"
                    for i in range(9)),
        "a: &a [*a]",
    ],
)  # fmt: skip
def test_yaml_that_is_refused(text):
    with pytest.raises(BadFileError):
        read_yaml(text, Limits())


def test_yaml_may_repeat_itself_a_little():
    assert read_yaml("a: &x [1]\nb: *x", Limits()) == {"a": [1], "b": [1]}


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['true']", "a: ["])
def test_texts_that_are_no_models_are_refused(text):
    with pytest.raises(SavingError, match=r"This is no|cannot be read"):
        cornu.models.model_from_yaml(text)


def test_tuples_of_keras_2_yaml_are_read():
    text = (
        "class_name: Sequential\nconfig:\n  name: s\n  layers:\n  - class_name: Linear\n"
        "    config:\n      name: l\n      units: 2\n      batch_input_shape: !!python/tuple\n"
        "      - null\n      - 4\n"
    )
    model = cornu.models.model_from_yaml(text, {"Linear": Linear})
    assert model.input_shape == (None, 4)


def keras_2():
    """Return the configuration that Keras 2.3.1 writes for a shared layer and a nested model."""

    def linear(name, units, nodes):
        config = {"name": name, "trainable": True, "dtype": "float32", "units": units}
        return {"name": name, "class_name": "Linear", "config": config, "inbound_nodes": nodes}

    def source(name, size):
        config = {"batch_input_shape": [None, size], "dtype": "float32", "sparse": False}
        return {
            "name": name, "class_name": "InputLayer", "config": {**config, "name": name},
            "inbound_nodes": [],
        }  # fmt: skip

    inner = {
        "name": "sub",
        "layers": [source("i", 3), linear("deep", 3, [[["i", 0, 0, {}]]])],
        "input_layers": [["i", 0, 0]],
        "output_layers": [["deep", 0, 0]],
    }
    nodes = [[["l", 0, 0, {}]], [["l", 1, 0, {}]]]
    return {
        "class_name": "Model",
        "config": {
            "name": "old",
            "layers": [
                source("a", 4),
                source("b", 4),
                linear("l", 3, [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]),
                {"name": "sub", "class_name": "Model", "config": inner, "inbound_nodes": nodes},
                linear("end", 1, [[["sub", 2, 0, {}]]]),
            ],
            "input_layers": [["a", 0, 0], ["b", 0, 0]],
            "output_layers": [["end", 0, 0], ["sub", 1, 0]],
        },
        "keras_version": "2.3.1",
        "backend": "tensorflow",
    }


def test_configurations_of_keras_2_are_read():
    model = cornu.models.model_from_json(json.dumps(keras_2()), custom_objects={"Linear": Linear})
    a, b = np.zeros((1, 4), "float32"), np.ones((1, 4), "float32")
    end, first = model([a, b])
    np.testing.assert_array_equal(first, [[4.0, 4.0, 4.0]])  # sub(l(a)) = 3*1 + 1
    np.testing.assert_array_equal(end, [[49.0]])  # end(sub(l(b))) = 3*(3*5 + 1) + 1
