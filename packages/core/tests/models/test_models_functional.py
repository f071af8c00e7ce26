"""Functional models: graphs, order of layers and weights, nesting, sharing, configurations.

Orders and configurations are those of Keras 3.15, recorded from it.
"""

from __future__ import annotations

import copy
import gc
import json
import pickle
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.errors import SavingError, ShapeError
from cornu.plugins.custom_objects import CustomObjectScope

RNG = np.random.default_rng(0)


def rows(*shape):
    return RNG.normal(size=shape).astype("float32")


def chain(parts):
    x = cornu.Input((4,), name="x")
    h = parts.Linear(3)(x)
    return cornu.Model(x, parts.Linear(2)(h))


def shared(parts):
    a, b = cornu.Input((4,), name="a"), cornu.Input((4,), name="b")
    linear = parts.Linear(3)
    x = ops.concatenate([linear(a), linear(b)], axis=-1)
    return cornu.Model([a, b], parts.Linear(2, name="last")(x))


def two_heads(parts):
    a, b = cornu.Input((4,), name="zz"), cornu.Input((5,), name="aa")
    h, g = parts.Linear(3)(a), parts.Linear(3)(b)
    first, second = parts.Linear(1, name="o1")(h + g), parts.Linear(2, name="o2")(h)
    return cornu.Model({"zz": a, "aa": b}, {"second": second, "first": first})


def repeated(parts):
    d, e, x = parts.Linear(4), parts.Linear(4), cornu.Input((4,), name="x")
    return cornu.Model(x, [d(e(d(e(x)))), d(x)])


def nested(parts):
    x = cornu.Input((4,), name="i")
    inner = cornu.Model(
        x, parts.Linear(2, name="in2")(parts.Linear(3, name="in1")(x)), name="inner"
    )
    stack = cornu.Sequential([cornu.Input((2,)), parts.Linear(2)], name="sq")
    y = cornu.Input((4,), name="j")
    z = inner(parts.Linear(4)(stack(inner(y))))
    return cornu.Model(y, z, name="outer")


def of_functions(parts):
    x = cornu.Input((6, 4), name="x")
    y = x[:, 0] + 1.0
    z = ops.mean(x, axis=1) @ np.ones((4, 4), "float32")
    y = ops.concatenate([y, z], axis=-1)
    return cornu.Model(x, parts.Linear(2)(ops.relu(2.0 - y[:, 1:7:2] / 2)))


MODELS = [chain, shared, two_heads, repeated, nested, of_functions]


def inputs_of(model):
    return cornu.tree.map_structure(lambda t: rows(3, *t.shape[1:]), model.input)


def values(structure):
    return [np.asarray(x) for x in cornu.tree.flatten(structure)]


@pytest.fixture(params=MODELS, ids=lambda f: f.__name__)
def model(request, parts):
    made = request.param(parts)
    made.set_weights([rows(*w.shape) for w in made.weights])
    with CustomObjectScope({"Linear": parts.Linear}):
        yield made


# Structure


@pytest.mark.parametrize(
    ("make", "layers", "weights"),
    [
        (chain, "x linear linear_1", "linear/kernel linear/bias linear_1/kernel linear_1/bias"),
        (shared, "a b linear last", "linear/kernel linear/bias last/kernel last/bias"),
        (
            two_heads,
            "zz aa linear linear_1 o1 o2",
            "linear/kernel linear/bias linear_1/kernel linear_1/bias o1/kernel o1/bias o2/kernel "
            "o2/bias",
        ),
        (repeated, "x linear_1 linear", "linear_1/kernel linear_1/bias linear/kernel linear/bias"),
        (
            nested,
            "j inner sq linear_1",
            "in1/kernel in1/bias in2/kernel in2/bias sq/linear/kernel sq/linear/bias "
            "linear_1/kernel linear_1/bias",
        ),
    ],
)
def test_layers_and_weights_come_in_keras_order(parts, make, layers, weights):
    model = make(parts)
    assert [layer.name for layer in model.layers] == layers.split()
    assert [w.path for w in model.weights] == weights.split()


