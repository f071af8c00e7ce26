"""Broken plugins: each is named with its distribution and module, and the others keep working."""

from __future__ import annotations

import inspect
import signal
import warnings
from types import SimpleNamespace

import pytest

from cornu import backends
from cornu.errors import BackendError, PluginWarning, UnknownNameError
from cornu.plugins import discovery, hookimpl, hookspecs
from cornu.plugins.kinds import KINDS
from cornu.plugins.registry import Registry


class Point:
    """An entry point as importlib.metadata describes it, for a distribution that is not there."""

    def __init__(self, name, plugin, value=None, distribution=None):
        self.name, self.plugin = name, plugin
        self.value = value or f"{name.replace('-', '_')}.plugin"
        self.dist = SimpleNamespace(metadata={"Name": distribution or name}, version="1.0")

    def load(self):
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


class Dense:
    pass


class Good:
    @hookimpl
    def cornu_layers(self):
        return [Dense]


def warned(points):
    """The registry over these entry points, and the warnings that using it gave."""
    registry = Registry(lambda: points)
    with pytest.warns(PluginWarning) as caught:
        registry.problems()
    assert registry.lookup("layer", "Dense") is Dense
    return registry, [str(warning.message) for warning in caught]


@pytest.mark.parametrize(
    "error", [ImportError("no module named frob"), ValueError("x"), SystemExit(1)]
)
def test_a_plugin_that_raises_at_import(error):
    registry, texts = warned([Point("bad", error), Point("good", Good())])
    assert len(texts) == 1
    for expected in ("Plugin bad", "module bad.plugin", type(error).__name__, str(error)):
        assert expected in texts[0]
    assert registry.problems()[0].cause is error


class Broken:
    @hookimpl
    def cornu_backends(self):
        raise ImportError("No module named 'pyopencl'")


@pytest.mark.parametrize("broken", [Broken(), ImportError("No module named 'pyopencl'")])
def test_a_broken_plugin_is_the_reason_why_a_backend_is_missing(broken, monkeypatch):
    registry = Registry(lambda: [Point("bad", broken)])
    with pytest.warns(PluginWarning):
        registry.problems()
    monkeypatch.setattr(backends.registry, "default", registry)
    with pytest.raises(BackendError, match=r"Plugin bad .*ImportError: No module named 'pyopencl'"):
        backends.resolve("broken")
    assert "pyopencl" in registry.reasons("backend")[0]
    if broken is not registry.problems()[0].cause:
        assert registry.reasons("layer") == []


@pytest.fixture
def interrupted():
    """What makes the handler of a signal raise an exception in whatever code calls it."""

    def handle(number, frame):
        raise raised[0]

    raised = []
    before = signal.signal(signal.SIGTERM, handle)

    def interrupt(error):
        raised[:] = [error]
        signal.raise_signal(signal.SIGTERM)

    yield interrupt
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TimeoutError("late"), SystemExit(3)])
@pytest.mark.parametrize("place", ["load", "hook"])
def test_what_a_handler_of_a_signal_raises_goes_through(error, place, interrupted):
    class Slow(Point):
        def load(self):
            if place == "load" and not calls:
                calls.append(1)
                interrupted(error)
            return self

        @hookimpl
        def cornu_layers(self):
            if place == "hook" and not calls:
                calls.append(1)
                interrupted(error)
            return [Dense]

    calls = []
    registry = Registry(lambda: [Slow("slow", None)])
    with pytest.raises(type(error)) as caught:
        registry.lookup("layer", "Dense")
    assert caught.value is error
    assert registry.lookup("layer", "Dense") is Dense  # and nothing is taken for missing
    assert not registry.problems()


def test_a_misspelt_hook_names_the_right_one():
    class Bad:
        @hookimpl
        def cornu_layer(self):
            return []

    _, texts = warned([Point("bad", Bad()), Point("good", Good())])
    assert texts == [
        "Plugin bad (module bad.plugin): there is no hook 'cornu_layer'. "
        "Did you mean 'cornu_layers'?"
    ]


def test_the_other_hooks_of_that_plugin_keep_working():
    class Wide:
        pass

    class Half:
        @hookimpl
        def cornu_optimisers(self):
            return []

        @hookimpl
        def cornu_layers(self):
            return [Wide]

    registry, _ = warned([Point("half", Half()), Point("good", Good())])
    assert registry.lookup("layer", "Wide") is Wide


