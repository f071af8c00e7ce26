"""The public modules over the registry, in a process where no plugin is installed but a test's."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from cornu.installing import how_to_install

# Hands the process one plugin, whatever is installed, before anything has asked the registry.
PREAMBLE = """
from types import SimpleNamespace
from cornu.plugins import discovery, hookimpl

class Dense: "A layer."
def dense(x): "Its functional form."
def relu(x): return x
def linear(x): return x

@hookimpl
def cornu_layers(): return [Dense, dense]
@hookimpl
def cornu_activations(): return [relu, linear, ("(none)", linear)]

plugin = SimpleNamespace(cornu_layers=cornu_layers, cornu_activations=cornu_activations)
dist = SimpleNamespace(metadata={"Name": NAME}, version="1.0")
point = SimpleNamespace(name=NAME, value="p", dist=dist, load=lambda: plugin)
discovery.installed_entry_points = lambda: [point]
"""


def run(program, distribution="cornu-layers"):
    """Run a program in a fresh process; return what it printed."""
    source = f"NAME = {distribution!r}\n{PREAMBLE}\n{textwrap.dedent(program)}"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_by_name():
    assert run(
        "from cornu.layers import Dense as D, dense as d; print(D is Dense, d is dense)"
    ) == ("True True")


def test_dir_and_star_import():
    assert run("import cornu.layers; print(dir(cornu.layers))") == (
        "['Dense', 'dense', 'deserialize', 'get', 'serialize']"
    )
    assert run("from cornu.activations import *; print(relu(3), get('relu')(4))") == "3 4"


def test_no_activation_is_the_one_that_has_this_role():
    assert run("import cornu; print(cornu.activations.get(None) is linear)") == "True"
    assert run("import cornu; print(cornu.layers.get(None))") == "None"
    error = """
        import cornu, numpy
        try:
            cornu.initializers.get(numpy.zeros(2))
        except ValueError as error:
            print(error)
    """
    assert "initializers come with cornu-layers" in run(error, distribution="mine")
    shown = run("import cornu; print([n for n in dir(cornu.activations) if 'none' in n])")
    assert shown == "[]"


def test_hasattr_is_false_for_what_is_not_there():
    assert run("import cornu; print(hasattr(cornu.layers, 'Dens'))") == "False"


@pytest.mark.parametrize(
    "statement", ["from cornu.layers import Dens", "import cornu.layers.Dens", "cornu.layers.Dens"]
)
def test_a_mistyped_name_is_met_with_the_right_one(statement):
    program = f"""
    import cornu
    try:
        {statement}
    except (ImportError, AttributeError) as error:
        print(error)
    """
    assert "There is no layer 'Dens'. Did you mean 'Dense'?" in run(program)


@pytest.mark.parametrize("statement", ["from cornu.layers import Conv2D", "cornu.layers.Conv2D"])
def test_a_missing_distribution_is_named(statement):
    program = f"""
    import cornu
    try:
        {statement}
    except ImportError as error:
        print(error)
    """
    assert how_to_install("cornu-layers") in run(program, distribution="someone-else")


@pytest.mark.parametrize(
    ("alias", "real"),
    [
        ("cornu.errors", "cornu_engine.errors"),
        ("cornu.keras", "cornu"),
        ("cornu.keras.layers", "cornu.layers"),
        ("cornu.keras.ops.image", "cornu_ops.image"),
        ("cornu.keras.optimizers.schedules", "cornu.optimizers"),
        ("cornu.ops.image", "cornu_ops.image"),
        ("cornu.optimizers.schedules", "cornu.optimizers"),
    ],
)
def test_an_alias_is_the_same_module(alias, real):
    program = f"""
    import sys
    from importlib import import_module
    print(import_module({alias!r}) is import_module({real!r}), import_module({real!r}).__name__)
    """
    assert run(program) == f"True {real}"


# As a distribution of someone else would say it.
STRANGER = """
import importlib.metadata
from types import SimpleNamespace
points = importlib.metadata.entry_points
def entry_points(group):
    if group != "cornu_modules":
        return points(group=group)
    dist = SimpleNamespace(metadata={"Name": "stranger"})
    named = {"colours": "colorsys", "layers.old": "cornu.layers", "broken": "not_there.at_all"}
    return [SimpleNamespace(name=n, value=v, dist=dist) for n, v in named.items()]
importlib.metadata.entry_points = entry_points
"""


def test_a_stranger_brings_modules_by_the_same_door():
    program = STRANGER + textwrap.dedent("""
    import colorsys, cornu
    print(cornu.colours is colorsys)
    import cornu.colours as one
    from cornu.keras import colours as two
    from cornu.layers import old
    from cornu.layers.old import Dense as D
    print(one is two is colorsys, old is cornu.layers is cornu.layers.old, D is Dense)
    try:
        import cornu.broken
    except ImportError as error:
        print(error)
    """)
    assert run(program).splitlines() == [
        "True",
        "True True True",
        "stranger has no module not_there (asked for as cornu.broken).",
    ]


def test_the_one_line_that_a_keras_script_changes():
    program = """
    from cornu import keras
    from cornu.keras.layers import Dense as one
    import cornu.keras.layers as layers
    import cornu
    print(keras is cornu, one is Dense, layers is cornu.layers, keras.layers is cornu.layers)
    """
    assert run(program) == "True True True True"


HIDDEN = """
import sys
for name in ("cornu_preprocessing", "cornu_sklearn"):
    sys.modules[name] = None  # as if it were not installed
"""


@pytest.mark.parametrize("environment", [HIDDEN, STRANGER])
def test_what_is_not_installed_is_named(environment):
    program = environment + textwrap.dedent("""
    for name in ("cornu.preprocessing.image", "cornu.keras.preprocessing", "cornu.wrappers"):
        try:
            __import__(name)
        except ImportError as error:
            print(error)
    """)
    preprocessing = how_to_install("cornu-preprocessing")
    assert run(program).splitlines() == [
        f"cornu.preprocessing comes with cornu-preprocessing: {preprocessing}",
        f"cornu.preprocessing comes with cornu-preprocessing: {preprocessing}",
        f"cornu.wrappers comes with cornu-sklearn: {how_to_install('cornu-sklearn')}",
    ]


def test_a_kind_names_all_of_our_distributions_that_are_not_there():
    program = """
    import cornu
    print(hasattr(cornu.layers, "Normalization"), hasattr(cornu.utils, "load_img"))
    for statement in ("from cornu.layers import Normalization", "from cornu.utils import load_img"):
        try:
            exec(statement)
        except ImportError as error:
            print(error)
    """
    assert run(program).splitlines() == [
        "False False",
        "module 'cornu.layers': There is no layer 'Normalization'. Some of Cornu's own layers come "
        "with cornu-preprocessing, which is not installed here: "
        + how_to_install("cornu-preprocessing"),
        "module 'cornu.utils': There is no utility 'load_img'. Cornu's own utils come with "
        "cornu-preprocessing and cornu-keras and cornu-optim, which are not installed here: "
        + how_to_install("cornu-preprocessing", "cornu-keras", "cornu-optim"),
    ]
