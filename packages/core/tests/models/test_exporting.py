"""`model.export` hands the forward program to whoever writes the format."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import cornu
from cornu.installing import how_to_install
from cornu.models import exporting
from cornu.plugins import hookimpl
from cornu.plugins.registry import Registry


def write_text(
    filepath: Any, function: Any, inputs: Any, output_names: Any, name: str, **options: Any
) -> None:
    """Write what a program is called, takes and returns."""
    said = [(each.name, tuple(each.shape)) for each in inputs]
    value = function(*(cornu.ops.zeros([n or 2 for n in each.shape]) for each in inputs))
    shapes = [tuple(leaf.shape) for leaf in cornu.tree.flatten(value)]
    Path(filepath).write_text(f"{name} {said} {output_names} {shapes} {options}")


@hookimpl
def cornu_exporters() -> list[Any]:
    """One format of a stranger's."""
    return [("words", write_text)]


@pytest.fixture
def model() -> Any:
    a, b = cornu.Input((3,), name="a"), cornu.Input((3,), name="b")
    return cornu.Model({"a": a, "b": b}, {"sum": a + b}, name="adds")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    registry = Registry(lambda: [])
    registry.register(SimpleNamespace(cornu_exporters=cornu_exporters), name="stranger")
    monkeypatch.setattr(exporting, "registry", registry)
    return registry


@pytest.mark.parametrize(("name", "format"), [("m.words", None), ("m.x", "words")])
def test_a_stranger_writes_a_format(
    name: str, format: str | None, model: Any, registry: Registry, tmp_path: Path
) -> None:
    model.export(tmp_path / name, format, loud=True)
    assert (tmp_path / name).read_text() == (
        "adds [('a', (None, 3)), ('b', (None, 3))] ['sum'] [(2, 3)] {'loud': True}"
    )


@pytest.mark.parametrize(("name", "format"), [("m", None), ("m.onnx", None), ("m", "onnx")])
def test_a_format_that_is_not_installed_is_asked_for(
    name: str, format: str | None, model: Any, registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(ImportError, match=re.escape(how_to_install("cornu-export"))):
        model.export(tmp_path / name, format)
    assert not list(tmp_path.iterdir())
