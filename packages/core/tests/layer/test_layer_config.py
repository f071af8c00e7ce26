"""Configurations, derived from the constructor."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from cornu.base import Layer
from cornu.base.layer import DTypePolicy
from cornu.plugins.custom_objects import CustomObjectScope

BASE = {"trainable": True, "dtype": {
    "module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"},
    "registered_name": None,
}}  # fmt: skip


class Plain(Layer):
    def __init__(self, units, rate=0.5, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self._rate = rate


class Child(Plain):
    def __init__(self, extra, **kwargs):
        super().__init__(**kwargs)
        self.extra = extra


class Fixed(Plain):
    """Decides an argument of its parent."""

    def __init__(self, rate=0.1, **kwargs):
        super().__init__(units=7, rate=rate, **kwargs)


class Renamed(Layer):
    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.size = output_dim


class Written(Layer):
    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.size = output_dim

    def get_config(self):
        return {**super().get_config(), "output_dim": self.size}


class WrittenChild(Written):
    def __init__(self, output_dim, colour="red", **kwargs):
        super().__init__(output_dim, **kwargs)
        self.colour = colour

    def get_config(self):
        return {**super().get_config(), "colour": self.colour}


class DerivedParent(Plain):
    def get_config(self):
        return {**super().get_config(), "mine": 1}


@pytest.mark.parametrize(
    ("layer", "own"),
    [
        (Plain(3, name="n"), {"units": 3, "rate": 0.5}),
        (Child(1, units=2, rate=0.2, name="n"), {"extra": 1, "units": 2, "rate": 0.2}),
        (Child(1, units=2, name="n"), {"extra": 1, "units": 2}),
        (Fixed(name="n"), {"rate": 0.1}),
        (Renamed(4, name="n"), {"output_dim": 4}),
        (Written(5, name="n"), {"output_dim": 5}),
        (WrittenChild(5, name="n"), {"output_dim": 5, "colour": "red"}),
        (DerivedParent(3, name="n"), {"units": 3, "rate": 0.5, "mine": 1}),
    ],
)
def test_the_configuration_is_what_the_constructor_takes(layer, own):
    assert layer.get_config() == {"name": "n", **BASE, **own}


@pytest.mark.parametrize("make", [
    lambda: Plain(3), lambda: Child(1, units=2), lambda: Fixed(), lambda: Renamed(4),
    lambda: WrittenChild(5, trainable=False, dtype="float64"),
])  # fmt: skip
def test_a_layer_comes_back_from_its_configuration(make):
    layer = make()
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert vars(again).get("size") == vars(layer).get("size")


def test_where_a_layer_stands_is_not_part_of_it():
    assert Plain(3, name="n", input_shape=(4,), weights=[]).get_config() == {
        "name": "n", **BASE, "units": 3, "rate": 0.5,
    }  # fmt: skip


def test_an_argument_that_is_not_kept_is_named():
    class Loses(Layer):
        def __init__(self, *sizes, **kwargs):
            super().__init__(**kwargs)

    class Changes(Plain):
        def __init__(self, units, **kwargs):
            super().__init__(units, **kwargs)
            self.units = units + 1

    assert Changes(1).get_config()["units"] == 2  # what the layer is now
    assert Loses(1, 2, name="n").get_config() == {"name": "n", **BASE}


def test_layers_among_the_arguments_are_written_and_made_again(parts):
    class Wrapper(Layer):
        def __init__(self, layer, others=(), **kwargs):
            super().__init__(**kwargs)
            self.layer = layer
            self.others = list(others)

    wrapper = Wrapper(parts.Linear(2), others=[parts.Linear(3)])
    with CustomObjectScope({"Linear": parts.Linear}):
        again = Wrapper.from_config(wrapper.get_config())
    assert (again.layer.units, again.others[0].units) == (2, 3)
    assert again.layer.name == wrapper.layer.name


def test_keys_of_other_dialects_that_say_nothing_are_dropped():
    config = {**Plain(3).get_config(), "quantization_config": None, "batch_input_shape": [None, 4]}
    assert Plain.from_config(config)._batch_input_shape == (None, 4)


@pytest.mark.parametrize("dtype", ["float64", np.float64, DTypePolicy("float64")])
def test_a_dtype_is_a_name_a_type_or_a_policy(dtype):
    layer = Layer(dtype=dtype)
    assert (layer.dtype, layer.compute_dtype, layer.dtype_policy.name) == ("float64",) * 3


def test_an_unknown_dtype_lists_what_was_meant():
    with pytest.raises(ValueError, match="Did you mean 'float32'"):
        Layer(dtype="flaot32")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_layer_is_copied_with_its_weights(copied):
    layer = _Holder()
    layer(np.ones((1, 2), "float32"))
    twin = copied(layer)
    assert [w.path for w in twin.weights] == [w.path for w in layer.weights]
    twin.weights[0].assign(np.zeros((2, 2)))
    assert layer.weights[0].numpy().any()
    twin.inner.append(_Inner())  # still a list that notes its members
    assert len(twin._layers) == 2


class _Inner(Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(2, 2), initializer="ones", name="w")

    def call(self, x):
        return x @ self.w


class _Holder(Layer):
    def __init__(self):
        super().__init__()
        self.inner = [_Inner()]

    def call(self, x):
        return self.inner[0](x)
