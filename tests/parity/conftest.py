"""Skip the folder where live Keras 3 is not installed; choose its engine where it is."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

HERE = importlib.util.find_spec("keras") is not None and importlib.util.find_spec("jax") is not None

if HERE:
    # Before the first import of keras and jax, which read these once.
    os.environ.setdefault("KERAS_BACKEND", "jax")
    # Most of the time goes into compiling programs that run once.
    quick = "--xla_backend_optimization_level=0"
    os.environ["XLA_FLAGS"] = f"{quick} {os.environ.get('XLA_FLAGS', '')}".strip()

collect_ignore_glob = [] if HERE else ["*.py"]


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    """Count layer names from the start on both sides."""
    import keras

    import cornu

    keras.backend.clear_session(free_memory=False)
    cornu.backend.clear_session()


@pytest.fixture
def float64(_fresh_names: None) -> Iterator[None]:
    """Compute in float64 on both sides, where rounding hides no difference and makes none."""
    from tests.parity.sides import computing_in

    with computing_in("float64"):
        yield


@pytest.fixture(params=["float32", "float64"])
def precision(request: pytest.FixtureRequest, _fresh_names: None) -> Iterator[str]:
    """Run the test twice: in float32, and in float64 where the mathematics shows."""
    from tests.parity.sides import computing_in

    with computing_in(request.param):
        yield request.param
