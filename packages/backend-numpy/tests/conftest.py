"""What the tests of this backend share."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_backend_numpy.backend import NumpyBackend
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace


def _agree(function, *arrays, exact=False):
    """Run `function` of traced inputs on the backend twice and compare with the definitions."""
    with Trace("test") as trace:
        inputs = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        outputs = function(*inputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    program = build_program("test", trace, outputs)
    expected = ReferenceExecutable(program)(*arrays)
    run = NumpyBackend().compile(program)
    for results in (run(*arrays), run(*arrays)):
        for result, wanted in zip(results, expected, strict=True):
            assert result.dtype == wanted.dtype, run.source
            assert result.shape == wanted.shape, run.source
            tolerance = (
                0
                if exact or wanted.dtype.kind != "f"
                else 2e-3
                if wanted.dtype.itemsize == 2
                else 2e-6
            )
            np.testing.assert_allclose(
                result.astype(float), wanted.astype(float), tolerance, tolerance, err_msg=run.source
            )
    return run


@pytest.fixture
def agree():
    """`agree(function, *arrays)`: the backend computes what the definitions say."""
    return _agree
