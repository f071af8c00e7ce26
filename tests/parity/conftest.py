"""Skip the folder where live Keras 3 is not installed; choose its engine where it is."""

from __future__ import annotations

import importlib.util
import os

import pytest

HERE = importlib.util.find_spec("keras") is not None and importlib.util.find_spec("jax") is not None

if HERE:
    # Before the first import of keras, which reads it once.
    os.environ.setdefault("KERAS_BACKEND", "jax")

collect_ignore_glob = [] if HERE else ["*.py"]


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    """Count layer names from the start on both sides."""
    import keras

    import cornu

    keras.backend.clear_session()
    cornu.backend.clear_session()
