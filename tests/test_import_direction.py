"""Imports point inwards, all kinds of them: early, late, for type checkers, as text, in stubs."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import takewhile

import pytest

from tests.house import RINGS, imports, modules, rooms

KNOWN = modules()
IMPORTS = {module: list(imports(path, module, KNOWN)) for module, path in KNOWN.items()}


def ring(module: str) -> str:
    """`cornu_engine` of `cornu_engine.graph`."""
    return module.partition(".")[0]


@pytest.mark.parametrize("name", RINGS)
def test_a_ring_imports_itself_and_what_lies_inside_of_it(name):
    allowed = {name, *RINGS[name].split()}
    wrong = [
        f"{module}:{found.line} imports {found.module} ({found.kind})"
        for module, all_found in IMPORTS.items()
        if ring(module) == name
        for found in all_found
        if ring(found.module) not in allowed
    ]
    assert wrong == []


def test_every_distribution_has_its_ring():
    assert {ring(module) for module in KNOWN} == set(RINGS)


def test_no_module_imports_itself_through_others():
    graph = {
        # A package whose __init__ imports its own modules is loaded before them anyway.
        module: {f.module for f in found if not module.startswith(f"{f.module}.")}
        for module, found in IMPORTS.items()
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def apart(one: str, other: str) -> tuple[str, ...]:
    """`("cornu.base", "cornu.training")` of modules in these: where the ways to them part.

    Nothing where one lies in the other.
    """
    ways = one.split("."), other.split(".")
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*ways, strict=False)))
    parts = tuple(".".join(way[: same + 1]) for way in ways if len(way) > same)
    return parts if len(parts) == 2 else ()


def test_no_room_imports_itself_through_others():
    """A room is a module, or a package with all that lies in it, beside others of one package."""
    graph: dict[str, set[str]] = {}
    for module, all_found in IMPORTS.items():
        for found in all_found:
            sides = apart(module, found.module)
            if sides:
                graph.setdefault(sides[0], set()).add(sides[1])
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize(("name", "most"), [("cornu_engine", 6000), ("cornu", 9_500)])
def test_a_ring_stays_small(name, most):
    assert rooms()[name].total() <= most


def test_the_reading_of_imports_sees_what_it_should(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from a import thing\n"
        "try:\n    import b.c\nexcept ImportError:\n    from d import e\n"
        "def f():\n    import g\n"
        "from . import h\nfrom ..i import j\n"
        "HOMES = {'Dense': 'cornu_layers.core:Dense'}\n"
    )
    known = dict.fromkeys(["a", "b.c", "d", "g", "p.q.h", "p.i", "cornu_layers.core"], path)
    found = {(i.module, i.kind) for i in imports(path, "p.q.module", known)}
    assert found == {
        ("a", "typing"), ("b.c", "early"), ("d", "early"), ("g", "late"), ("p.q.h", "early"),
        ("p.i", "early"), ("cornu_layers.core", "string"),
    }  # fmt: skip


def test_training_needs_no_exception_from_the_checker_of_types():
    """A method belongs to the class that has what it uses, or is a function that is given it."""
    texts = {m: p.read_text() for m, p in KNOWN.items() if m.startswith("cornu.training")}
    assert [module for module, text in texts.items() if "ignore[attr-defined]" in text] == []
