"""Functional models: graphs, order of layers and weights, data, nesting, sharing.

Orders are those of Keras 3.15, recorded from it.
"""

from __future__ import annotations

import copy
import gc
import sys
import weakref

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.errors import ShapeError

RNG = np.random.default_rng(0)


def rows(*shape):
    return RNG.normal(size=shape).astype("float32")


# Structure


@pytest.mark.parametrize(
    ("make", "layers", "weights"),
    [
        ("chain", "x linear linear_1", "linear/kernel linear/bias linear_1/kernel linear_1/bias"),
        ("shared", "a b linear last", "linear/kernel linear/bias last/kernel last/bias"),
        (
            "two_heads",
            "zz aa linear linear_1 o1 o2",
            "linear/kernel linear/bias linear_1/kernel linear_1/bias o1/kernel o1/bias o2/kernel "
            "o2/bias",
        ),
        (
            "repeated",
            "x linear_1 linear",
            "linear_1/kernel linear_1/bias linear/kernel linear/bias",
        ),
        (
            "nested",
            "j inner sq linear_1",
            "in1/kernel in1/bias in2/kernel in2/bias sq/linear/kernel sq/linear/bias "
            "linear_1/kernel linear_1/bias",
        ),
    ],
)
def test_layers_and_weights_come_in_keras_order(graphs, make, layers, weights):
    model = getattr(graphs, make)()
    assert [layer.name for layer in model.layers] == layers.split()
    assert [w.path for w in model.weights] == weights.split()


def test_a_model_knows_its_ends(graphs):
    model = graphs.two_heads()
    assert model.name == "functional"
    assert model.input_names == ["aa", "zz"]
    assert model.output_names == ["o1", "o2"]
    assert model.input_shape == [(None, 5), (None, 4)]
    assert model.output_shape == [(None, 1), (None, 2)]
    assert list(model.input) == ["zz", "aa"]
    one = graphs.chain()
    assert (one.input_shape, one.output_shape) == ((None, 4), (None, 2))
    assert isinstance(one, cornu.models.Functional)
    assert repr(one) == "<Functional name=functional_1, built=True>"


def test_layers_are_found_by_name_and_index(graphs):
    model = graphs.chain()
    assert model.get_layer("linear_1") is model.get_layer(index=-1) is model.layers[2]
    with pytest.raises(ValueError, match="Did you mean 'linear'"):
        model.get_layer("linaer")
    with pytest.raises(ValueError, match="3 layers; there is none at index 7"):
        model.get_layer(index=7)
    with pytest.raises(ValueError, match="needs one of name and index"):
        model.get_layer()


def test_outputs_are_those_of_the_layers_called_by_hand(graphs):
    model = graphs.repeated()
    e, d = model.layers[1:]
    model.set_weights([rows(*w.shape) for w in model.weights])
    x = rows(2, 4)
    far, near = model(x)
    np.testing.assert_allclose(far, d(e(d(e(x)))), rtol=1e-6)
    np.testing.assert_allclose(near, d(x), rtol=1e-6)


def test_features_are_extracted_from_the_middle(graphs):
    model = graphs.chain()
    x = rows(2, 4)
    features = cornu.Model(model.input, model.get_layer("linear").output)
    np.testing.assert_array_equal(features(x), model.layers[1](x))
    rest = cornu.Model(model.get_layer("linear").output, model.output)
    np.testing.assert_array_equal(rest(features(x)), model(x))
    assert [layer.name for layer in rest.layers] == ["input_layer", "linear_1"]
    assert rest.layers[1] is model.layers[2]


def test_a_model_is_a_layer_with_its_own_ends(graphs):
    inner = graphs.chain()
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
        ({"a": 4, "bb": 4}, "'bb' is none of them. Did you mean 'b'"),
        ([4], "takes a list of 2 values, for \\['a', 'b'\\]; got 1"),
        ([4, 5], r"input 'b' .* described as \(None, 4\), but got shape \(None, 5\).*Input\(\(5,"),
        ([4, (4, 4)], r"got shape \(None, 4, 4\). Reshape the data"),
    ],
)
def test_data_that_does_not_fit_is_explained(graphs, data, said):
    def array(size):
        return rows(2, *(size if isinstance(size, tuple) else (size,)))

    model = graphs.shared()
    given = (
        {k: array(v) for k, v in data.items()}
        if isinstance(data, dict)
        else [array(v) for v in data]
    )
    with pytest.raises(ShapeError, match=f"(?s){said}"):
        model(given)


