"""Operations on arrays and on traced values, side by side."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine import backends
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace, as_node


@pytest.fixture(autouse=True)
def a_backend(monkeypatch):
    """Where no backend stands beside it, the package is tested with the engine's own."""
    if backends.DEFAULT not in backends.survey():
        monkeypatch.setenv(backends.ENVIRONMENT_VARIABLE, "reference")


def _run(function, *arrays):
    """A function of traced values, evaluated by the reference."""
    with Trace("run") as trace:
        nodes = [trace.input("x", np.shape(a), np.asarray(a).dtype) for a in arrays]
        result = function(*nodes)
    many = isinstance(result, (tuple, list))
    leaves = [as_node(x) for x in result] if many else [result]
    known = dict(zip(nodes, map(np.asarray, arrays), strict=True))
    found = evaluate(leaves, known)
    return found if many else found[0]


def _both(function, *arrays):
    """The result on arrays, after checking that the traced one is the same."""
    eager, traced = function(*arrays), _run(function, *arrays)
    many = isinstance(eager, (tuple, list))
    for a, b in zip(eager if many else [eager], traced if many else [traced], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
        assert np.asarray(a).dtype == b.dtype
    return eager


@pytest.fixture
def run():
    """`run(function, *arrays)`: a function of traced values, evaluated by the reference."""
    return _run


@pytest.fixture
def both():
    """`both(function, *arrays)`: its result on arrays, which equals that on traced values."""
    return _both
