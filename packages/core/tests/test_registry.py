"""The registry over plugins that a test writes: names, aliases, misses, custom objects."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from cornu.errors import (
    MissingDistributionError,
    PluginError,
    PluginWarning,
    UnknownNameError,
)
from cornu.installing import how_to_install
from cornu.plugins import hookimpl
from cornu.plugins.registry import Registry, custom_object_scope, register_keras_serializable


class Dense:
    pass


class GlorotUniform:
    def __call__(self, shape, dtype=None):
        return shape


class MeanSquaredError:
    def __call__(self, y_true, y_pred):
        return "class"


def mean_squared_error(y_true, y_pred):
    return "function"


def add(inputs):
    return inputs


class Add:
    pass


def relu(x):
    return x


def one_plugin(**offers):
    """A plugin with one hook per keyword: layers=[…] becomes cornu_layers()."""
    plugin = SimpleNamespace(__name__="one_plugin")
    for noun, offered in offers.items():

        def hook(offered=offered):
            return offered

        hook.__name__ = f"cornu_{noun}"
        # pluggy reads the signature of a hook, and a default argument is none of its arguments
        setattr(plugin, hook.__name__, hookimpl(hook))
    return plugin


@dataclass
class EntryPoint:
    """An entry point as importlib.metadata describes it, for a distribution that is not there."""

    name: str
    plugin: object
    value: str = ""
    version: str = "1.0"

    def __post_init__(self):
        self.value = self.value or f"{self.name.replace('-', '_')}.plugin"
        self.dist = SimpleNamespace(metadata={"Name": self.name}, version=self.version)

    def load(self):
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


def registry_of(**plugins):
    """A registry over plugins by name: cornu_layers=… stands for the distribution cornu-layers."""
    points = [EntryPoint(name.replace("_", "-"), plugin) for name, plugin in plugins.items()]
    return Registry(lambda: points)


@pytest.fixture
def registry():
    return registry_of(
        cornu_layers=one_plugin(
            layers=[Dense, Add, add],
            initializers=[GlorotUniform],
            activations=[relu],
        ),
        cornu_optim=one_plugin(
            losses=[MeanSquaredError, mean_squared_error, ("mse", mean_squared_error)],
            metrics=[
                MeanSquaredError,
                mean_squared_error,
                ("mse", MeanSquaredError),
                ("mse", mean_squared_error),
            ],
        ),
    )


@pytest.mark.parametrize(
    ("kind", "identifier", "expected"),
    [
        ("initializer", "GlorotUniform", GlorotUniform),
        ("initializer", "glorot_uniform", GlorotUniform),
        ("initializer", "GLOROT_UNIFORM", GlorotUniform),
        ("initializer", "glorotuniform", GlorotUniform),
        ("layer", "Add", Add),
        ("layer", "add", Add),
        ("loss", "MeanSquaredError", MeanSquaredError),
        ("loss", "mean_squared_error", mean_squared_error),
        ("loss", "mse", mean_squared_error),
        ("loss", "MSE", mean_squared_error),
        ("metric", "mean_squared_error", MeanSquaredError),
        ("metric", "mse", MeanSquaredError),
        ("activation", "relu", relu),
    ],
)
def test_a_string_means_what_it_means_in_keras(registry, kind, identifier, expected):
    assert registry.lookup(kind, identifier) is expected


def test_import_finds_the_exact_name_and_functions_before_classes(registry):
    assert registry.attribute("layer", "add") is add
    assert registry.attribute("layer", "Add") is Add
    assert registry.attribute("metric", "mse") is mean_squared_error
    with pytest.raises(UnknownNameError):
        registry.attribute("layer", "dense")


def test_get_makes_objects_of_names_and_classes_and_lets_the_rest_pass(registry):
    assert registry.get("initializer", None) is None
    assert isinstance(registry.get("initializer", "glorot_uniform"), GlorotUniform)
    assert isinstance(registry.get("initializer", GlorotUniform), GlorotUniform)
    ready = GlorotUniform()
    assert registry.get("initializer", ready) is ready
    assert registry.get("activation", relu) is relu
    assert registry.get("loss", "mse") is mean_squared_error


@pytest.mark.parametrize("wrong", [3, 0.5, ["relu"], object()])
def test_get_refuses_what_is_no_such_thing(registry, wrong):
    with pytest.raises(UnknownNameError, match=r"is not an activation: pass a name"):
        registry.get("activation", wrong)


def test_a_function_is_no_optimizer(registry):
    with pytest.raises(UnknownNameError, match=r"is not an optimizer.*cornu\.optimizers"):
        registry.get("optimizer", lambda: None)


def test_a_miss_lists_what_is_near(registry):
    with pytest.raises(UnknownNameError, match=r"no layer 'Dens'\. Did you mean 'Dense'\?"):
        registry.get("layer", "Dens")


def test_a_miss_names_the_distribution_that_would_bring_it(registry):
    with pytest.raises(MissingDistributionError, match=re.escape(how_to_install("cornu-layers"))):
        Registry(list).get("layer", "Dense")
    with pytest.raises(ImportError, match=re.escape(how_to_install("cornu-optim"))):
        Registry(list).attribute("optimizer", "Adam")


def test_an_unknown_kind_is_an_error(registry):
    with pytest.raises(PluginError, match=r"no kind 'layers'.*Did you mean 'layer'"):
        registry.names("layers")


def test_names_and_name_of(registry):
    assert registry.names("loss") == ["MeanSquaredError", "mean_squared_error", "mse"]
    assert registry.name_of("loss", mean_squared_error) == "mean_squared_error"
    assert registry.name_of("initializer", GlorotUniform()) == "GlorotUniform"
    assert registry.name_of("initializer", GlorotUniform) == "GlorotUniform"


def test_custom_objects_come_first_and_only_inside_their_scope(registry):
    def mine(x):
        return -x

    with custom_object_scope({"relu": mine, "mine": mine}):
        assert registry.get("activation", "relu") is mine
        assert registry.get("activation", "mine") is mine
        with custom_object_scope({"mine": relu}):
            assert registry.get("activation", "mine") is relu
    assert registry.get("activation", "relu") is relu
    with pytest.raises(UnknownNameError):
        registry.get("activation", "mine")


def test_a_registered_class_is_found_by_its_full_name(registry):
    @register_keras_serializable(package="shop")
    class Till:
        def __call__(self, shape, dtype=None):
            return shape

        def get_config(self):
            return {}

    assert registry.lookup("initializer", "shop>Till") is Till
    assert registry.name_of("initializer", Till()) == "shop>Till"


def test_registering_a_class_without_get_config_is_refused():
    with pytest.raises(ValueError, match=r"get_config"):
        register_keras_serializable()(Dense)


def test_hooks_are_called_only_when_their_kind_is_needed():
    called = []

    class Plugin:
        @hookimpl
        def cornu_layers(self):
            called.append("layers")
            return [Dense]

        @hookimpl
        def cornu_losses(self):
            called.append("losses")
            return []

    registry = registry_of(a=Plugin())
    assert called == []
    assert registry.get("layer", "Dense").__class__ is Dense
    assert registry.get("layer", "Dense").__class__ is Dense
    assert called == ["layers"]


def test_a_hook_may_ask_the_registry():
    class Plugin:
        @hookimpl
        def cornu_layers(self):
            assert registry.lookup("activation", "relu") is relu
            return [Dense]

        @hookimpl
        def cornu_activations(self):
            return [relu]

    registry = registry_of(a=Plugin())
    assert registry.names("layer") == ["Dense"]


PARTS = """
import cornu

