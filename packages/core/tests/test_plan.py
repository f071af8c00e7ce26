"""Plans: order, places, groups, and that no value is overwritten while it is needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu import ops
from cornu.engine.gradients import gradients
from cornu.engine.primitives.table import p
from cornu.engine.program import build_program
from cornu.engine.scan import scan
from cornu.engine.trace import Trace
from cornu.engine.variable import Arena, Variable


def _train(batch=8, units=16):
    kernel = Variable(np.ones((4, units), "float32"), name="kernel")
    bias = Variable(np.zeros(units, "float32"), name="bias")
    arena = Arena([kernel, bias])
    slot = Variable(np.zeros(arena.size, "float32"), name="slot")
    with Trace("train") as trace:
        x = trace.input("x", (batch, 4), "float32")
        y = p.maximum(p.matmul(x, kernel.value) + bias.value, 0.0)
        loss = p.sum(y * y, axes=(0, 1), keepdims=False)
        found = gradients([loss], [kernel.value, bias.value])
        flat = p.concat(*(p.reshape(g, shape=(g.size,)) for g in found), axis=0)
        slot.assign(slot.value * 0.9 + flat)
        arena.assign(arena.value - 0.01 * slot.value)
    return build_program("train", trace, [loss]), arena, slot


def test_state_is_updated_in_place():
    program, arena, slot = _train()
    plan = program.plan(())
    assert not [i for i in plan.instructions if i.op == "store"]
    written = {place.variable for place in plan.places.values() if place.kind == "state"}
    assert written == {arena, slot}


def test_gradients_are_computed_where_the_arena_wants_them():
    plan = _train()[0].plan(())
    (whole,) = (i.node for i in plan.instructions if i.op == "concat")
    inside = [offset for w, offset in plan.inside.values() if w is whole]
    assert sorted(inside) == [0, 64]


def test_a_chain_over_many_elements_is_one_group_with_small_temporaries():
    with Trace("chain") as trace:
        x = trace.input("x", (1_000_000,), "float32")
        y = p.exp(p.tanh(x * 2.0) + 1.0) * x
    plan = build_program("chain", trace, [y]).plan(())
    assert {i.group for i in plan.instructions} == {1}
    assert plan.memory < 2 * y.nbytes  # the result, and blocks


def test_memory_is_shared_between_values_that_do_not_meet():
    with Trace("chain") as trace:
        x = trace.input("x", (64, 64), "float32")
        y = x
        for _ in range(10):
            y = p.matmul(p.tanh(y), x)
    assert build_program("chain", trace, [y]).plan(()).memory <= 3 * y.nbytes


def test_a_mask_is_kept_rather_than_what_it_is_made_of():
    with Trace("t") as trace:
        x = trace.input("x", (100, 1000), "float32")
        y = p.exp(x)
        total = p.sum(y, axes=(1,), keepdims=True)
        weights = p.exp(p.matmul(p.transpose(x, perm=(1, 0)), total))  # while y would wait
        out = p.where(p.lt(y, 1.0), p.matmul(x, weights), 0.0)
    plan = build_program("t", trace, [out]).plan()
    names = [i.op for i in plan.instructions]
    assert names.index("lt") == names.index("exp") + 1
    assert plan.memory < 100 * 1000 * 4 + 100 * 1000 * 1.1


@pytest.mark.parametrize("kept_by", ["another reader", "being an output"])
def test_a_mask_is_made_when_it_is_wanted_where_the_value_is_kept_anyway(kept_by):
    with Trace("t") as trace:
        x = trace.input("x", (100, 1000), "float32")
        y = p.exp(x)
        total = p.sum(y, axes=(1,), keepdims=True)
        late = p.exp(p.add(x, total))
        out = p.where(p.lt(y, 1.0), late, 0.0)
        if kept_by == "another reader":
            out = p.add(out, p.exp(y))
    outputs = [out, y] if kept_by == "being an output" else [out]
    names = [i.op for i in build_program("t", trace, outputs).plan().instructions]
    assert names.index("lt") > names.index("sum")


def test_swapping_two_variables():
    a, b = Variable(np.zeros(3, "float32"), name="a"), Variable(np.ones(3, "float32"), name="b")
    with Trace("swap") as trace:
        old_a, old_b = a.value, b.value
        a.assign(old_b)
        b.assign(old_a)
    plan = build_program("swap", trace, []).plan(())
    plan.check()
    assert [i.op for i in plan.instructions].count("copy") == 2


def test_an_output_keeps_the_old_value_of_a_variable():
    v = Variable(np.zeros(3, "float32"), name="v")
    with Trace("old") as trace:
        old = v.value
        v.assign(old + 1.0)
    plan = build_program("old", trace, [old]).plan(())
    assert plan.places[plan.outputs[0]].kind == "slot"


_UNARY = ("tanh", "exp", "neg")
_BINARY = ("add", "mul", "sub", "maximum")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_value_is_overwritten_in_random_programs(data):
    """Random graphs of views, products, chains and updates keep to the rules of memory."""
    v = Variable(np.ones((40, 40), "float32"), name="v")
    with Trace("random") as trace:
        pool = [trace.input("x", (40, 40), "float32"), v.value]

        def pick():
            return pool[data.draw(st.integers(0, len(pool) - 1))]

        for _ in range(data.draw(st.integers(3, 25))):
            kind = data.draw(
                st.sampled_from(["unary", "binary", "matmul", "view", "concat", "assign"])
            )
            if kind == "unary":
                pool.append(getattr(p, data.draw(st.sampled_from(_UNARY)))(pick()))
            elif kind == "binary":
                pool.append(getattr(p, data.draw(st.sampled_from(_BINARY)))(pick(), pick()))
            elif kind == "matmul":
                pool.append(p.matmul(pick(), pick()))
            elif kind == "view":
                pool.append(p.transpose(pick(), perm=(1, 0)))
            elif kind == "concat":
                halves = [
                    p.slice(pick(), start=(0, 0), stop=(20, 40), step=(1, 1)) for _ in range(2)
                ]
                pool.append(p.concat(*halves, axis=0))
            else:
                v.assign(pick())
        results = [pool[data.draw(st.integers(0, len(pool) - 1))] for _ in range(2)]
    build_program("random", trace, results).plan(()).check()


def test_listings_of_loops_stay_narrow():
    def step(state, x):
        states = [ops.tanh(s + x + i) for i, s in enumerate(state)]
        return states, list(states)

    with Trace("loop") as trace:
        starts = [trace.input(f"start_of_state_{i}", (8, 3)) for i in range(6)]
        last, rows = ops.scan(step, starts, trace.input("x", (5, 8, 3)))
    lines = str(build_program("loop", trace, [*last, *rows])).splitlines()
    assert max(map(len, lines)) < 140
    at = next(i for i, line in enumerate(lines) if " scan " in line)
    assert lines[at].split()[:2] == ["%0.0", "scan"]
    assert [line.split()[0] for line in lines[at : at + 12]] == [f"%0.{i}" for i in range(12)]


def test_the_bodies_of_loops_are_grouped_by_the_function_that_is_given():
    with Trace("loop") as trace:
        x = trace.input("x", (4, 3), "float32")
        start = trace.input("start", (3,), "float32")
        final, _ = scan(lambda h, r: ([p.tanh(h[0] + r[0])], []), [start], [x], 4)
    program = build_program("loop", trace, final)
    seen = []
    plan = program.plan((), lambda plan: None, lambda plan: seen.append(plan.name))
    plan.check()
    assert seen == ["body"]
