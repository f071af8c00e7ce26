"""Rewrites: each rule fires on its pattern, and no rule changes a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu_engine.graph import toposort
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace

FLOAT = np.dtype("float32")


def _simplified(make):
    with Trace() as trace:
        x = trace.input("x", (3, 4), FLOAT)
        y = trace.input("y", (3, 4), FLOAT)
        result = make(x, y)
        return x, y, build_program("rule", trace, [result]).outputs[0], result


# what is written, and the operations that are left
RULES = {
    "x + 0": (lambda x, y: x + 0.0, []),
    "0 + x": (lambda x, y: 0.0 + x, []),
    "x - 0": (lambda x, y: x - 0.0, []),
    "x * 1": (lambda x, y: x * 1.0, []),
    "x / 1": (lambda x, y: x / 1.0, []),
    "x ** 1": (lambda x, y: x**1.0, []),
    "x ** 2": (lambda x, y: x**2.0, ["mul"]),
    "-(-x)": (lambda x, y: p.neg(p.neg(x)), []),
    "x + -y": (lambda x, y: x + -y, ["sub"]),
    "-x + y": (lambda x, y: -x + y, ["sub"]),
    "x - -y": (lambda x, y: x - -y, ["add"]),
    "-x * -y": (lambda x, y: -x * -y, ["mul"]),
    "-x * c": (lambda x, y: -x * 3.0, ["mul"]),
    "where(c, x, x)": (lambda x, y: p.where(p.lt(x, y), x, x), []),
    "reshape to its shape": (lambda x, y: p.reshape(x, shape=(3, 4)), []),
    "reshape twice": (lambda x, y: p.reshape(p.reshape(x, shape=(12,)), shape=(4, 3)), ["reshape"]),
    "transpose twice": (lambda x, y: p.transpose(p.transpose(x, perm=(1, 0)), perm=(1, 0)), []),
    "expand to its shape": (lambda x, y: p.expand(x, shape=(3, 4)), []),
    "slice of all": (lambda x, y: p.slice(x, start=(0, 0), stop=(3, 4), step=(1, 1)), []),
    "cast to its dtype": (lambda x, y: p.cast(x, dtype=FLOAT), []),
    "concat of one": (lambda x, y: p.concat(x, axis=0), []),
    "pad by nothing": (
        lambda x, y: p.pad(x, low=(0, 0), high=(0, 0), interior=(0, 0), value=0.0),
        [],
    ),
    "sum of sums": (
        lambda x, y: p.sum(p.sum(x, axes=(0,), keepdims=False), axes=(0,), keepdims=False),
        ["sum"],
    ),
    "f(expand(a), b)": (
        lambda x, y: p.expand(p.sum(x, axes=(0,), keepdims=True), shape=(3, 4)) * y,
        ["sum", "mul"],
    ),
    "pads that tile": (
        lambda x, y: (
            p.pad(x, low=(0, 0), high=(3, 0), interior=(0, 0), value=0.0)
            + p.pad(y, low=(3, 0), high=(0, 0), interior=(0, 0), value=0.0)
        ),
        ["concat"],
    ),
    "sum of products": (
        lambda x, y: p.sum(
            p.matmul(p.reshape(x, shape=(3, 2, 2)), p.reshape(y, shape=(3, 2, 2))),
            axes=(0,),
            keepdims=False,
        ),
        ["matmul"],
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_rule(name):
    make, left = RULES[name]
    x, y, simple, written = _simplified(make)
    ops = [n.op for n in toposort([simple]) if n.op not in ("input", "constant")]
    if left in (["matmul"], ["sum", "mul"]):
        ops = [o for o in ops if o not in ("reshape", "transpose")]
    assert ops == left
    rng = np.random.default_rng(0)
    values = {x: rng.normal(size=(3, 4)).astype(FLOAT), y: rng.normal(size=(3, 4)).astype(FLOAT)}
    found, expected = (evaluate([n], dict(values))[0] for n in (simple, written))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


_STEPS = [
    lambda a, b, number: a + b,
    lambda a, b, number: a - b,
    lambda a, b, number: a * number,
    lambda a, b, number: number - b,
    lambda a, b, number: -a,
    lambda a, b, number: p.tanh(a) ** (number + 2.0),
    lambda a, b, number: p.transpose(a, perm=(1, 0)),
    lambda a, b, number: p.reshape(p.reshape(a, shape=(16,)), shape=(4, 4)),
    lambda a, b, number: p.expand(p.sum(a, axes=(0,), keepdims=True), shape=(4, 4)),
    lambda a, b, number: p.matmul(p.tanh(a), p.tanh(b)),
]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_random_graphs_keep_their_value(data):
    """Graphs of operations with neutral elements, negations and movements."""
    with Trace() as trace:
        x = trace.input("x", (4, 4), "float64")
        pool = [x, x + 0.0]
        for _ in range(data.draw(st.integers(1, 15))):
            a, b = (pool[data.draw(st.integers(0, len(pool) - 1))] for _ in range(2))
            number = data.draw(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]))
            pool.append(data.draw(st.sampled_from(_STEPS))(a, b, number))
        program = build_program("random", trace, pool[-3:])
    value = np.random.default_rng(0).normal(size=(4, 4))
    found = evaluate(program.outputs, {program.inputs[0]: value})
    expected = evaluate(pool[-3:], {x: value})
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
