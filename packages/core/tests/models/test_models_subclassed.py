"""Subclassed models, and models that are half one, half the other."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import cornu
from cornu.base import Layer

X = np.ones((2, 4), "float32")


class Inner(Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, initializer="ones", name="kernel")

    def call(self, x):
        return x @ self.kernel


class Net(cornu.Model):
    """Uses Python's control flow on what is static."""

    def __init__(self, depth=2, use_scale=True, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth
        self.use_scale = use_scale
        self.stack = [Inner(3) for _ in range(depth)]
        if use_scale:
            self.scale = Inner(3)

    def call(self, x, training=None):
        for layer in self.stack:
            x = layer(x)
        if self.use_scale:
            x = self.scale(x)
        return x * 0.0 if training else x


def test_layers_are_tracked_from_attributes():
    model = Net()
    assert [layer.name[:5] for layer in model.layers] == ["inner"] * 3
    assert not model.built
    assert model(X).shape == (2, 3)
    assert model.built
    assert len(model.weights) == 3
    assert not model(X, training=True).any()


def test_build_makes_the_weights():
    model = Net(depth=1, use_scale=False, name="n")
    model.build((None, 4))
    assert [w.shape for w in model.weights] == [(4, 3)]
    assert model.weights[0].path.startswith("n/inner")


def test_a_symbolic_call_makes_it_part_of_a_graph():
    x = cornu.Input((4,))
    net = Net(name="net")
    model = cornu.Model(x, net(x) + 1.0)
    assert net.output_shape == (None, 3)
    np.testing.assert_array_equal(model(X), net(X) + 1.0)


def test_ends_are_not_known_before_it_is_described():
    model = Net()
    model(X)
    for ask in ("inputs", "outputs", "input_names"):
        with pytest.raises(AttributeError, match="not described by symbolic tensors"):
            getattr(model, ask)


def test_a_model_without_a_call_says_what_to_write():
    class Empty(cornu.Model):
        pass

    with pytest.raises(NotImplementedError, match="must define call"):
        Empty()(X)


def test_the_configuration_is_that_of_the_constructor():
    model = Net(depth=3, name="n")
    config = model.get_config()
    assert (config["depth"], config["use_scale"], config["name"]) == (3, True, "n")
    again = Net.from_config(config)
    assert len(again.stack) == 3


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_subclassed_model_is_copied_as_it_is(copied):
    model = Net(name="n")
    model(X)
    model.extra = {"a": [1, 2]}
    twin = copied(model)
    np.testing.assert_array_equal(twin(X), model(X))
    assert twin.extra == {"a": [1, 2]}
    twin.weights[0].assign(np.zeros((4, 3)))
    assert model.weights[0].numpy().all()


class Described(cornu.Model):
    """A subclass that describes itself by symbolic tensors."""

    def __init__(self, units, **kwargs):
        x = cornu.Input((4,))
        super().__init__(inputs=x, outputs=Inner(units)(x), **kwargs)
        self.units = units


def test_a_subclass_may_describe_a_graph():
    model = Described(5, name="d")
    assert type(model) is Described
    assert (model.name, model.output_shape, model.built) == ("d", (None, 5), True)
    assert model(X).shape == (2, 5)
    assert model.get_config()["units"] == 5
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin(X), model(X))


class Wrapping(cornu.Model):
    """A subclass of the graph's own signature, with its own call."""

    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=training, mask=mask) * 2.0


def test_a_subclass_with_the_graphs_signature_keeps_its_class():
    x = cornu.Input((4,))
    model = Wrapping(x, x + 1.0, name="w")
    assert type(model) is Wrapping
    np.testing.assert_array_equal(model(X), np.full((2, 4), 4.0))
    y = model(cornu.Input((4,)))
    assert y.shape == (None, 4)
    again = Wrapping.from_config(model.get_config())
    np.testing.assert_array_equal(again(X), model(X))


def test_layers_is_a_reserved_name():
    class Wrong(cornu.Model):
        def __init__(self):
            super().__init__()
            self.layers = []

    with pytest.raises(AttributeError, match="cannot be set"):
        Wrong()


def test_positional_arguments_are_not_taken_for_a_graph():
    class Wrong(cornu.Model):
        def __init__(self):
            super().__init__("name")

    with pytest.raises(TypeError, match=r"super\(\).__init__\(name=\.\.\.\)"):
        Wrong()


def test_stateful_layers_are_reset():
    class Memory(Layer):
        def __init__(self):
            super().__init__()
            self.stateful = True
            self.was_reset = False

        def call(self, x):
            return x

        def reset_states(self):
            self.was_reset = True

    model = cornu.Sequential([cornu.Input((4,)), Memory()])
    assert model.stateful
    model.reset_states()
    assert model.layers[0].was_reset


def test_a_model_is_few_classes_deep():
    """What a model does is in functions; its classes are what it is."""
    assert [cls.__name__ for cls in cornu.Model.__mro__] == [
        *("Model", "Trainer", "Trainable", "Layer", "Calls", "Weights", "Operation", "object"),
    ]


METHODS = (
    "evaluate_generator export fit_generator load_weights predict_classes predict_on_batch program "
    "save save_weights stateless_compute_loss test_on_batch to_json train_on_batch"
)


@pytest.mark.parametrize("name", METHODS.split())
def test_functions_that_are_methods_bind_pickle_and_may_be_written_anew(name):
    model = cornu.Sequential([cornu.Input((4,))], name="m")
    bound = pickle.loads(pickle.dumps(getattr(model, name)))
    assert (bound.__self__.name, bound.__func__) == ("m", getattr(cornu.Model, name))
    own = type("Own", (cornu.Model,), {name: lambda self, *args: (self.name, *args)})(name="own")
    assert getattr(own, name)(1) == ("own", 1)
