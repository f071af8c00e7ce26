"""What the tests of this backend share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace

BACKENDS = {kind: OpenCLBackend(schedule=Schedule(kind)) for kind in ("cpu", "gpu")}


def compiled(function: Callable[..., Any], arrays: Any, backend: OpenCLBackend) -> Any:
    """Return a function of traced inputs as a program of the backend."""
    with Trace("test") as trace:
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    return backend.compile(build_program("test", trace, outputs))


def _agree(
    function: Callable[..., Any],
    *arrays: np.ndarray,
    backend: OpenCLBackend,
    exact: bool = False,
    tolerance: float = 2e-5,
) -> Any:
    """Run a function twice on the backend and compare with the definitions."""
    run = compiled(function, arrays, backend)
    expected = ReferenceExecutable(run.program)(*arrays)
    for results in (run(*arrays), run(*arrays)):
        for result, wanted in zip(results, expected, strict=True):
            assert result.dtype == wanted.dtype
            assert result.shape == wanted.shape
            loose = 4e-3 if wanted.dtype == np.float16 else tolerance
            if exact or wanted.dtype.kind != "f":
                np.testing.assert_array_equal(result, wanted, err_msg=run.source)
                continue
            scale = float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0))
            np.testing.assert_allclose(
                result.astype(float), wanted.astype(float), loose, loose * scale, err_msg=run.source
            )
    return run


@pytest.fixture(autouse=True)
def _usable(request: pytest.FixtureRequest) -> None:
    """Skip what the device of this machine cannot do, with the reason."""
    asked = getattr(request.cls, "backend", BACKENDS["cpu"])
    if "backend" in request.fixturenames:
        asked = request.getfixturevalue("backend")
    availability = asked.available()
    if not availability.ok:
        pytest.skip(availability.reason)


@pytest.fixture
def agree() -> Callable[..., Any]:
    """`agree(function, *arrays, backend=…)`: the backend computes what the definitions say."""
    return _agree


@pytest.fixture(params=["cpu", "gpu"])
def backend(request: pytest.FixtureRequest) -> OpenCLBackend:
    """The backend, once for each schedule."""
    return BACKENDS[request.param]
