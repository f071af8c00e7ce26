"""Objects as configurations, and back."""

from __future__ import annotations

import functools
import json
import re

import numpy as np
import pytest

import cornu
from cornu.base import Layer
from cornu.configuration.config import collecting, deserialize, serialize
from cornu.errors import SavingError, UnknownNameError
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_engine.variable import Variable


def double(x):
    return x * 2


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (np.float32(1.5), 1.5),
        (np.dtype("int32"), "int32"),
        (np.float32, "float32"),
        ([1, (2, "a")], [1, (2, "a")]),
        ({1: 2}, {"1": 2}),
        (Variable(0.5), 0.5),
        (slice(1, None), {"class_name": "__slice__",
                          "config": {"start": 1, "stop": None, "step": None}}),
        (..., {"class_name": "__ellipsis__", "config": {}}),
        (b"ab", {"class_name": "__bytes__", "config": {"value": "ab"}}),
        (np.eye(1), {"class_name": "__numpy__", "config": {"value": [[1.0]], "dtype": "float64"}}),
        (double, {"module": double.__module__, "class_name": "function", "config": "double",
                  "registered_name": "double"}),
    ],
)  # fmt: skip
def test_values_are_written_as_keras_3_does(value, written):
    assert serialize(value) == written


@pytest.mark.parametrize(
    "value", [1, "a", [1, 2], {"a": None}, slice(0, 2), ..., b"ab", np.arange(3)]
)
def test_values_come_back_through_json(value):
    again = deserialize(json.loads(json.dumps(serialize(value))))
    np.testing.assert_array_equal(again, value) if isinstance(value, np.ndarray) else None
    assert isinstance(value, np.ndarray) or again == value


def test_objects_come_back_with_their_class(parts):
    layer = parts.Linear(3, name="l")
    config = serialize(layer)
    assert (config["class_name"], config["registered_name"]) == ("Linear", "Linear")
    for custom in ({"Linear": parts.Linear}, {"Linear": parts.Linear, "other": 1}):
        again = deserialize(config, custom)
        assert again.get_config() == layer.get_config()
    old = {"class_name": "Linear", "config": {"units": 2, "name": "l"}}  # Keras 2
    assert deserialize(old, {"Linear": parts.Linear}, kind="layer").units == 2


def test_a_built_layer_comes_back_built(parts):
    layer = parts.Linear(3)
    layer.build((None, 4))
    again = deserialize(json.loads(json.dumps(serialize(layer))), {"Linear": parts.Linear})
    assert again.built
    assert again.kernel.shape == (4, 3)


def test_names_that_are_not_known_say_how_to_make_them_known(parts):
    with pytest.raises(UnknownNameError, match=r"custom_objects={'Linear': Linear}"):
        deserialize(serialize(parts.Linear(1)))
    with pytest.raises(UnknownNameError, match="There is no function 'double' here"):
        deserialize(serialize(double))


def test_a_function_is_written_as_its_module_and_name():
    written = serialize(double)
    assert written["module"] == __name__
    assert written["config"] == "double"
    assert deserialize(written, {"double": double}) is double
    assert deserialize(written, {f"{__name__}.double": double}) is double


def test_functions_of_one_name_are_told_apart():
    class One:
        @staticmethod
        def loss(y):
            return y

    class Other:
        @staticmethod
        def loss(y):
            return -y

    custom = {f.__qualname__: f for f in (One.loss, Other.loss)}
    for function in (One.loss, Other.loss):
        assert serialize(function)["config"] == "loss"
        assert deserialize(serialize(function), custom) is function


def test_a_users_function_is_not_ours_of_that_name():
    def relu(x):
        return x / 2

    with pytest.raises(UnknownNameError, match="no function 'relu'"):
        deserialize(serialize(relu))
    assert deserialize(serialize(relu), {"relu": relu}) is relu


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x, y=1: x, "lambda x, y"),
        (lambda *a, **b: a, "lambda a, b"),
        (functools.partial(double), "partial(double)"),
        (functools.partial(lambda x: x), "partial(lambda x)"),
    ],
)
def test_a_function_without_a_name_gets_a_placeholder(function, name):
    written = json.loads(json.dumps(serialize(function)))
    assert written["config"] == name
    with pytest.raises(UnknownNameError, match=re.escape(name)):
        deserialize(written)
    assert deserialize(written, {name: function}) is function


def test_lambdas_may_be_collected():
    one, other = (lambda x: x), (lambda x: x + 1)
    with collecting() as found:
        names = [serialize(f)["config"] for f in (one, other, one)]
    assert names[0] == names[2] != names[1]
    assert found == {names[0]: one, names[1]: other}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"class_name": "__lambda__", "config": {"value": "4wEAAA=="}}, "holds __lambda__"),
        ({"class_name": "Sequential", "config": {"layers": [{"class_name": "system",
          "module": "os", "config": {"command": "true"}, "registered_name": None}]}}, "no layer"),
        ({"class_name": "function", "module": "os", "config": "system",
          "registered_name": "system"}, "no function 'system'"),
        ({"class_name": "eval", "module": "builtins", "config": "1"}, "There is no class 'eval'"),
        ({"class_name": "InputLayer", "config": {"batch_shape": "text"}}, "not what it takes"),
        ({"class_name": "Functional", "config": {}}, "cannot be made|needs one|Functional"),
    ],
)  # fmt: skip
def test_a_configuration_never_runs_code(config, said):
    with pytest.raises((SavingError, UnknownNameError), match=said):
        deserialize(config)


def test_safe_mode_cannot_be_turned_off():
    with pytest.raises(SavingError, match="asks to run code"):
        cornu.saving.deserialize_keras_object({}, safe_mode=False)


def test_what_has_no_configuration_is_named():
    with pytest.raises(SavingError, match="has no get_config"):
        serialize(object())


def test_an_object_that_cannot_be_made_shows_its_configuration():
    class Picky(Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)

    with pytest.raises(SavingError, match=r"Picky cannot be made from its configuration"):
        deserialize({"class_name": "Picky", "config": {}}, {"Picky": Picky})


def test_keras_2_names_of_the_arguments(parts):
    config = cornu.saving.serialize_keras_object(instance=slice(1, 2))
    assert cornu.saving.deserialize_keras_object(identifier=config) == slice(1, 2)
    found = cornu.saving.deserialize_keras_object("double", module_objects={"double": double})
    assert found is double
    assert cornu.saving.deserialize_keras_object("double") == "double"  # a text is itself


@pytest.mark.parametrize("said", ["double", "mine>double"])
def test_keras_3_6_calls_every_function_function(said):
    config = {"class_name": "function", "config": said, "registered_name": "function"}
    with CustomObjectScope({"mine>double": double}):
        assert deserialize(config) is double
        with pytest.raises(UnknownNameError, match="no function 'triple'"):
            deserialize({**config, "config": "triple"})
        with pytest.raises(SavingError, match=r"holds \['a'\]"):
            deserialize({**config, "config": ["a"]})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("{", cornu.models.model_from_json),
        ("[1, 2]", cornu.models.model_from_json),
    ],
)
def test_texts_that_are_no_models_are_refused(text, read):
    with pytest.raises(SavingError, match=r"This is no|is no object|cannot be read"):
        read(text)
