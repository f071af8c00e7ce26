"""`import cornu` is light: nothing heavy is imported, and public names are found when used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cornu


def run(program):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "heavy",
    ["h5py", "importlib.metadata", "matplotlib", "numpy", "pluggy", "rich", "scipy", "yaml"],
)
def test_import_cornu_leaves_heavy_modules_alone(heavy):
    assert run(f"import sys, cornu; print({heavy!r} in sys.modules)") == "False"


def test_import_cornu_loads_no_part_of_itself_but_the_door():
    loaded = run("import sys, cornu; print(sorted(m for m in sys.modules if m[:6] == 'cornu.'))")
    assert loaded == "['cornu.aliases']"


@pytest.mark.parametrize("heavy", ["h5py", "matplotlib", "rich", "scipy", "yaml"])
def test_making_a_layer_leaves_heavy_modules_alone(heavy):
    assert run(f"import sys, cornu; cornu.Layer; print({heavy!r} in sys.modules)") == "False"


def test_a_variable_alone_knows_its_operators():
    program = "import cornu; v = cornu.Variable([1.0, 2.0]); print(-v, v[1] > 1, [2.0, 0.0] + v)"
    assert run(program) == "[-1. -2.] True [3. 2.]"


def test_an_empty_model_looks_for_no_plugin():
    program = (
        "import sys, cornu; cornu.Sequential(); "
        "print(*sorted({m.partition('.')[0] for m in sys.modules if m[:5] == 'cornu'}), "
        "'importlib.metadata' in sys.modules)"
    )
    assert run(program) == "cornu cornu_data cornu_engine cornu_ops False"


def test_a_first_model_asks_plugins_what_they_offer_and_loads_none_of_it():
    pytest.importorskip("cornu_layers", reason="a model needs a layer")
    program = (
        "import sys, cornu; from cornu.layers import Dense; cornu.Sequential([Dense(3)]); "
        "print(*(m for m in sys.modules if m[:6] == 'cornu_' and '.' in m))"
    )
    needed = ("cornu_engine", "cornu_ops", "cornu_data", "cornu_layers")
    others = [m for m in run(program).split() if m.partition(".")[0] not in needed]
    assert {m.rpartition(".")[2] for m in others} <= {"plugin", "catalogue"}, others


@pytest.mark.parametrize("name", cornu.__all__)
def test_every_public_name_is_there(name):
    assert getattr(cornu, name) is not None


def test_an_unknown_name_is_met_with_the_right_one():
    with pytest.raises(AttributeError, match=r"Did you mean 'Sequential'\?"):
        cornu.Sequentail  # noqa: B018 - looking it up is what fails
    assert not hasattr(cornu, "nothing_of_the_kind")


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert cornu.__version__ == cornu.version() == version("cornu-core")
