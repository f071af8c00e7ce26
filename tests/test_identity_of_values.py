"""Values are compared with `is`: mypy's plugin sees every other way, and so does Python."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from mypy import api

import cornu_backend_numpy
import cornu_backend_opencl
import cornu_engine as engine
from cornu import ops
from cornu_engine.trace import Trace

CODE = """
from collections.abc import Sequence
from cornu_engine.graph import Node
from cornu_engine.variable import Variable

a, b = Node(), Node()
one: list[Node] = [a]
all_of_them: tuple[Node, ...] = (a, b)
maybe: Node | None = a
pair: tuple[Node, int] = (a, 1)
series: Sequence[Node] = one
places: dict[Node, int] = {a: 1}
values: dict[str, Node] = {"a": a}
found: set[Node] = {a}
weights: list[Variable] = []
"""
WRONG = [
    "a == b",
    "a != b",
    "a == 1",
    "maybe == b",
    "one == [b]",
    "all_of_them != (a, b)",
    "pair == (b, 1)",
    "values == {'a': b}",
    "a in one",
    "a not in all_of_them",
    "a in series",
    "a in (a, b)",
    "a in values.values()",
    "(a, 1) in [pair]",
    "one.index(b)",
    "all_of_them.count(a)",
    "one.remove(b)",
    "weights.index(Variable())",
    "Variable() in weights",
]
RIGHT = [
    "a is b",
    "any(a is n for n in one)",
    "a in places",
    "a in places.keys()",
    "a in found",
    "pair in {pair}",
    "places == {a: 1}",
    "found == {b}",
    "'a' in values",
    "found.remove(b)",
    "len(one) == 1",
]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the lines of which mypy says that they compare values; the types are stand-ins."""
    home = tmp_path_factory.mktemp("values")
    package = home / "cornu" / "engine"
    package.mkdir(parents=True)
    for path, text in {
        "cornu/__init__.py": "",
        "cornu/engine/__init__.py": "",
        "cornu/engine/graph.py": "class Node: ...\n",
        "cornu/engine/variable.py": "class Variable: ...\n",
        "code.py": CODE + "\n".join([*WRONG, *RIGHT]) + "\n",
        "mypy.ini": f"[mypy]\nplugins = {Path(__file__).with_name('identity_of_values.py')}\n"
        f"mypy_path = {home}\ncache_dir = {home / 'cache'}\n",
    }.items():
        (home / path).write_text(text)
    out, errors, _ = api.run([str(home / "code.py"), "--config-file", str(home / "mypy.ini")])
    assert not errors, errors
    text = (home / "code.py").read_text().splitlines()
    return {text[int(n) - 1] for n in re.findall(r"code\.py:(\d+): error: Compare values", out)}


@pytest.mark.parametrize("line", WRONG)
def test_mypy_sees_a_comparison_of_values(line: str, lines: set[str]) -> None:
    assert line in lines


@pytest.mark.parametrize("line", RIGHT)
def test_mypy_lets_identity_pass(line: str, lines: set[str]) -> None:
    assert line not in lines


def test_values_are_equal_as_objects_where_nothing_is_traced() -> None:
    with Trace("compare") as trace:
        a, b = (trace.input(name, (1, n), "float32") for name, n in (("a", 3), ("b", 4)))
        assert (a == a).op == "eq"
        assert (a != 1).op == "ne"
    assert a == a
    assert a != b
    assert b not in [a]
    assert [a, b].index(b) == 1
    assert (a, 1) != (b, 1)
    assert ops.equal(a, a).op == "eq"


def _classes() -> list[type]:
    found: dict[type, None] = {}
    for package in (engine, cornu_backend_numpy, cornu_backend_opencl):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for kind in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(kind) and dataclasses.is_dataclass(kind):
                    found[kind] = None
    return list(found)


@pytest.mark.parametrize("kind", _classes(), ids=lambda kind: kind.__name__)
def test_a_dataclass_that_holds_values_is_equal_as_an_object(kind: type) -> None:
    text = " ".join(str(f.type) for f in dataclasses.fields(kind))
    if re.search(r"\b(Nodes?|Variable)\b", text) and kind.__dataclass_params__.eq:  # type: ignore[attr-defined]
        assert "__eq__" in inspect.getsource(kind), "write @dataclass(eq=False)"