def test_a_hook_without_the_marker():
    class Bad:
        def cornu_layers(self):
            return []

    _, texts = warned([Point("bad", Bad()), Point("good", Good())])
    assert "'cornu_layers' is not marked with @cornu.plugins.hookimpl" in texts[0]


def test_a_hook_with_arguments_it_will_not_get():
    class Bad:
        @hookimpl
        def cornu_layers(self, registry):
            return []

    _, texts = warned([Point("bad", Bad()), Point("good", Good())])
    assert "Plugin bad (module bad.plugin): could not be loaded" in texts[0]


def test_a_hook_that_raises():
    class Bad:
        @hookimpl
        def cornu_layers(self):
            raise RuntimeError("out of paint")

    _, texts = warned([Point("bad", Bad()), Point("good", Good())])
    assert texts == [
        "Plugin bad (module bad.plugin): cornu_layers: raised RuntimeError: out of paint"
    ]


@pytest.mark.parametrize("offer", [3, "Dense", ("Dense", 3), (Dense, "Dense"), None])
def test_an_offer_that_is_neither_class_nor_function(offer):
    class Bad:
        @hookimpl
        def cornu_layers(self):
            return [offer]

    _, texts = warned([Point("bad", Bad()), Point("good", Good())])
    assert f"offered {offer!r}, neither a class nor a function" in texts[0]


def test_a_duplicate_name_is_left_out_and_both_modules_are_named():
    def cornu_layers():
        return [type("Dense", (), {"__module__": "stranger.layers"})]

    stranger = SimpleNamespace(__name__="stranger.plugin", cornu_layers=hookimpl(cornu_layers))
    # Whatever the order of installation, Cornu's own distributions come first.
    _, texts = warned([Point("a-stranger", stranger), Point("cornu-layers", Good())])
    for expected in ("Plugin a-stranger", "'Dense'", "cornu-layers", "stranger.layers", __name__):
        assert expected in texts[0]


def test_a_second_plugin_of_the_same_name_is_left_out():
    class Other:
        @hookimpl
        def cornu_layers(self):
            return [type("Wide", (), {})]

    registry, texts = warned(
        [Point("good", Good()), Point("good", Other(), "other.plugin", distribution="other")]
    )
    assert "Plugin other (module other.plugin)" in texts[0]
    assert "already taken by good (module good.plugin)" in texts[0]
    assert registry.names("layer") == ["Dense"]


@pytest.mark.filterwarnings("error")
def test_one_entry_point_seen_twice_is_no_clash():
    good = Good()
    registry = Registry(lambda: [Point("good", good), Point("good", good)])
    assert registry.names("layer") == ["Dense"]
    assert registry.problems() == []


def test_a_miss_says_that_the_plugin_which_should_bring_it_is_broken():
    registry = Registry(lambda: [Point("cornu-layers", ImportError("no module named frob"))])
    with pytest.warns(PluginWarning), pytest.raises(UnknownNameError, match="named frob"):
        registry.lookup("layer", "Dense")


def test_a_problem_is_shown_once():
    registry = Registry(lambda: [Point("bad", ImportError("gone")), Point("good", Good())])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        registry.names("layer")
        registry.names("loss")
        registry.problems()
    assert [warning.category for warning in caught] == [PluginWarning]


def test_every_hook_is_documented_and_belongs_to_a_kind():
    declared = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("cornu_")}
    assert set(declared) == {kind.hook for kind in KINDS.values()}
    for name, hook in declared.items():
        assert inspect.getdoc(hook), name
        assert not inspect.signature(hook).parameters, name


@pytest.mark.parametrize("kind", KINDS)
def test_every_hook_is_called(kind):
    class Thing:
        name = "Thing"

    def hook():
        return [Thing]

    plugin = SimpleNamespace(__name__="one")
    hook.__name__ = KINDS[kind].hook
    setattr(plugin, hook.__name__, hookimpl(hook))
    assert Registry(lambda: [Point("one", plugin)]).lookup(kind, "Thing") is Thing


def test_the_hooks_of_a_plugin_are_known():
    plugin = discovery.Plugin("good", "1.0", "good.plugin", Good())
    assert plugin.hooks == ("cornu_layers",)
