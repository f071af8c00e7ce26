"""What tests leave behind."""

from __future__ import annotations

import pytest

from cornu_engine.config import set_learning_phase


@pytest.fixture(autouse=True)
def no_learning_phase():
    """Leave it to each step whether it trains: what a test set would hold in all that follow."""
    yield
    set_learning_phase(None)
