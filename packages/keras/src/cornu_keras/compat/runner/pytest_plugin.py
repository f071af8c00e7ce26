"""Loaded by pytest and its workers: `python -m cornu -m pytest -n 2`."""

from __future__ import annotations

import os

from cornu_keras.compat.runner import redirect

__all__ = ["pytest_load_initial_conftests"]


def pytest_load_initial_conftests() -> None:
    """Redirect imports before the first `conftest.py` is read."""
    redirect.install(os.environ["CORNU_DIALECT"])
