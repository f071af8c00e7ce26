"""What tests of this backend share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace

Both = tuple[list[np.ndarray], list[np.ndarray]]


@pytest.fixture
def run_both() -> Callable[..., Both]:
    """Return a function that runs operations on arrays: natively, and by their definitions."""

    def run(build: Callable[..., Sequence[Any]], *arrays: np.ndarray) -> Both:
        with Trace("test") as trace:
            inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
            program = build_program("test", trace, list(build(*inputs)))
        return NativeBackend().compile(program)(*arrays), ReferenceExecutable(program)(*arrays)

    return run


@pytest.fixture
def rng() -> np.random.Generator:
    """Return random numbers that are the same in each run."""
    return np.random.default_rng(7)
