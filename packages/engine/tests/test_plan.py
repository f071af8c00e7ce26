"""Plans: order, places, groups, and that no value is overwritten while it is needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu import ops
from cornu.errors import GraphError
from cornu_engine.gradients import gradients
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.scan import scan
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable


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


def test_a_part_of_a_whole_may_be_seen_another_way_in_it_again():
    with Trace("twice") as trace:
        x = trace.input("x", (3, 6), "float32") * 2.0
        y = p.concat(x, p.flip(x, axes=(0,)), x, axis=0)
    plan = build_program("twice", trace, [y]).plan(())
    assert list(plan.inside) == [x]
    plan.check()


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


@pytest.mark.parametrize("written", ["a value", "a variable"])
def test_nothing_is_written_over_what_is_read_in_another_order(written):
    v = Variable(np.ones((3, 3), "float32"), name="v")
    with Trace("order") as trace:
        x = p.exp(trace.input("x", (3, 3), "float32")) if written == "a value" else v.value
        turned = p.transpose(x, perm=(1, 0))
        out = p.add(x, turned)
        v.assign(turned if written == "a variable" else v.value)
    plan = build_program("order", trace, [out]).plan(())
    plan.check()
    assert plan.memory >= 2 * out.nbytes


_UNARY = ("tanh", "exp", "neg")
_BINARY = ("add", "mul", "sub", "maximum")
_VIEWS = (
    lambda x: p.transpose(x, perm=(1, 0)),
    lambda x: p.flip(x, axes=(0,)),
    lambda x: p.reshape(x, shape=(6, 6)),
    lambda x: p.slice(p.concat(x, x, axis=0), start=(1, 0), stop=(7, 6), step=(1, 1)),
    lambda x: p.expand(p.slice(x, start=(2, 0), stop=(3, 6), step=(1, 1)), shape=(6, 6)),
)


@st.composite
def _programs(draw):
    """Random graphs of views, products, chains, concatenations and updates of a variable."""
    v = Variable(np.linspace(-1, 1, 36).reshape(6, 6).astype("float32"), name="v")
    with Trace("random") as trace:
        pool = [trace.input("x", (6, 6), "float32"), v.value]

        def pick():
            return pool[draw(st.integers(0, len(pool) - 1))]

        for _ in range(draw(st.integers(3, 25))):
            kind = draw(st.sampled_from(["unary", "binary", "matmul", "view", "concat", "assign"]))
            if kind == "unary":
                pool.append(getattr(p, draw(st.sampled_from(_UNARY)))(pick()))
            elif kind == "binary":
                pool.append(getattr(p, draw(st.sampled_from(_BINARY)))(pick(), pick()))
            elif kind == "matmul":
                pool.append(p.matmul(pick(), pick()))
            elif kind == "view":
                pool.append(draw(st.sampled_from(_VIEWS))(pick()))
            elif kind == "concat":
                halves = [p.slice(pick(), start=(0, 0), stop=(3, 6), step=(1, 1)) for _ in range(2)]
                pool.append(p.concat(*halves, axis=0))
            else:
                v.assign(pick())
        results = [pick() for _ in range(2)]
    return build_program("random", trace, results)


@settings(max_examples=150, deadline=None)
@given(_programs())
def test_no_value_is_overwritten_in_random_programs(program):
    program.plan(()).check()


def _in_place(plan, x):
    """Run a plan in the memory that it plans; return its results and what is left in the state."""
    memory = {None: np.full(plan.memory, 255, np.uint8)}
    fixed = {n: x if n.op == "input" else n.attrs.get("value") for n in plan.places}
    for variable in plan.state:
        memory[variable] = variable.array.copy().reshape(-1).view(np.uint8)

    def at(node):
        owner = plan.layouts.owner(node)
        if owner is not node:
            (operand,) = node.inputs
            return PRIMITIVES[node.op].evaluate(at(operand), **node.attrs)
        place = plan.places[node]
        if place.kind not in ("slot", "state"):
            return fixed[node]
        end = place.offset + node.nbytes
        return memory[place.variable][place.offset : end].view(node.dtype).reshape(node.shape)

    for instruction in plan.instructions:
        node = instruction.node
        if instruction.op == "store":
            memory[instruction.variable][:] = np.array(at(node)).reshape(-1).view(np.uint8)
        else:
            operands = [np.array(at(i)) for i in node.inputs]
            at(node)[...] = PRIMITIVES[node.op].evaluate(*operands, **node.attrs)
    left = [memory[v].view("float32").reshape(v.shape) for v in plan.state]
    return [np.array(at(o)) for o in plan.outputs] + left


@settings(max_examples=300, deadline=None)
@given(_programs(), st.data())
def test_what_the_check_lets_pass_computes_what_is_meant(program, data):
    """Plans are damaged: a value is given another's place, or two instructions are swapped."""
    plan = program.plan((), group=lambda plan: None)
    x = np.linspace(-2, 2, 36).reshape(6, 6).astype("float32")
    with np.errstate(all="ignore"):
        expected = _in_place(plan, x)
        values = [n for n, place in plan.places.items() if place.kind in ("slot", "state")]
        order = plan.instructions
        if data.draw(st.booleans()) and len(order) > 1:
            i, j = (data.draw(st.integers(0, len(order) - 1)) for _ in range(2))
            order[i], order[j] = order[j], order[i]
        elif len(values) > 1:
            one, other = (values[data.draw(st.integers(0, len(values) - 1))] for _ in range(2))
            shift = data.draw(st.sampled_from([0, 0, 4, 64]))
            plan.places[one] = replace(plan.places[other], offset=plan.places[other].offset + shift)
        try:
            plan.check()
        except GraphError:
            return
        for found, wanted in zip(_in_place(plan, x), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


def _loop():
    with Trace("loop") as trace:
        x = trace.input("x", (4, 5), "float32")
        start = trace.input("start", (5,), "float32")
        final, rows = scan(
            lambda h, r: ([p.tanh(p.exp(h[0]) + p.sin(r[0]))], [p.cos(h[0])]), [start], [x], 4
        )
    return build_program("loop", trace, [*final, *rows]).plan(())


def _chain():
    with Trace("chain") as trace:
        x = trace.input("x", (1_000_000,), "float32")
        y = p.exp(p.tanh(x * 2.0) + 1.0) * x
    return build_program("chain", trace, [y]).plan(())


def _group():
    with Trace("group") as trace:
        x = trace.input("x", (300, 300), "float32")
        y = p.mul(p.exp(p.matmul(x, x)), x)
    plan = build_program("group", trace, [y]).plan(())
    _move(plan, "matmul", offset=0)
    return plan


def _parts():
    with Trace("parts") as trace:
        x = trace.input("x", (2, 3), "float32")
        y = p.matmul(p.concat(p.exp(x), p.tanh(x), axis=0), p.transpose(x, perm=(1, 0)))
    return build_program("parts", trace, [y]).plan(())


def _move(plan, op, **changes):
    node = next(i.outputs[0] for i in plan.instructions if i.op == op)
    plan.places[node] = replace(plan.places[node], **changes)


@pytest.mark.parametrize(
    ("make", "damage", "message"),
    [
        (_parts, lambda plan: _move(plan, "tanh", offset=0), "is not computed where"),
        (_parts, lambda plan: _move(plan, "matmul", offset=0), "is read while"),
        (_parts, lambda plan: _move(plan, "matmul", offset=1 << 20), "does not fit"),
        (_parts, lambda plan: _move(plan, "matmul", kind="input"), "nothing may be written"),
        (_parts, lambda plan: plan.instructions.pop(0), "was overwritten or never made"),
        (_chain, lambda plan: _move(plan, "tanh", offset=64, local=False), "is read while"),
        (_group, lambda plan: _move(plan, "mul", offset=64), "is overwritten by a block"),
        (_chain, lambda plan: setattr(plan.instructions[-1], "group", 7), "outside of the group"),
        (
            _chain,
            lambda plan: _move(plan, "tanh", offset=plan.place(plan.outputs[0]).offset),
            "shares memory with a block",
        ),
        (
            _loop,
            lambda plan: plan.instructions[1].body.instructions.reverse(),
            "body, .* was overwritten or never made",
        ),
    ],
)
def test_the_check_tells_what_is_wrong(make, damage, message):
    plan = make()
    plan.check()
    damage(plan)
    with pytest.raises(GraphError, match=message):
        plan.check()


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