def test_data_is_matched_by_name_or_by_place(graphs):
    model = graphs.shared()
    model.set_weights([rows(*w.shape) for w in model.weights])
    a, b = rows(2, 4), rows(2, 4)
    expected = model([a, b])
    for given in ((a, b), {"b": b, "a": a}):
        np.testing.assert_array_equal(model(given), expected)
    with pytest.warns(UserWarning, match=r"\['unused'\] of what it got is not used"):
        np.testing.assert_array_equal(model({"b": b, "a": a, "unused": a}), expected)
    with pytest.raises(ShapeError, match=r"pass a dict with the keys \['zz', 'aa'\]"):
        graphs.two_heads()([a, rows(2, 5)])


def test_data_is_cast_to_the_dtype_of_the_input(graphs):
    x = cornu.Input((2,), dtype="int32")
    model = cornu.Model(x, x + 1)
    assert model(np.array([[1.0, 2.0]])).dtype == np.int32
    assert graphs.chain()(np.ones((2, 4), "int64")).dtype == np.float32


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


# State


def test_state_is_a_tree_of_paths(graphs):
    model = graphs.chain()
    state = model.get_state_tree()
    assert set(state["trainable_variables"]) == {"linear", "linear_1"}
    state["trainable_variables"]["linear"]["bias"] = np.zeros(3)
    model.set_state_tree({"trainable_variables": state["trainable_variables"]})
    assert not model.layers[1].bias.numpy().any()
    with pytest.raises(ValueError, match=r"has no variable 'linear/nothing'"):
        model.set_state_tree({"trainable_variables": {"linear": {"nothing": np.zeros(3)}}})


def test_a_state_that_does_not_fit_changes_nothing(graphs):
    model = graphs.chain()
    before = model.get_weights()
    state = model.get_state_tree()["trainable_variables"]
    fits = {"linear": {name: value + 1 for name, value in state["linear"].items()}}
    for wrong, error, message in [
        ({"other": {"kernel": np.zeros(3)}}, ValueError, "same with name=, or leave"),
        ({"linear_1": {"bias": np.zeros(99)}}, ValueError, "has shape"),
        ({"linear_1": None}, ValueError, "no variable 'linear_1'"),
    ]:
        with pytest.raises(error, match=message):
            model.set_state_tree({"trainable_variables": {**fits, **wrong}})
    for wrong in (None, [1], {"trainable_variables": 3}, {"optimizer_variables": None}):
        with pytest.raises(TypeError, match="as a dictionary, as get_state_tree"):
            model.set_state_tree(wrong)
    with pytest.raises(ValueError, match=r"optimizer_variables: it has none"):
        model.set_state_tree({"optimizer_variables": {"adam": {"iteration": 3}}})
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_is_freed_without_the_collector(graphs, inputs_of):
    gc.collect()
    gc.disable()
    try:
        for make in ("chain", "shared", "two_heads", "of_functions"):
            model = getattr(graphs, make)()
            model(inputs_of(model))
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


class Holds(cornu.Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, inputs):
        return self.inner(inputs)


def in_a_graph(inner):
    x = cornu.Input((2,))
    return cornu.Model(x, inner(x))


def in_a_sequence(inner):
    return cornu.Sequential([cornu.Input((2,)), inner])


@pytest.fixture
def deep(parts, request):
    """Two hundred models inside of one another."""
    limit = sys.getrecursionlimit()
    model = first = cornu.Sequential([cornu.Input((2,)), parts.Linear(2)])
    for _ in range(200):
        model = request.param(model)
    yield first, model
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("deep", [in_a_graph, in_a_sequence, Holds], indirect=True)
def test_models_far_inside_are_run(deep):
    first, model = deep
    x = rows(3, 2)
    np.testing.assert_array_equal(model(x), first(x))
    np.testing.assert_array_equal(model.predict(x, verbose=0), first.predict(x, verbose=0))
    model.trainable = False
    assert not first.trainable_variables


@pytest.mark.parametrize("deep", [in_a_sequence], indirect=True)
def test_models_far_inside_are_described_and_copied(deep):
    _, model = deep
    copied = cornu.models.clone_model(model)
    copied.set_weights(model.get_weights())
    x = rows(3, 2)
    np.testing.assert_array_equal(copied(x), model(x))
    assert model.name in model.to_json()


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


def test_a_missing_input_is_not_among_those_reached(parts):
    a, b = cornu.Input((3,), name="given"), cornu.Input((3,), name="missing")
    outputs = parts.Linear(2, name="last")(parts.Linear(3, name="first")(a) + b)
    with pytest.raises(ValueError, match="disconnected: 'missing'") as raised:
        cornu.Model(a, outputs)
    reached = str(raised.value).split("Reached so far: ")[1]
    assert "'given'" in reached
    assert "'missing'" not in reached
