"""The choice of backend: who wins, and what is said where there is no such backend."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import SimpleNamespace

import pytest

from cornu.errors import BackendError
from cornu.plugins import hookimpl, registry
from cornu_engine import backends


def backend(name, ok=True, reason=""):
    def available(self):
        return SimpleNamespace(ok=ok, reason=reason)

    namespace = {"name": name, "available": available, "compile": None, "__module__": __name__}
    return type(f"{name.title()}Backend", (), namespace)


class Plugin:
    @hookimpl
    def cornu_backends(self):
        absent = backend("absent", ok=False, reason="No device of that kind was found.")
        return [backend("alpha"), backend("beta"), backend("gamma"), absent]


@pytest.fixture(autouse=True)
def _four_more_backends(monkeypatch):
    plugin = Plugin()
    registry.register(plugin, "four-backends")
    monkeypatch.delenv(backends.ENVIRONMENT_VARIABLE, raising=False)
    monkeypatch.setattr(backends, "_chosen", None)
    monkeypatch.setattr(backends, "_made", {})
    backends._highest_ranked.cache_clear()
    yield
    backends._highest_ranked.cache_clear()
    registry.unregister(plugin)


# Of those that come with Cornu, the one that runs where nobody chooses.
USUAL = "native" if importlib.util.find_spec("cornu_backend_native") else "numpy"


def test_the_argument_wins_over_the_call_over_the_environment(monkeypatch):
    assert backends.get_backend() == USUAL
    monkeypatch.setenv(backends.ENVIRONMENT_VARIABLE, "alpha")
    assert backends.resolve().name == "alpha"
    backends.set_backend("beta")
    assert backends.get_backend() == "beta"
    assert backends.resolve().name == "beta"
    assert backends.resolve("alpha").name == "alpha"
    backends.set_backend(None)
    assert backends.resolve().name == "alpha"


RANKS = {
    "the highest": ({"alpha": 5, "beta": 7, "gamma": 0}, "beta"),
    "the last where it is higher": ({"alpha": 5, "gamma": 6}, "gamma"),
    "none below 0": ({"alpha": -1, "beta": -9, "gamma": 0}, "gamma"),
    "none that cannot run": ({"absent": 9, "alpha": 5, "gamma": 0}, "alpha"),
}


@pytest.mark.filterwarnings("ignore:The backend 'absent'")
@pytest.mark.parametrize("case", RANKS)
def test_where_nobody_chooses_the_highest_rank_that_can_run_is_taken(case, monkeypatch):
    ranks, expected = RANKS[case]
    for name, rank in ranks.items():
        monkeypatch.setitem(sys.modules, f"package_{name}", SimpleNamespace(RANK=rank))
    packages = {name: f"package_{name}" for name in ranks}
    monkeypatch.setattr(type(backends._finder), "packages", lambda _: packages)
    assert backends.get_backend() == backends.resolve().name == expected
    monkeypatch.setenv(backends.ENVIRONMENT_VARIABLE, "numpy")
    assert backends.get_backend() == "numpy"


def test_without_ranks_it_is_numpy(monkeypatch):
    monkeypatch.setattr(type(backends._finder), "packages", lambda _: {})
    assert backends.get_backend() == "numpy"


def test_one_that_would_be_taken_and_cannot_run_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "package_absent", SimpleNamespace(RANK=9))
    monkeypatch.setitem(sys.modules, "package_gamma", SimpleNamespace(RANK=0))
    packages = {"absent": "package_absent", "gamma": "package_gamma"}
    monkeypatch.setattr(type(backends._finder), "packages", lambda _: packages)
    with pytest.warns(UserWarning, match="'absent' cannot run here: No device of that kind"):
        assert backends.get_backend() == "gamma"


def test_ranks_are_read_without_importing_a_backend():
    program = "import cornu, sys; print(cornu.get_backend(), *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    name, *modules = done.stdout.split()
    assert name == USUAL, done.stderr
    assert not {"cornu_backend_opencl.backend", "cornu_backend_numpy.backend"} & set(modules)


def test_one_object_per_name_and_objects_pass():
    assert backends.resolve("alpha") is backends.resolve("alpha")
    ready = backend("gamma")()
    assert backends.resolve(ready) is ready


def test_an_unknown_backend_is_met_with_those_that_are_there():
    with pytest.raises(BackendError) as raised:
        backends.set_backend("alfa")
    text = str(raised.value)
    assert "There is no backend 'alfa'" in text
    assert "alpha, beta" in text.partition("can run here:")[2]
    assert "absent" not in text
    assert "Did you mean 'alpha'?" in text
    assert backends.get_backend() == USUAL  # and nothing has changed


def test_an_unknown_backend_in_the_environment_says_where_it_came_from(monkeypatch):
    monkeypatch.setenv(backends.ENVIRONMENT_VARIABLE, "alfa")
    with pytest.raises(BackendError, match=r"'alfa' \(from CORNU_BACKEND\)"):
        backends.resolve()


def test_an_unavailable_backend_says_why_and_never_gives_way():
    with pytest.raises(BackendError, match=r"'absent' cannot run here: No device of that kind"):
        backends.resolve("absent")


def test_a_backend_of_ours_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(registry.default, "find", lambda kind, name: None)
    monkeypatch.setattr(registry.default, "names", lambda kind: ["reference"])
    monkeypatch.setattr(backends, "_made", {})
    with pytest.raises(BackendError, match=r"pip install cornu-backend-opencl"):
        backends.resolve("opencl")


def test_survey_tells_what_can_run():
    found = backends.survey()
    assert found["alpha"] == ""
    assert found["absent"] == "No device of that kind was found."


def test_the_command_lists_backends_and_plugins():
    done = subprocess.run(
        [sys.executable, "-m", "cornu", "plugins", "--names"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cornu-core" in done.stdout
    assert "Initializer" in done.stdout
    assert "backends" in done.stdout
