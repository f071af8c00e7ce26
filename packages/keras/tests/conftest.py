"""cornu-keras alone runs its tests by the definitions of the primitives."""

from __future__ import annotations

import pytest

from cornu.plugins import registry


@pytest.fixture(autouse=True)
def a_backend(monkeypatch):
    """Choose the backend that there is."""
    if "numpy" not in registry.names("backend"):
        monkeypatch.setenv("CORNU_BACKEND", "reference")
