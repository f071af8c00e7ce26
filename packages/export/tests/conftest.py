"""Without a backend beside it, the package is tested with the engine's own."""

from __future__ import annotations

import pytest

from cornu_engine import backends


@pytest.fixture(autouse=True)
def a_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run programs on the reference where no other is installed."""
    if backends.DEFAULT not in backends.survey():
        monkeypatch.setenv(backends.ENVIRONMENT_VARIABLE, "reference")
