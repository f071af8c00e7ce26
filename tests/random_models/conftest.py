"""How many models are drawn."""

from __future__ import annotations

import pytest

FEW = 60  # what a run of all tests has time for


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    """Models per test: `--examples`, or a few."""
    return request.config.getoption("--examples") or FEW
