"""The largest models, on request: `hatch run applications`. Some need more than a gigabyte."""

from __future__ import annotations

from typing import Any

import pytest

from tests.applications.table import cases, check, is_large

CASES = [case for case in cases() if is_large(*case[1:])]


@pytest.mark.parametrize(("name", "function", "arguments"), CASES, ids=[c[0] for c in CASES])
def test_a_model_is_that_of_keras(name: str, function: str, arguments: dict[str, Any]):
    check(name, function, arguments)
