"""What distributions bring under `cornu.`: it is there, and core says where it comes from."""

from __future__ import annotations

from importlib import import_module

import pytest

import cornu
from cornu.aliases import COMES_WITH, brought


def test_core_says_what_to_install_for_each_module_of_ours():
    said = {name.removeprefix("cornu."): of for name, (_, of) in brought().items()}
    assert {name: of for name, of in said.items() if "." not in name} == COMES_WITH


@pytest.mark.parametrize("name", brought())
def test_every_module_of_a_wing_is_there(name):
    assert import_module(name) is import_module(brought()[name][0])


@pytest.mark.parametrize("name", COMES_WITH)
def test_the_door_shows_it(name):
    assert getattr(cornu, name) is import_module(f"cornu.{name}")
    assert name in dir(cornu)
