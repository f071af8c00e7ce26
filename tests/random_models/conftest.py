"""How many models are drawn, and from which seed."""

from __future__ import annotations

import pytest

FEW = 60  # what a run of all tests has time for


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> int:
    """Models per test: `--examples`, or a few."""
    return request.config.getoption("--examples") or FEW


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int | None:
    """Where draws begin: `--hypothesis-seed`; None for the same ones as ever."""
    given = request.config.getoption("--hypothesis-seed")
    return None if given is None else int(given)
