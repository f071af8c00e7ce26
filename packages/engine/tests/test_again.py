"""What is computed again for its derivative: the same numbers, and nothing kept on the way."""

import itertools
from collections import Counter

import numpy as np
import pytest

from cornu_engine.again import Region, _parts, compute_again
from cornu_engine.gradients import gradients
from cornu_engine.graph import moment, toposort
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceBackend
from cornu_engine.scan import scan
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(64, 8)).astype("float32")
W = Variable(DRAW.normal(size=(8, 8)).astype("float32") / 3, name="w")
COUNT = Variable(np.int64(7), name="count")


def total(x):
    return p.sum(x, axes=tuple(range(x.ndim)), keepdims=False)


def chain(x):
    for _ in range(3):
        x = p.tanh(p.matmul(x, W.value))
    return x


def dropped(x):
    bits = p.random_bits(np.uint64([1, 2]), COUNT.value, shape=x.shape)
    kept = p.lt(bits, np.uint32(2**31))
    return p.sin(p.where(kept, x, 0.0) * 2.0)


def of_weights(x):
    return x * total(p.exp(p.exp(W.value))) / 64.0


def looped(x):
    rows = p.reshape(x, shape=(4, 16, 8))
    (last,), _ = scan(lambda s, r: ((p.tanh(s[0] + r[0]),), ()), [rows[0] * 0.5], [rows], 4)
    return p.exp(last)


def sorted_pairs(x):
    return p.exp(p.sort(x, axis=1)) * p.sin(x)


FUNCTIONS = {f.__name__: f for f in (chain, dropped, of_weights, looped, sorted_pairs)}


def step(function, again, order=1):
    """Return the program of a function and its gradients, of an order, by x and by the weights."""
    with Trace("step") as trace:
        x = trace.input("x", X.shape, "float32")
        start = moment()
        y = function(x)
        if again:
            compute_again(start)
        out = total(p.sin(y))
        inputs = [x, W.value]
        for _ in range(order):
            found = gradients([out], inputs)
            out = total(p.sin(found[0])) + total(p.sin(found[1]))
        program = build_program("step", trace, [out, *found])
    return program


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_numbers_are_the_same(name, order):
    kept, again = (step(FUNCTIONS[name], a, order) for a in (False, True))
    results = [ReferenceBackend().compile(program)(X) for program in (kept, again)]
    for one, other in zip(*results, strict=True):
        if order == 1:
            np.testing.assert_array_equal(one, other)
        else:  # sums of slopes along a value and its twin
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    counts = [Counter(n.op for n in toposort(q.roots)) for q in (kept, again)]
    assert counts[1].total() > counts[0].total()  # something is


def test_random_numbers_and_what_depends_on_weights_alone_are_computed_again():
    for name, op in (("dropped", "random_bits"), ("of_weights", "exp")):
        counts = [
            Counter(n.op for n in toposort(step(FUNCTIONS[name], again).roots))[op]
            for again in (False, True)
        ]
        assert counts[1] == 2 * counts[0]


def test_a_plan_needs_less_memory():
    def deep(x, again):
        for _ in range(6):
            start = moment()
            for _ in range(6):
                x = p.sin(p.matmul(x, W.value))
            if again:
                compute_again(start)
        return x

    memory = [step(lambda x, a=a: deep(x, a), False).plan().memory for a in (False, True)]
    assert memory[1] < memory[0] / 2


def test_what_another_region_begins_with_is_not_computed_again():
    def two(x):
        start = moment()
        x = p.exp(p.sin(x))
        compute_again(start)
        start = moment()
        x = p.tanh(p.cos(x))
        compute_again(start)
        return x

    counts = Counter(n.op for n in toposort(step(two, False).roots))
    assert counts["exp"] == 1
    assert counts["tanh"] == 2


def test_a_region_inside_of_another_is_part_of_it():
    def nested(x):
        start = moment()
        x = p.tanh(p.sinh(x))
        compute_again(start)
        return p.tanh(p.cosh(x))

    counts = Counter(n.op for n in toposort(step(nested, True).roots))
    assert counts["tanh"] == 4


def test_parts_are_cut_where_little_is_kept():
    with Trace() as trace:
        x = trace.input("x", (1000,), "float32")
        start, cuts = moment(), []
        for _ in range(8):
            cuts.append(moment())
            wide = p.sin(p.concat(*[x] * 9, axis=0))
            cuts.append(moment())
            x = p.sum(p.reshape(p.cos(wide), shape=(9, 1000)), axes=(0,), keepdims=False)
        stop = moment()
        parts = list(_parts(toposort([x]), Region(start, stop, True), cuts))
    assert [parts[0][0], parts[-1][1]] == [start, stop]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(parts))
    assert len(parts) > 2
    assert {begin for begin, _ in parts[1:]} <= set(cuts[::2])  # never where nine times as much is
