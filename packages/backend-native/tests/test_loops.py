"""Loops: state in place where that is safe, outputs in their rows, whatever a step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.scan import scan
from cornu_engine.trace import Trace

W = np.linspace(-0.5, 0.5, 25, dtype=np.float32).reshape(5, 5)
Step = Callable[[list[Any], list[Any]], tuple[list[Any], list[Any]]]


def _counts(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    return [s[0] + x[0], s[1] * 0.5 + x[0]], [s[0]]


def _recurs(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    h = p.tanh(p.matmul(s[0], W) + x[0])
    return [h, s[1] * 0.9 + h], [h, s[1] - h]


def _swaps(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    return [s[1], s[0] + x[0]], [s[0] * s[1]]


def _shows_twice(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    y = s[0] * x[0]
    return [y, y], [y, y]


def _hands_on(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    return [s[0], s[1] + s[0]], [x[0], s[1], s[0]]


def _turns(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    return [p.flip(s[0], axes=(0,)) + x[0], p.matmul(W, s[1])], [p.transpose(s[0], perm=(1, 0))]


def _joins(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    both = p.concat(s[0] + 1, p.tanh(x[0]), axis=0)
    return [p.slice(both, start=(3, 0), stop=(8, 5), step=(1, 1)), s[1] + x[0]], [both]


def _reads_late(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    a = s[0] + x[0]
    return [a, p.matmul(a, W) + s[1]], [p.matmul(s[0], W) + a]


def first_row(x: Any) -> Any:
    """Return the first row of a matrix of five."""
    return p.reshape(p.slice(x, start=(0, 0), stop=(1, 5), step=(1, 1)), shape=(5,))


def _nests(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
    (end,), (ys,) = scan(lambda q, r: ([q[0] * 0.5 + r[0]], [q[0]]), [first_row(s[1])], [x[0]], 5)
    return [s[0] + ys, p.matmul(s[1], W) + end], [ys]


STEPS = (_counts, _recurs, _swaps, _shows_twice, _hands_on, _turns, _joins, _reads_late, _nests)


@pytest.mark.parametrize("length", [0, 1, 4])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_loop_is_what_its_definition_says(
    step: Step,
    reverse: bool,
    length: int,
    rng: np.random.Generator,
    run_both: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "dirty", True)
    xs = rng.standard_normal((length, 5, 5)).astype(np.float32)
    states = rng.standard_normal((2, 5, 5)).astype(np.float32)

    def build(x: Any, a: Any, b: Any) -> list[Any]:
        final, ys = scan(step, [a, b], [x], length, reverse)
        return [*final, *ys]

    for found, expected in zip(*run_both(build, xs, *states), strict=True):
        np.testing.assert_allclose(found, expected, 1e-5, 1e-6)


@pytest.mark.parametrize("shown", [False, True])
def test_a_step_is_its_own_work(shown: bool) -> None:
    """The next state is computed over the old one; an output in its row."""

    def cell(s: list[Any], x: list[Any]) -> tuple[list[Any], list[Any]]:
        c = p.tanh(s[0]) * x[0]
        return [c], [c] * shown

    with Trace("cell") as trace:
        x = trace.input("x", (6, 5, 5), "float32")
        final, ys = scan(cell, [trace.input("s", (5, 5), "float32")], [x], 6)
        program = build_program("cell", trace, [*final, *ys])
    lines = NativeBackend().compile(program).source.splitlines()
    copies = [line for line in lines if line.endswith(("next state */", " row */"))]
    assert len(copies) == shown  # of an output to the state
