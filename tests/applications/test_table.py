"""Every member of every family has the layers of Keras' model, by name, in order and in shape."""

from __future__ import annotations

from typing import Any

import pytest

from tests.applications.table import cases, check, expected, is_large

CASES = list(cases())
QUICK = [case for case in CASES if not is_large(*case[1:])]


def test_the_table_is_of_these_cases():
    assert sorted(expected()) == sorted(name for name, *_ in CASES)


@pytest.mark.parametrize(("name", "function", "arguments"), QUICK, ids=[c[0] for c in QUICK])
def test_a_model_is_that_of_keras(name: str, function: str, arguments: dict[str, Any]):
    check(name, function, arguments)
