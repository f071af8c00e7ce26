"""What the tests of training's parts share: a fixed start, and steps traced into programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from cornu.base.naming import reset_names
from cornu.engine.program import build_program
from cornu.engine.reference import ReferenceExecutable
from cornu.engine.trace import Trace


@pytest.fixture(autouse=True)
def fresh_names() -> None:
    """Start the counters of names again."""
    reset_names()


def traced(function: Callable[..., Any], *examples: np.ndarray) -> Callable[..., Any]:
    """Return `function` as a program, run as the reference runs it."""
    with Trace("test") as trace:
        nodes = [
            trace.input(f"x{i}", np.shape(x), np.asarray(x).dtype) for i, x in enumerate(examples)
        ]
        result = function(*nodes)
    results: Sequence[Any] = () if result is None else (result,)
    run = ReferenceExecutable(build_program("test", trace, list(results)))

    def call(*arrays: np.ndarray) -> Any:
        outputs = run(*arrays)
        return outputs[0] if results else None

    return call


@pytest.fixture(params=["eager", "traced"])
def runner(request: pytest.FixtureRequest) -> Callable[..., Callable[..., Any]]:
    """Return what makes a step of a function: the function itself, or a program of it."""
    if request.param == "eager":
        return lambda function, *examples: function
    return traced


@pytest.fixture
def as_program() -> Callable[..., Callable[..., Any]]:
    """Return what makes a program of a function and examples of its arguments."""
    return traced
