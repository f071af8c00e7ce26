"""cornu-keras alone runs its tests by the definitions of the primitives."""

from __future__ import annotations

import pytest

from cornu.base.layer.context import set_learning_phase
from cornu.plugins import registry


@pytest.fixture(autouse=True)
def a_backend(monkeypatch):
    """Choose the backend that there is."""
    if "numpy" not in registry.names("backend"):
        monkeypatch.setenv("CORNU_BACKEND", "reference")


@pytest.fixture(autouse=True)
def no_learning_phase():
    """Leave it to each step whether it trains: what a test set would hold in all that follow."""
    yield
    set_learning_phase(None)