class OfMine(cornu.losses.Loss): pass
class Stepping(cornu.optimizers.Optimizer): pass
class Counting(cornu.metrics.Metric): pass
"""


@pytest.mark.parametrize("first", ["the name", "the module"])
def test_one_module_may_bring_parts_of_several_kinds(first, tmp_path, monkeypatch):
    """It is being imported when it asks for the classes that it derives from."""
    import cornu
    from cornu.plugins import registry

    class Plugin:
        @hookimpl
        def cornu_losses(self):
            from parts_of_a_test import OfMine

            return [OfMine]

        @hookimpl
        def cornu_optimizers(self):
            from parts_of_a_test import Stepping

            return [Stepping]

    (tmp_path / "parts_of_a_test.py").write_text(PARTS)
    monkeypatch.syspath_prepend(tmp_path)
    plugin = Plugin()
    registry.register(plugin, "of-a-test")
    try:
        if first == "the module":
            import parts_of_a_test  # noqa: F401
        assert cornu.losses.OfMine is sys.modules["parts_of_a_test"].OfMine
        assert cornu.optimizers.Stepping is sys.modules["parts_of_a_test"].Stepping
    finally:
        registry.unregister(plugin)
        sys.modules.pop("parts_of_a_test", None)


def test_a_plugin_at_hand_can_be_added_and_taken_away(registry):
    class Wide:
        pass

    plugin = one_plugin(layers=[Wide])
    registry.register(plugin, "mine")
    assert registry.lookup("layer", "Wide") is Wide
    registry.unregister(plugin)
    with pytest.raises(UnknownNameError):
        registry.lookup("layer", "Wide")
    assert registry.lookup("layer", "Dense") is Dense


def test_registering_one_plugin_twice_is_refused(registry):
    plugin = one_plugin(layers=[])
    registry.register(plugin, "mine")
    with pytest.warns(PluginWarning), pytest.raises(PluginError):
        registry.register(plugin, "mine")


def test_asking_from_many_threads_calls_a_hook_once():
    from concurrent.futures import ThreadPoolExecutor

    calls = []

    class Plugin:
        @hookimpl
        def cornu_layers(self):
            calls.append(1)
            return [Dense]

    registry = registry_of(a=Plugin())
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: registry.lookup("layer", "Dense"), range(64)))
    assert set(found) == {Dense}
    assert len(calls) == 1


def test_importing_the_registry_loads_no_plugin():
    program = (
        "import sys; from cornu.plugins import registry; "
        "assert not [m for m in sys.modules if m.startswith('cornu_layers')]; "
        "assert 'importlib.metadata' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_hook_that_asks_for_its_own_kind_sees_what_is_there_so_far():
    class First:
        @hookimpl
        def cornu_layers(self):
            return [Dense]

    class Second:
        @hookimpl
        def cornu_layers(self):
            assert registry.names("layer") == ["Dense"]
            return [Add]

    registry = registry_of(a=First(), b=Second())
    assert registry.names("layer") == ["Add", "Dense"]


def test_a_reference_is_imported_when_it_is_used(tmp_path, monkeypatch):
    (tmp_path / "late_layers.py").write_text("class Late: pass\nclass Later: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry(entry_points=list)
    offers = ["late_layers:Late", ("Alias", "late_layers:Later"), "late_layers:Late"]
    registry.register(one_plugin(layers=offers))
    assert registry.names("layer") == ["Alias", "Late"]
    assert registry.name_of("layer", Dense) == "Dense"
    assert registry.problems() == []
    assert "late_layers" not in sys.modules
    late = registry.attribute("layer", "Late")
    assert (late.__module__, late.__name__) == ("late_layers", "Late")
    assert registry.lookup("layer", "late") is late
    assert registry.name_of("layer", sys.modules["late_layers"].Later) == "Alias"


def test_a_reference_to_where_a_class_is_handed_on_from(tmp_path, monkeypatch):
    (tmp_path / "inner_layers.py").write_text("class Passed: pass\n")
    (tmp_path / "outer_layers.py").write_text("from inner_layers import Passed\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry(entry_points=list)
    registry.register(one_plugin(layers=[("mine", "outer_layers:Passed")]))
    import outer_layers

    assert registry.name_of("layer", outer_layers.Passed) == "mine"


def test_a_reference_that_leads_nowhere_names_the_plugin():
    registry = Registry(entry_points=list)
    registry.register(one_plugin(layers=["no_such_module:Gone", "json:Gone2"]), name="broken")
    for name in ("Gone", "Gone2"):
        with pytest.raises(PluginError, match=rf"broken .*'{name}'.*cannot be imported"):
            registry.attribute("layer", name)


@pytest.mark.parametrize("offer", ["Late", "a b:Late", "json:", ":x", ("Alias", "json")])
def test_a_text_that_is_no_reference_is_a_problem(offer):
    registry = Registry(entry_points=list)
    registry.register(one_plugin(layers=[offer]))
    with pytest.warns(PluginWarning, match="nor a reference"):
        assert registry.names("layer") == []


def test_a_reference_to_what_another_plugin_brings_is_no_clash():
    registry = Registry(entry_points=list)
    registry.register(one_plugin(layers=[Dense]), name="first")
    registry.register(one_plugin(layers=[f"{Dense.__module__}:Dense"]), name="second")
    assert registry.problems() == []
    registry.register(one_plugin(layers=["elsewhere:Dense"]), name="third")
    with pytest.warns(PluginWarning, match="already brought by first"):
        registry.names("layer")