def test_a_model_knows_its_ends(parts):
    model = two_heads(parts)
    assert model.name == "functional"
    assert model.input_names == ["aa", "zz"]
    assert model.output_names == ["o1", "o2"]
    assert model.input_shape == [(None, 5), (None, 4)]
    assert model.output_shape == [(None, 1), (None, 2)]
    assert list(model.input) == ["zz", "aa"]
    one = chain(parts)
    assert (one.input_shape, one.output_shape) == ((None, 4), (None, 2))
    assert isinstance(one, cornu.models.Functional)
    assert repr(one) == "<Functional name=functional_1, built=True>"


def test_layers_are_found_by_name_and_index(parts):
    model = chain(parts)
    assert model.get_layer("linear_1") is model.get_layer(index=-1) is model.layers[2]
    with pytest.raises(ValueError, match="Did you mean 'linear'"):
        model.get_layer("linaer")
    with pytest.raises(ValueError, match="3 layers; there is none at index 7"):
        model.get_layer(index=7)
    with pytest.raises(ValueError, match="needs one of name and index"):
        model.get_layer()


def test_outputs_are_those_of_the_layers_called_by_hand(parts):
    model = repeated(parts)
    e, d = model.layers[1:]
    model.set_weights([rows(*w.shape) for w in model.weights])
    x = rows(2, 4)
    far, near = model(x)
    np.testing.assert_allclose(far, d(e(d(e(x)))), rtol=1e-6)
    np.testing.assert_allclose(near, d(x), rtol=1e-6)


def test_features_are_extracted_from_the_middle(parts):
    model = chain(parts)
    x = rows(2, 4)
    features = cornu.Model(model.input, model.get_layer("linear").output)
    np.testing.assert_array_equal(features(x), model.layers[1](x))
    rest = cornu.Model(model.get_layer("linear").output, model.output)
    np.testing.assert_array_equal(rest(features(x)), model(x))
    assert [layer.name for layer in rest.layers] == ["input_layer", "linear_1"]
    assert rest.layers[1] is model.layers[2]


def test_a_model_is_a_layer_with_its_own_ends(parts):
    inner = chain(parts)
    y = cornu.Input((4,))
    z = inner(y)
    assert inner.get_output_at(0) is inner.output
    assert inner.get_output_at(1) is z
    assert inner.get_input_at(1) is y
    assert inner.get_output_shape_at(1) == (None, 2)
    assert inner.compute_output_shape((None, 4)) == (None, 2)


def test_old_names_of_the_ends_are_taken(parts):
    x = cornu.Input((4,))
    assert cornu.Model(input=x, output=x * 2.0).output_shape == (None, 4)


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda p: cornu.Model(np.ones(3), np.ones(3)), ValueError, "symbolic tensors"),
        (lambda p: cornu.Model([], []), ValueError, "at least one of inputs"),
        (
            lambda p: cornu.Model(cornu.Input((4,)), p.Linear(1)(cornu.Input((4,)))),
            ValueError,
            "disconnected",
        ),
        (
            lambda p: cornu.Model(
                x := cornu.Input((4,)), p.Linear(4, name="l")(p.Linear(4, name="l")(x))
            ),
            ValueError,
            "Two layers of the model are named 'l'",
        ),
        (lambda p: cornu.Model("name"), TypeError, "got 1 positional argument"),
        (lambda p: cornu.Input(), ValueError, "needs one of shape"),
        (lambda p: cornu.Input((4, "a")), ValueError, "whole number or None"),
        (lambda p: cornu.Input((-1,)), ValueError, "cannot be negative"),
        (lambda p: cornu.Input((3,), sparse=True), ValueError, "dense values only"),
    ],
)
def test_what_is_no_graph_is_refused(parts, make, error, said):
    with pytest.raises(error, match=said):
        make(parts)


# Data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": 4}, r"needs inputs named \['a', 'b'\]; \['b'\] missing from \['a'\]"),
        ({"a": 4, "bb": 4}, "Did you mean 'bb'"),
        ([4], "takes a list of 2 values, for \\['a', 'b'\\]; got 1"),
        ([4, 5], r"input 'b' .* described as \(None, 4\), but got shape \(None, 5\).*Input\(\(5,"),
        ([4, (4, 4)], r"got shape \(None, 4, 4\). Reshape the data"),
    ],
)
def test_data_that_does_not_fit_is_explained(parts, data, said):
    def array(size):
        return rows(2, *(size if isinstance(size, tuple) else (size,)))

    model = shared(parts)
    given = (
        {k: array(v) for k, v in data.items()}
        if isinstance(data, dict)
        else [array(v) for v in data]
    )
    with pytest.raises(ShapeError, match=f"(?s){said}"):
        model(given)


