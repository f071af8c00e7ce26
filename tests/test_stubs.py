"""What editors read of the modules that are made at run time is what stands in them."""

from __future__ import annotations

from importlib import import_module

import pytest

from cornu_engine.lazy import names_of_stub
from tests.house import modules
from tests.stubs import HEADER, files, written

BY_HAND = [
    name
    for name, path in modules().items()
    if path.with_suffix(".pyi").exists()
    and not path.with_suffix(".pyi").read_text(encoding="utf-8").startswith(HEADER)
]


def test_the_stubs_are_those_that_the_command_writes():
    expected, there = files(), written()
    assert sorted(expected) == sorted(there), "hatch run stubs"
    assert [path for path, text in expected.items() if text != there[path]] == [], "hatch run stubs"


@pytest.mark.parametrize("module", BY_HAND)
def test_every_name_of_a_stub_is_there(module):
    reference = names_of_stub(module)
    assert reference
    if hasattr(import_module(module), "__getattr__"):
        for name in reference:
            assert getattr(import_module(module), name) is not None
        assert set(reference) <= set(dir(import_module(module)))
