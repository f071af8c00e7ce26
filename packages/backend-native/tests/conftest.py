"""What tests of this backend share: functions of arrays as programs, run by both roads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.settings import limits
from cornu_engine.program import Program, build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace

Build = Callable[..., Sequence[Any]]
Both = tuple[list[np.ndarray], list[np.ndarray]]


def _traced(build: Build, arrays: Sequence[np.ndarray]) -> Program:
    with Trace("test") as trace:
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        return build_program("test", trace, list(build(*inputs)))


def _native(build: Build, arrays: Sequence[np.ndarray], threads: int = 2) -> list[np.ndarray]:
    with limits.using(threads=threads):
        run = NativeBackend().compile(_traced(build, arrays))
    return run(*arrays)


def _defined(build: Build, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    with np.errstate(all="ignore"):
        return ReferenceExecutable(_traced(build, arrays))(*arrays)


@pytest.fixture
def native() -> Callable[..., list[np.ndarray]]:
    """Return the function that runs operations on arrays by kernels."""
    return _native


@pytest.fixture
def defined() -> Callable[..., list[np.ndarray]]:
    """Return the function that runs operations on arrays by their definitions."""
    return _defined


@pytest.fixture
def run_both() -> Callable[..., Both]:
    """Return a function that runs operations on arrays: natively, and by their definitions."""

    def run(build: Build, *arrays: np.ndarray) -> Both:
        program = _traced(build, arrays)
        return NativeBackend().compile(program)(*arrays), ReferenceExecutable(program)(*arrays)

    return run


@pytest.fixture
def rng() -> np.random.Generator:
    """Return random numbers that are the same in each run."""
    return np.random.default_rng(7)


TOLERANCE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-14}


def _agree(build: Build, *arrays: np.ndarray, tolerance: float | None = None) -> None:
    """Run operations twice on the backend and compare with the definitions.

    Tolerances are relative to the largest number of a result.
    """
    run = NativeBackend().compile(_traced(build, arrays))
    expected = _defined(build, arrays)
    for results in (run(*arrays), run(*arrays)):
        for result, wanted in zip(results, expected, strict=True):
            assert (result.dtype, result.shape) == (wanted.dtype, wanted.shape)
            near = tolerance if tolerance is not None else TOLERANCE.get(str(wanted.dtype), 0.0)
            finite = np.abs(wanted[np.isfinite(wanted)].astype(float))
            scale = float(finite.max()) if finite.size else 1.0
            np.testing.assert_allclose(result, wanted, near, near * scale, err_msg=run.source)


@pytest.fixture
def agree() -> Callable[..., None]:
    """Return the comparison with the definitions."""
    return _agree
