"""`scan`: values against a Python loop, derivatives, and the two moves."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.gradients import gradients
from cornu_engine.graph import toposort
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.scan import scan
from cornu_engine.trace import Trace
from cornu_ops.testing.gradients import check_grads

STEPS, BATCH, INPUTS, UNITS = 6, 2, 3, 4


def _rnn(x, kernel, recurrent, start, reverse=False):
    def step(state, rows):
        h = p.tanh(p.matmul(rows[0], kernel) + p.matmul(state[0], recurrent))
        return [h], [h * h]

    return scan(step, [start], [x], STEPS, reverse)


def _operands():
    rng = np.random.default_rng(0)
    shapes = ((STEPS, BATCH, INPUTS), (INPUTS, UNITS), (UNITS, UNITS), (BATCH, UNITS))
    return [rng.normal(size=s) for s in shapes]


def _loop(x, kernel, recurrent, h, reverse):
    ys = np.empty((STEPS, BATCH, UNITS))
    for t in range(STEPS)[:: -1 if reverse else 1]:
        h = np.tanh(x[t] @ kernel + h @ recurrent)
        ys[t] = h * h
    return h, ys


def _program(outputs):
    operands = _operands()
    with Trace("scan") as trace:
        values = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(operands)]
        program = build_program("scan", trace, outputs(*values))
    return program, operands


@pytest.mark.parametrize("reverse", [False, True])
def test_value(reverse):
    def outputs(*values):
        (final,), (ys,) = _rnn(*values, reverse)
        return [final, ys]

    program, operands = _program(outputs)
    for found, expected in zip(
        ReferenceExecutable(program)(*operands), _loop(*operands, reverse), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("reverse", [False, True])
def test_derivatives_to_the_second_order(reverse):
    def both(*values):
        (final,), (ys,) = _rnn(*values, reverse)
        return final, ys

    check_grads(both, _operands(), order=2, rtol=1e-4)


def test_products_with_the_inputs_leave_the_loop():
    program, _ = _program(lambda *values: _rnn(*values)[0])
    (loop,) = (n for n in toposort(program.roots) if n.op == "scan")
    inside = [n.op for n in toposort([*loop.attrs["body"].next_state, *loop.attrs["body"].ys])]
    assert inside.count("matmul") == 1  # the recurrent one


def test_weight_gradients_are_one_product_each():
    def outputs(*values):
        _, (ys,) = _rnn(*values)
        loss = p.sum(ys, axes=(0, 1, 2), keepdims=False)
        return gradients([loss], values)

    program, _ = _program(outputs)
    nodes = toposort(program.roots)
    loops = [n for n in nodes if n.op == "scan"]
    assert len(loops) == 2  # forward and backward
    bodies = [toposort([*n.attrs["body"].next_state, *n.attrs["body"].ys]) for n in loops]
    assert [sum(n.op == "matmul" for n in body) for body in bodies] == [1, 1]
    products = [n for n in nodes if n.op == "matmul"]
    assert all(n.ndim == 2 for n in products)
    assert {(INPUTS, UNITS), (UNITS, UNITS)} <= {n.shape for n in products}


def test_outputs_nobody_reads_are_dropped():
    program, _ = _program(lambda *values: _rnn(*values)[0])
    (loop,) = (n for n in toposort(program.roots) if n.op == "scan")
    assert loop.attrs["body"].ys == ()


def test_state_must_keep_its_shape():
    def step(state, rows):
        return [p.reshape(state[0], shape=(3, 2))], []

    with Trace() as trace:
        start = trace.input("start", (2, 3), "float64")
        with pytest.raises(ValueError, match="same shape and dtype"):
            scan(step, [start], [], 4)


def test_a_gather_with_a_carried_index_stays_in_the_loop():
    table = np.arange(10.0)

    def outputs(*values):
        x = values[0]
        first = p.cast(
            p.slice(x, start=(0, 0, 0), stop=(1, 1, 1), step=(1, 1, 1)), dtype=np.dtype("int32")
        )
        begin = p.reshape(first * 0, shape=(1,))

        def step(state, rows):
            return [state[0] + 1], [p.gather(as_table(), state[0], axis=0)]

        def as_table():
            from cornu_engine.graph import constant

            return constant(table)

        return scan(step, [begin], [x], STEPS)[1]

    program, operands = _program(outputs)
    (found,) = ReferenceExecutable(program)(*operands)
    np.testing.assert_array_equal(found.ravel(), table[:STEPS])
