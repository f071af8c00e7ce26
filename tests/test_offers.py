"""What our own plugins offer: by reference, all of it there, and known to core by no name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

from cornu.plugins import registry
from tests.house import modules

HOOKS = [
    pytest.param(plugin, hook, id=f"{plugin.distribution}-{hook}")
    for plugin in registry.plugins()
    if plugin.distribution.startswith("cornu-")
    for hook in plugin.hooks
]
ASKS_FOR_ALL = """
import sys
from cornu.plugins import registry
from cornu.plugins.kinds import KINDS
for kind in KINDS:
    registry.names(kind)
print(*sys.modules)
"""
# Classes of which core asks for none by name.
# Where what core brings itself stands.
BELOW = ("cornu.", "cornu_data.", "cornu_engine.", "cornu_ops.")
OF_CLASSES = ("layer", "optimizer", "loss", "metric", "callback", "initializer")


@pytest.mark.parametrize(("plugin", "hook"), HOOKS)
def test_a_hook_offers_references_that_lead_to_something(plugin, hook):
    offers = list(getattr(plugin.object, hook)())
    assert offers
    for offer in offers:
        reference = offer[1] if isinstance(offer, tuple) else offer
        assert isinstance(reference, str)
        home, name = reference.split(":")
        found = getattr(import_module(home), name)
        assert isinstance(found, ModuleType) or callable(found)


def test_asking_for_names_imports_no_part():
    done = subprocess.run(
        [sys.executable, "-c", ASKS_FOR_ALL], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    homes = {e.module for kind in OF_CLASSES for e in registry.entries(kind)}
    homes = {home for home in homes if not home.startswith("cornu.")}
    assert len(homes) > 100
    assert loaded & homes == set()


def names_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield each name in the code of a module, and each text that is a name; not docstrings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.alias):
            yield node.lineno, node.name.rpartition(".")[2]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) != "ast":
            yield node.lineno, node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, re.split(r"[.:]", node.value)[-1]


def test_core_and_engine_know_no_class_of_a_plugin():
    """A sentence for users may name a layer; the demo is a user's script."""
    brought = {
        entry.name
        for kind in OF_CLASSES
        for entry in registry.entries(kind)
        if entry.is_class and entry.name[0].isupper() and not entry.module.startswith(BELOW)
    }
    assert {"Dense", "Adam", "GlorotUniform", "MeanSquaredError", "EarlyStopping"} <= brought
    known = [
        f"{module}:{line}: {name}"
        for module, path in modules().items()
        if module.startswith(("cornu.", "cornu_engine"))
        for line, name in names_in(path.read_text(encoding="utf-8"))
        if path.suffix == ".py" and name in brought
    ]
    assert known == []


def test_no_class_is_judged_by_the_package_it_comes_from():
    judged = [
        module
        for module, path in modules().items()
        if module.startswith(("cornu.", "cornu_engine")) and path.suffix == ".py"
        if re.search(r'__module__.*(startswith|==| in ).*"cornu', path.read_text("utf-8"))
    ]
    assert judged == []
