"""What a composite says of itself is what plans, listings and files go by, whoever wrote it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cornu_engine.attributes import Axis, Numbers
from cornu_engine.composite import COMPOSITES, Composite, composite
from cornu_engine.cost import CALL, flops, work
from cornu_engine.gradients import gradients
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace, op


@pytest.fixture(autouse=True)
def _forgotten():
    known = dict(COMPOSITES)
    yield
    COMPOSITES.clear()
    COMPOSITES.update(known)


def _signs(x: Numbers, *, axis: Axis = 0):
    return p.cast(p.lt(x, 0.0), dtype=np.dtype("uint8"))


def _called(definition: Composite, shape=(300, 200)):
    with Trace("t") as trace:
        return definition(trace.input("x", shape, "float32"))


@pytest.mark.parametrize(
    ("said", "counted"),
    [({}, 60_000), ({"flops": lambda node: 7 * node.size}, 420_000), ({"flops": lambda _: 0}, 0)],
    ids=["default", "said", "nothing"],
)
def test_flops(said, counted):
    node = _called(composite(**said)(_signs))
    assert flops(node) == counted
    assert work(node) == max(counted, node.size)


def test_calls_are_counted_where_they_cost():
    node = _called(composite(calls=lambda _: 1000)(_signs))
    assert work(node) == 1000 * CALL


@pytest.mark.parametrize("narrow", [False, True])
def test_a_narrow_one_is_made_early(narrow):
    """Of the large value in the middle only its signs are kept, one byte in place of four."""
    signs = composite(narrow=narrow)(_signs)

    def slope(g, out, x):
        return (p.where(p.eq(signs(x), np.uint8(1)), -g, g),)

    @composite
    def distance(x):
        return p.abs(x)

    distance.vjp(slope)
    with Trace("train") as trace:
        x = trace.input("x", (300, 200), "float32")
        y = distance(p.sin(x))
        for _ in range(3):
            y = p.sin(p.matmul(y, np.ones((200, 200), np.float32)))
        total = p.sum(y, axes=(0, 1), keepdims=False)
        (found,) = gradients([total], [x])
    plan = build_program("train", trace, [found]).plan(lowers=(signs.name, distance.name))
    order = [i.op for i in plan.instructions]
    assert (order.index(signs.name) < order.index("matmul")) == narrow
    plan.check()


def _unsaid(x, *, axis=0):
    return p.neg(x)


@pytest.mark.parametrize(
    ("definition", "portable", "expected"),
    [(_signs, True, True), (_signs, False, False), (_unsaid, True, False)],
    ids=["both", "annotations", "word"],
)
def test_a_file_may_hold_what_says_so_and_says_what_it_takes(definition, portable, expected):
    assert composite(portable=portable)(definition).is_portable == expected


@pytest.mark.parametrize(
    ("package", "begins"),
    [
        ("stranger", "average(): two"),
        ("stranger.parts", "average(): two"),
        ("strangers_friend", "two"),
        ("numpy.linalg", "average(): two"),
    ],
)
def test_an_operation_is_named_by_errors_of_its_own_distribution(package, begins):
    """`stranger.maths` defines the operation, and a function of `package` raises."""
    scope: dict = {"__name__": package}
    exec("def fail():\n    raise ValueError('two sizes are needed')", scope)

    def average(f):
        return f()

    average.__module__ = "stranger.maths"
    with pytest.raises(ValueError, match="^" + re.escape(f"{begins} sizes")):
        op(average)(scope["fail"])
