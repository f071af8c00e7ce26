"""What a plugin states of its parts, and the parts of themselves: for anyone's as for ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

import cornu
from cornu.base import Layer, Optimizer
from cornu.base.overriding import differs_while
from cornu.configuration.annotated import check_arguments
from cornu.configuration.known import public_name
from cornu.errors import DataError, SavingError
from cornu.plugins import hookimpl, registry
from cornu.saving.layout import saved_objects


class Scale(Layer):
    """A stranger's, of a package that is called like one of ours."""

    __module__ = "cornu_stranger.layers"
    attributes_in_files: ClassVar[dict[str, str]] = {"inner": "_core"}
    is_turned = False

    def __init__(self, size: int = 2, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.inner = None

    def build(self, shape):
        self.gain = self.add_weight((self.size, 1), initializer=np.ones, name="gain")

    def call(self, x):
        return x * self.gain[0, 0]

    @differs_while("is_turned")
    def load_own_variables(self, store):
        self.gain.assign(-np.asarray(store["0"]))


class Careful(Optimizer):
    """Goes around another one."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner


@pytest.fixture
def stated():
    """A function that registers the layer in a plugin that states some facts."""
    made = []

    def state(**facts):
        plugin = SimpleNamespace(__name__="cornu_stranger.plugin", **facts)
        plugin.cornu_layers = hookimpl(lambda: [Scale])
        plugin.cornu_optimizers = hookimpl(lambda: [Careful, ("(twice)", Careful)])
        registry.register(plugin, name=f"stranger-{len(made)}")
        made.append(plugin)

    yield state
    for plugin in made:
        registry.unregister(plugin)


@pytest.mark.parametrize(
    ("facts", "name"),
    [({}, (None, "Scale")), ({"IN_KERAS": True}, ("keras.layers", "Scale"))],
)
def test_files_call_a_class_as_keras_does_where_its_plugin_says_so(stated, facts, name):
    stated(**facts)
    assert public_name(Scale) == name


def test_annotations_hold_where_the_plugin_says_so(stated):
    stated()
    check_arguments(Scale, {"size": "two"})
    stated(ANNOTATED=True)
    with pytest.raises(SavingError, match=r"size='two' of Scale is not what it takes: int"):
        check_arguments(Scale, {"size": "two"})


def test_a_role_is_no_name(stated):
    stated()
    assert not [name for name in registry.names("optimizer") if "twice" in name]
    assert registry.find("optimizer", "twice") is None
    assert registry.name_of("optimizer", Careful) == "Careful"
    assert registry.role("optimizer", "twice") is Careful
    assert registry.role("optimizer", "thrice") is None


def difference(y_true, y_pred):
    return y_pred - y_true


def test_what_compile_puts_around_an_optimizer_has_a_role(monkeypatch):
    monkeypatch.setattr(registry, "role", lambda kind, name: Careful if name == "float16" else None)
    model, inner = cornu.Sequential(), Optimizer()
    model.compile(inner, difference)
    assert model.optimizer is inner
    model.dtype_policy = "mixed_float16"
    for _ in range(2):  # once is enough
        model.compile(model.optimizer, difference)
        assert isinstance(model.optimizer, Careful)
        assert model.optimizer.inner is inner
    model.compile(None, difference)
    assert model.optimizer is None


def test_attributes_have_other_names_in_files():
    layer = Scale()
    layer.inner = Scale()
    assert [path for path, _ in saved_objects(layer)] == ["", "_core"]


@pytest.mark.parametrize(("is_turned", "value"), [(False, 3.0), (True, -3.0)])
def test_a_layer_reads_itself_only_while_it_differs(tmp_path, is_turned, value):
    model, again = (cornu.Sequential([cornu.Input((2,)), Scale()]) for _ in range(2))
    model.layers[0].gain.assign([[3.0], [3.0]])
    model.save_weights(tmp_path / "m.weights.h5")
    again.layers[0].is_turned = is_turned
    again.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(again.layers[0].gain.numpy(), [[value], [value]])


def test_indices_are_checked_by_the_table_that_a_layer_names():
    class Words(Layer):
        rows_of_table = "vocabulary"

        def __init__(self, vocabulary, **kwargs):
            super().__init__(dtype="float32", **kwargs)
            self.vocabulary = vocabulary
            self.vectors = self.add_weight((vocabulary, 2), initializer=np.ones, name="vectors")

        def call(self, x):
            return cornu.ops.take(self.vectors, x, axis=0)

    model = cornu.Sequential([cornu.Input((3,), dtype="int32"), Words(5, name="words")])
    assert model.predict(np.array([[0, 1, 4]]), verbose=0).shape == (1, 3, 2)
    with pytest.raises(DataError, match=r"holds the index 5 .* its vocabulary is 5.*vocabulary=6"):
        model.predict(np.array([[0, 5, 4]]), verbose=0)
