"""Sequential models: adding, taking away, building early and late."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import cornu
from cornu.errors import NotBuiltError, ShapeError
from cornu.plugins.custom_objects import CustomObjectScope

X = np.ones((2, 4), "float32")


@pytest.mark.parametrize(
    "make",
    [
        lambda p: cornu.Sequential([cornu.Input((4,)), p.Linear(3), p.Linear(2)]),
        lambda p: cornu.Sequential([p.Linear(3, input_shape=(4,)), p.Linear(2)]),
        lambda p: cornu.Sequential([p.Linear(3, input_dim=4), p.Linear(2)]),
        lambda p: cornu.Sequential([p.Linear(3, batch_input_shape=(None, 4)), p.Linear(2)]),
        lambda p: cornu.Sequential([cornu.models.InputLayer((4,)), p.Linear(3), p.Linear(2)]),
    ],
)
def test_an_input_builds_every_layer_at_once(parts, make):
    model = make(parts)
    assert model.built
    assert [w.path for w in model.weights] == [
        "sequential/linear/kernel", "sequential/linear/bias",
        "sequential/linear_1/kernel", "sequential/linear_1/bias",
    ]  # fmt: skip
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 2))
    assert [layer.name for layer in model.layers] == ["linear", "linear_1"]
    np.testing.assert_array_equal(model(X), np.full((2, 2), 16.0))


@pytest.mark.parametrize("build", [lambda m: m.build((None, 4)), lambda m: m(X)])
def test_without_an_input_the_first_shape_builds(parts, build):
    model = cornu.Sequential([parts.Linear(3), parts.Linear(2)])
    assert (model.built, model.weights) == (False, [])
    with pytest.raises(AttributeError, match="no inputs"):
        _ = model.inputs
    with pytest.raises(NotBuiltError):
        model.count_params()
    build(model)
    assert model.input_shape == (None, 4)
    assert model.count_params() == 23
    assert model(np.ones((7, 4), "float32")).shape == (7, 2)


def test_a_shape_with_a_batch_is_kept(parts):
    model = cornu.Sequential([parts.Linear(3)])
    model.build(input_shape=(4, 4))
    assert model.input_shape == (4, 4)


def test_layers_are_added_and_popped(parts):
    model = cornu.Sequential()
    model.add(cornu.Input((4,)))
    assert not model.built
    model.add(parts.Linear(3))
    assert model.output_shape == (None, 3)
    kernel = model.layers[0].kernel
    model.add(parts.Linear(2))
    top = model.pop()
    assert (top.name, model.output_shape) == ("linear_1", (None, 3))
    model.add(parts.Linear(5))
    assert model.layers[0].kernel is kernel  # what was built stays
    assert len(model.layers[0]._inbound_nodes) == 1  # and is called once
    assert model(X).shape == (2, 5)
    assert len(model.weights) == 4


def test_popping_the_last_layer_leaves_an_empty_model(parts):
    model = cornu.Sequential([parts.Linear(1)])
    model.pop()
    assert model.layers == []
    with pytest.raises(TypeError, match="no layer to pop"):
        model.pop()
    with pytest.raises(ValueError, match="no layers to build"):
        model.build((None, 4))


@pytest.mark.parametrize(
    ("layers", "error", "said"),
    [
        (lambda p: [p.Linear], TypeError, r"not classes of layers: write Linear\(\.\.\.\)"),
        (lambda p: [np.tanh], TypeError, "wrap the function 'tanh' in a Lambda"),
        (lambda p: ["dense"], TypeError, "got 'dense' of type str"),
        (lambda p: [cornu.Input((3,)) * 2.0], TypeError, "only what cornu.Input returned"),
        (lambda p: [p.Linear(1, name="l"), p.Linear(1, name="l")], ValueError, "named 'l' already"),
        (lambda p: [cornu.Input((3,)), cornu.Input((3,))], ValueError, "takes one input"),
        (lambda p: [cornu.Input((3,)), NeedsTwo()], ValueError, r"needs \['a', 'b'\]"),
    ],
)
def test_what_cannot_be_stacked_is_refused(parts, layers, error, said):
    with pytest.raises(error, match=said):
        cornu.Sequential(layers(parts))


class NeedsTwo(cornu.Layer):
    def call(self, a, b):
        return a + b


def test_a_model_may_be_a_layer(parts):
    inner = cornu.Sequential([parts.Linear(3, input_shape=(4,)), parts.Linear(2)])
    model = cornu.Sequential([inner, parts.Linear(1)])
    assert model.built
    assert model.input_shape == (None, 4)
    assert [layer.name for layer in model.layers] == ["sequential", "linear_2"]
    y = model(cornu.Input((4,)))
    assert y.shape == (None, 1)
    features = cornu.Model(inner.inputs, inner.layers[0].output)
    assert features(X).shape == (2, 3)


def test_an_unbuilt_model_is_built_by_a_symbolic_call(parts):
    model = cornu.Sequential([parts.Linear(3)])
    x = cornu.Input((4,))
    outer = cornu.Model(x, model(x))
    assert [w.path for w in outer.weights] == ["sequential/linear/kernel", "sequential/linear/bias"]


def test_several_inputs_into_the_first_layer(parts):
    class Sum(cornu.Layer):
        def call(self, inputs):
            return inputs[0] + inputs[1]

    model = cornu.Sequential([Sum(), parts.Linear(2)])
    np.testing.assert_array_equal(model([X, X]), np.full((2, 2), 9.0))
    assert [w.shape for w in model.weights] == [(4, 2), (2,)]


def test_building_for_another_shape_is_refused(parts):
    model = cornu.Sequential([parts.Linear(3, input_shape=(4,))])
    with pytest.raises(ValueError, match=r"described for inputs of shape \(None, 4\)"):
        model.build((None, 5))
    with pytest.raises(ShapeError, match=r"described as \(None, 4\), but got shape \(None, 5\)"):
        model(np.ones((2, 5), "float32"))


def test_a_build_that_fails_leaves_the_model_as_it_was(parts):
    class Picky(parts.Linear):
        def build(self, input_shape):
            if input_shape[-1] != 4:
                raise ValueError("not for me")
            super().build(input_shape)

    model = cornu.Sequential([Picky(3)])
    with pytest.raises(ValueError, match="not for me"):
        model.build((None, 5))
    model.build((None, 4))
    assert model.input_shape == (None, 4)


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda m: type(m).from_config(m.get_config()),
        lambda m: cornu.models.model_from_json(m.to_json()),
        cornu.models.clone_model,
    ],
)
def test_a_stack_comes_back(parts, built, copied):
    first = parts.Linear(3, input_shape=(4,)) if built else parts.Linear(3)
    model = cornu.Sequential([first, parts.Linear(2)], name="s")
    with CustomObjectScope({"Linear": parts.Linear}):
        again = copied(model)
    assert (again.name, again.built) == ("s", built)
    assert [layer.get_config() for layer in again.layers] == [
        layer.get_config() for layer in model.layers
    ]
    np.testing.assert_array_equal(again(X), model(X))


def test_old_configurations_are_read(parts):
    linear = {"name": "l", "trainable": True, "batch_input_shape": [None, 4], "units": 2}
    layers = [{"class_name": "Linear", "config": linear}]
    with CustomObjectScope({"Linear": parts.Linear}):
        for config in (layers, {"name": "old", "layers": layers}):  # Keras 2.0, and 2.2 on
            model = cornu.Sequential.from_config(copy.deepcopy(config))
            assert model.input_shape == (None, 4)
            assert model.layers[0].name == "l"


def test_the_second_argument_may_be_a_name(parts):
    assert cornu.Sequential([parts.Linear(1)], "old").name == "old"
    assert cornu.Sequential([parts.Linear(1)], trainable=False).trainable is False


def test_layers_cannot_be_set(parts):
    with pytest.raises(AttributeError, match="add\\(\\) and pop\\(\\)"):
        cornu.Sequential().layers = []


def test_data_of_other_sizes_after_the_first():
    class Flat(cornu.Layer):
        def call(self, inputs):
            return cornu.ops.reshape(inputs, (inputs.shape[0], -1))

    model = cornu.Sequential([Flat()])
    assert model(np.ones((3, 5, 7), "float32")).shape == (3, 35)
    assert model(np.ones((2, 7, 4), "float32")).shape == (2, 28)
    described = cornu.Sequential([cornu.Input((5, 7)), Flat()])
    with pytest.raises(ShapeError, match="described"):
        described(np.ones((2, 7, 4), "float32"))
