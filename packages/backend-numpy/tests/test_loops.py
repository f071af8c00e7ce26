"""Scans on the NumPy backend, against the definitions."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu_engine.gradients import gradients
from cornu_engine.scan import scan

BODIES = {
    "state handed out before": lambda c, x: (c * 0.5 + x * x, c),
    "state handed out after": lambda c, x: (ops.tanh(c + x), ops.tanh(c + x)),
    "product of both": lambda c, x: (c + x, x * c),
    "only the state": lambda c, x: (c * x, c * c),
}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_rows_of_any_rank(agree, body, shape, reverse):
    rng = np.random.default_rng(0)
    x, start = rng.random((5, *shape)).astype("float32"), rng.random(shape).astype("float32")

    def run(x, start):
        last, all_of_them = ops.scan(body, start, x, reverse=reverse)
        loss = ops.sum(last) + ops.sum(all_of_them**2)
        return [last, all_of_them, *gradients([loss], [x, start])]

    agree(run, x, start)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_steps_leave_the_state(agree, body, reverse):
    def run(x, start):
        def step(state, rows):
            after, shown = body(state[0], rows[0])
            return [after], [shown]

        (last,), (rows,) = scan(step, [start], [x], 0, reverse)
        return [last, rows]

    agree(run, np.zeros((0, 3), "float32"), np.float32([1, 2, 3]))