def test_data_is_matched_by_name_or_by_place(parts):
    model = shared(parts)
    model.set_weights([rows(*w.shape) for w in model.weights])
    a, b = rows(2, 4), rows(2, 4)
    expected = model([a, b])
    for given in ((a, b), {"b": b, "a": a}):
        np.testing.assert_array_equal(model(given), expected)
    with pytest.warns(UserWarning, match=r"\['unused'\] of what it got is not used"):
        np.testing.assert_array_equal(model({"b": b, "a": a, "unused": a}), expected)
    with pytest.raises(ShapeError, match=r"pass a dict with the keys \['zz', 'aa'\]"):
        two_heads(parts)([a, rows(2, 5)])


def test_data_is_cast_to_the_dtype_of_the_input(parts):
    x = cornu.Input((2,), dtype="int32")
    model = cornu.Model(x, x + 1)
    assert model(np.array([[1.0, 2.0]])).dtype == np.int32
    assert chain(parts)(np.ones((2, 4), "int64")).dtype == np.float32


def test_a_last_axis_of_one_may_be_missing_or_too_many():
    x, y = cornu.Input((1,)), cornu.Input(())
    assert cornu.Model(x, x * 2.0)(np.ones(3, "float32")).shape == (3, 1)
    assert cornu.Model(y, y * 2.0)(np.ones((3, 1), "float32")).shape == (3,)


def test_masks_flow_through_a_model(parts):
    x = cornu.Input((3,))
    gate, total = parts.Gate(), parts.MaskedSum()
    model = cornu.Model(x, total(gate(x)))
    model(np.array([[1.0, 0.0, 2.0]], "float32"))
    assert total.saw_mask is True
    gated = cornu.Model(x, gate(x))
    total(gated(np.array([[1.0, 0.0, 2.0]], "float32")))
    assert total.saw_mask is True
    mask = gated.compute_mask(np.array([[1.0, 0.0, 2.0]], "float32"))
    assert mask.tolist() == [[True, False, True]]


# Losses and metrics of the graph


def test_symbolic_losses_and_metrics_are_computed_with_the_model(parts):
    x = cornu.Input((4,))
    linear = parts.Linear(2)
    y = linear(x)
    model = cornu.Model(x, y)
    model.add_loss(ops.mean(ops.square(y)))
    model.add_metric(ops.sum(x), name="total")
    data = rows(3, 4)
    out = model(data)
    np.testing.assert_allclose(model.losses[0], np.mean(out**2), rtol=1e-6)
    (metric,) = model.metrics[-1:]
    assert metric.name == "total"
    np.testing.assert_allclose(metric.result(), data.sum(), rtol=1e-5)


# Configurations and copies


