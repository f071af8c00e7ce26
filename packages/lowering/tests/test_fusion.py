"""Fusion orders a plan anew: operands come first, groups keep their rules, nothing is lost."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_engine.program import Program, build_program
from cornu_engine.trace import Trace, apply
from cornu_engine.variable import Variable
from cornu_lowering.fusion import HEADS, fuse


def elementwise(x):
    return [apply("exp", x * 2 + 1) - x]


def chain(x):
    for _ in range(20):
        x = apply("tanh", x) + 1
    return [x]


def reduction(x):
    return [apply("sum", x * x, axes=(1,), keepdims=False)]


def product(x):
    return [apply("maximum", apply("matmul", x, np.ones((4, 4), "float32")) + 1, np.float32(0))]


def diamond(x):
    total = apply("sum", x, axes=(0, 1), keepdims=False)
    return [x * 2 + total, x * 3]


def crossed(x):
    y = x + 1
    return [y + apply("transpose", y * 2, perm=(1, 0))]


def state(x):
    counter = Variable(np.zeros((4, 4), "float32"))
    counter.assign(counter.value + x)
    return [counter.value * 2]


BUILDS = [elementwise, chain, reduction, product, diamond, crossed, state]


def traced(build) -> Program:
    with Trace("test") as trace:
        return build_program("test", trace, build(trace.input("x", (4, 4), "float32")))


def planned(build, longest, heads=HEADS):
    group = partial(fuse, longest=longest, heads=heads)
    return traced(build).plan({}, group, group)


@pytest.mark.parametrize("heads", [HEADS, frozenset()], ids=["heads", "no heads"])
@pytest.mark.parametrize("longest", [1, 2, 3, 48])
@pytest.mark.parametrize("build", BUILDS)
def test_operands_come_first_and_groups_stand_together(build, longest, heads):
    plan = planned(build, longest, heads)
    plan.check()
    alone = traced(build).plan({})
    assert sorted(i.op for i in plan.instructions) == sorted(i.op for i in alone.instructions)
    made, groups = set(), []
    computed = {v for each in plan.instructions for v in each.outputs}
    for each in plan.instructions:
        assert {v for v in each.inputs if v in computed} <= made
        made |= set(each.outputs)
        groups.append(each.group)
    for number in {g for g in groups if g is not None}:
        places = [i for i, g in enumerate(groups) if g == number]
        assert places == list(range(places[0], places[-1] + 1))
        assert 1 < len(places) <= longest


GROUPED = {
    elementwise: [["exp", "mul", "add", "sub"]],
    product: [["matmul", "add", "maximum"]],
    reduction: [["mul", "sum"]],
}


@pytest.mark.parametrize("build", GROUPED)
def test_what_belongs_together_is_one_group(build):
    found: dict[int, list[str]] = {}
    for each in planned(build, 48).instructions:
        if each.group is not None:
            found.setdefault(each.group, []).append(each.op)
    assert [sorted(ops) for ops in found.values()] == [sorted(ops) for ops in GROUPED[build]]
