"""A program with sums over ranks, cut: with a world of one process, and with one that doubles."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_distributed.merging import merged
from cornu_distributed.parallel import share_of
from cornu_distributed.primitive import NAME, all_reduce
from cornu_distributed.scaling.measuring import Pretended
from cornu_distributed.stages import StagedBackend
from cornu_engine.graph import toposort
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceBackend
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable


class Doubles(Pretended):
    """A world in which the other rank has what this one has."""

    def __init__(self):
        super().__init__()
        self.sums = []

    def exchange(self, sent, received):
        self.sums.append(sent.size)
        super().exchange(sent, received)


def run(trace, outputs, *inputs):
    world = Doubles()
    program = build_program("train", trace, outputs)
    executable = StagedBackend(ReferenceBackend(), world, True).compile(program)
    return executable(*inputs), world.sums


def test_sums_that_depend_on_one_another_are_exchanged_one_after_the_other():
    with Trace() as trace:
        x = trace.input("x", (3,), "float64")
        first = all_reduce(p.mul(x, x))
        second = all_reduce(p.add(first, x))
        made = p.mul(second, first)
    x = np.array([1.0, 2.0, 3.0])
    (found,), sums = run(trace, [made], x)
    np.testing.assert_array_equal(found, (2 * x**2 + x) * 2 * (2 * x**2))
    assert sums == [4, 4]  # of which each rank has half


def test_what_can_be_asked_for_at_once_is_one_sum():
    with Trace() as trace:
        x = trace.input("x", (2, 3), "float64")
        asked = p.mul(x, x), p.neg(x), p.sum(x, axes=(0, 1), keepdims=False)
        parts = [all_reduce(value) for value in asked]
        later = all_reduce(p.add(parts[0], parts[1]))
        outputs = merged([*parts, later])
        assert [n.size for n in toposort(outputs) if n.op == NAME] == [13, 6]
    x = np.arange(6.0).reshape(2, 3)
    found, sums = run(trace, outputs, x)
    for one, other in zip(found, [2 * x * x, -2 * x, 30.0, 4 * (x * x - x)], strict=True):
        np.testing.assert_array_equal(one, other)
    assert sums == [14, 6]


def test_a_variable_is_read_by_later_stages_before_it_is_written():
    w, total = Variable(np.array([1.0, 2.0])), Variable(np.zeros(2))
    with Trace() as trace:
        x = trace.input("x", (2,), "float64")
        old = w.value
        w.assign(p.add(old, x))  # all of it known before the exchange
        total.assign(p.add(all_reduce(x), old))
        outputs = [p.mul(x, x), old]
    found, _ = run(trace, outputs, np.array([10.0, 20.0]))
    np.testing.assert_array_equal(w.array, [11.0, 22.0])
    np.testing.assert_array_equal(total.array, [21.0, 42.0])
    np.testing.assert_array_equal(found[0], [100.0, 400.0])
    np.testing.assert_array_equal(found[1], [1.0, 2.0])


def test_without_sums_a_program_is_the_backends_own():
    with Trace() as trace:
        x = trace.input("x", (2,), "float64")
        program = build_program("train", trace, [p.neg(x)])
    backend = ReferenceBackend()
    made = StagedBackend(backend, Doubles(), True).compile(program)
    assert type(made) is type(backend.compile(program))


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 9])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_rows_are_shared_out_evenly_and_in_order(rows, size):
    shares = [share_of(rows, rank, size) for rank in range(size)]
    assert [i for start, stop in shares for i in range(start, stop)] == list(range(rows))
    lengths = [stop - start for start, stop in shares]
    assert max(lengths) - min(lengths) <= 1
