"""Functional models as configurations, and copies of them: what is written, read and refused.

Configurations are those of Keras 3.15 and 2.3.1, recorded from them.
"""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.errors import SavingError
from cornu.plugins.custom_objects import CustomObjectScope


def values(structure):
    return [np.asarray(x) for x in cornu.tree.flatten(structure)]


def test_a_model_comes_back_from_its_configuration(model, inputs_of):
    again = type(model).from_config(model.get_config())
    assert again.name == model.name
    assert [x.name for x in again.operations] == [x.name for x in model.operations]
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    data = inputs_of(model)
    for one, other in zip(values(again(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_comes_back_from_json(model, inputs_of):
    for text, read in (
        (model.to_json(), cornu.models.model_from_json),
        (model.to_json(indent=2), cornu.models.model_from_json),
    ):
        again = read(text)
        again.set_weights(model.get_weights())
        data = inputs_of(model)
        for one, other in zip(values(again(data)), values(model(data)), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_model_is_copied_with_its_weights(model, copied, inputs_of):
    twin = copied(model)
    data = inputs_of(model)
    for one, other in zip(values(twin(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not {id(w) for w in twin.weights} & {id(w) for w in model.weights}


def test_a_clone_has_weights_of_its_own(model, inputs_of):
    clone = cornu.models.clone_model(model)
    assert [x.name for x in clone.operations] == [x.name for x in model.operations]
    assert all((w.numpy() == 1).all() for w in clone.weights)
    clone.set_weights(model.get_weights())
    data = inputs_of(model)
    for one, other in zip(values(clone(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_configuration_is_written_as_keras_3_does(graphs):
    config = graphs.shared().get_config()
    kt = {"shape": [None, 4], "dtype": "float32"}
    assert json.loads(json.dumps(config))["layers"][2]["inbound_nodes"] == [
        {
            "args": [{
                "class_name": "__keras_tensor__",
                "config": {**kt, "keras_history": [name, 0, 0]},
            }],
            "kwargs": {},
        }
        for name in "ab"
    ]  # fmt: skip
    assert config["input_layers"] == [["a", 0, 0], ["b", 0, 0]]
    assert config["output_layers"] == ["last", 0, 0]
    outer = graphs.nested().get_config()
    assert outer["output_layers"] == ["inner", 2, 0]  # Keras counts the construction of inner as 0


def test_functions_of_keras_3_are_read():
    """As Keras 3.15 writes `ops.mean(x[:, 1:], axis=1, keepdims=True)`."""

    def tensor(*history):
        config = {"shape": [None, 2], "dtype": "float32", "keras_history": list(history)}
        return {"class_name": "__keras_tensor__", "config": config}

    def function(module, name, config, *args):
        return {
            "module": f"keras.src.ops.{module}", "class_name": name, "config": config,
            "registered_name": name, "name": config["name"],
            "inbound_nodes": [{"args": list(args), "kwargs": {}}],
        }  # fmt: skip

    def part(start):
        return {"class_name": "__slice__", "config": {"start": start, "stop": None, "step": None}}

    source = cornu.Model(x := cornu.Input((4,), name="x"), x + 1.0).get_config()["layers"][0]
    mean = {"name": "mean", "axis": 1, "keepdims": True}
    config = {
        "name": "of_keras",
        "trainable": True,
        "layers": [
            source,
            function("numpy", "GetItem", {"name": "cut"}, tensor("x", 0, 0), [part(None), part(1)]),
            function("numpy", "Mean", mean, tensor("cut", 0, 0)),
        ],
        "input_layers": ["x", 0, 0],
        "output_layers": ["mean", 0, 0],
    }
    model = cornu.Model.from_config(json.loads(json.dumps(config)))
    data = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(model(data), data[:, 1:].mean(1, keepdims=True), rtol=1e-6)
    again = cornu.Model.from_config(json.loads(json.dumps(model.get_config())))
    np.testing.assert_array_equal(again(data), model(data))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["layers"].pop(0), "names a layer 'x' that it does not have"),
        (lambda c: c["output_layers"].__setitem__(1, 5), "a call that is never made"),
        (lambda c: c["layers"][1].update(class_name="Nothing", registered_name=None), "Nothing"),
        (
            lambda c: c["layers"][1]["inbound_nodes"][0]["args"][0]["config"].update(
                keras_history=["linear", 0, 0]
            ),
            "loop or a gap",
        ),
    ],
)
def test_configurations_that_cannot_be_are_refused(graphs, parts, change, said):
    config = json.loads(json.dumps(graphs.chain().get_config()))
    change(config)
    with (
        CustomObjectScope({"Linear": parts.Linear}),
        pytest.raises((SavingError, ValueError), match=said),
    ):
        cornu.Model.from_config(config)


def test_functions_of_a_file_come_from_ops_alone():
    x = cornu.Input((4,))
    config = cornu.Model(x, ops.relu(x)).get_config()
    for name in ("__import__", "os.system", "random.__builtins__", "numpy.save", "eval"):
        config["layers"][1]["config"]["function"] = name
        with pytest.raises((SavingError, ValueError), match="no function"):
            cornu.Model.from_config(copy.deepcopy(config))


def test_a_function_is_a_graph_without_state():
    for x in (cornu.KerasTensor((None, 3)), cornu.Input((3,))):
        zeros = np.zeros((1, 3), "float32")
        np.testing.assert_array_equal(cornu.models.Function(x, x + 1.0)(zeros), zeros + 1.0)
        np.testing.assert_array_equal(cornu.Model(x, x + 1.0)(zeros), zeros + 1.0)
    with pytest.raises(ValueError, match="disconnected"):
        cornu.models.Function(cornu.KerasTensor((None, 3)), x + 1.0)