def test_a_model_comes_back_from_its_configuration(model):
    again = type(model).from_config(model.get_config())
    assert again.name == model.name
    assert [x.name for x in again.operations] == [x.name for x in model.operations]
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    data = inputs_of(model)
    for one, other in zip(values(again(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_comes_back_from_json_and_yaml(model):
    for text, read in (
        (model.to_json(), cornu.models.model_from_json),
        (model.to_json(indent=2), cornu.models.model_from_json),
        (model.to_yaml(), cornu.models.model_from_yaml),
    ):
        again = read(text)
        again.set_weights(model.get_weights())
        data = inputs_of(model)
        for one, other in zip(values(again(data)), values(model(data)), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_model_is_copied_with_its_weights(model, copied):
    twin = copied(model)
    data = inputs_of(model)
    for one, other in zip(values(twin(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not {id(w) for w in twin.weights} & {id(w) for w in model.weights}


def test_a_clone_has_weights_of_its_own(model):
    clone = cornu.models.clone_model(model)
    assert [x.name for x in clone.operations] == [x.name for x in model.operations]
    assert all((w.numpy() == 1).all() for w in clone.weights)
    clone.set_weights(model.get_weights())
    data = inputs_of(model)
    for one, other in zip(values(clone(data)), values(model(data)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_configuration_is_written_as_keras_3_does(parts):
    config = shared(parts).get_config()
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
    outer = nested(parts).get_config()
    assert outer["output_layers"] == ["inner", 2, 0]  # Keras counts the construction of inner as 0


def keras_2(parts):
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


def test_configurations_of_keras_2_are_read(parts):
    model = cornu.models.model_from_json(
        json.dumps(keras_2(parts)), custom_objects={"Linear": parts.Linear}
    )
    a, b = np.zeros((1, 4), "float32"), np.ones((1, 4), "float32")
    end, first = model([a, b])
    np.testing.assert_array_equal(first, [[4.0, 4.0, 4.0]])  # sub(l(a)) = 3*1 + 1
    np.testing.assert_array_equal(end, [[49.0]])  # end(sub(l(b))) = 3*(3*5 + 1) + 1


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
    data = rows(3, 4)
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
def test_configurations_that_cannot_be_are_refused(parts, change, said):
    config = json.loads(json.dumps(chain(parts).get_config()))
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


# State


def test_state_is_a_tree_of_paths(parts):
    model = chain(parts)
    state = model.get_state_tree()
    assert set(state["trainable_variables"]) == {"linear", "linear_1"}
    state["trainable_variables"]["linear"]["bias"] = np.zeros(3)
    model.set_state_tree({"trainable_variables": state["trainable_variables"]})
    assert not model.layers[1].bias.numpy().any()
    with pytest.raises(ValueError, match=r"has no variable 'linear/nothing'"):
        model.set_state_tree({"trainable_variables": {"linear": {"nothing": np.zeros(3)}}})


def test_a_model_is_freed_without_the_collector(parts):
    gc.collect()
    gc.disable()
    try:
        for make in (chain, shared, two_heads, of_functions):
            model = make(parts)
            model(inputs_of(model))
            model.summary(print_fn=lambda text: None)
            model.get_config()
            held = [model, *model._flatten_layers(), *model.weights]
            alive = [weakref.ref(x) for x in held]
            del model, held
            assert all(r() is None for r in alive), make.__name__
    finally:
        gc.enable()


def test_a_model_of_a_thousand_layers_is_made_and_copied(parts):
    x = y = cornu.Input((2,))
    for _ in range(1000):
        y = y + 1.0
    model = copy.deepcopy(cornu.Model(x, y))
    assert float(model(np.zeros((1, 2), "float32"))[0, 0]) == 1000.0


def test_a_tuple_of_outputs_comes_back_as_one(parts):
    x = cornu.Input((3,))
    model = cornu.Model(x, (parts.Linear(2)(x), parts.Linear(4)(x)))
    again = cornu.Model.from_config(model.get_config(), {"Linear": parts.Linear})
    assert isinstance(again.output, tuple)
    assert isinstance(again(rows(2, 3)), tuple)


def test_a_subclass_of_a_functional_model_keeps_its_own_arguments(parts):
    class Tuned(cornu.Model):
        def __init__(self, *args, rate=1.0, **kwargs):
            super().__init__(*args, **kwargs)
            self.rate = rate

        def get_config(self):
            return {**super().get_config(), "rate": self.rate}

    x = cornu.Input((3,))
    model = Tuned(inputs=x, outputs=parts.Linear(2)(x), rate=0.5)
    again = Tuned.from_config(model.get_config(), {"Linear": parts.Linear})
    assert again.rate == 0.5


def test_two_variables_of_one_path_have_no_state_tree():
    class Twice(cornu.Layer):
        def build(self, input_shape):
            self.first, self.second = (
                self.add_weight("w", (), initializer=np.ones) for _ in range(2)
            )

        def call(self, inputs):
            return inputs * self.first * self.second

    x = cornu.Input((3,))
    model = cornu.Model(x, Twice(name="twice")(x))
    with pytest.raises(ValueError, match="Two variables of the model have the path 'twice/w'"):
        model.get_state_tree()
