"""Programs compiled once for all models of one make."""

from __future__ import annotations

import gc
import linecache
import threading
import weakref

import numpy as np
import pytest

from cornu import ops
from cornu.backends import limit_threads, resolve
from cornu_engine import reuse
from cornu_engine.settings import limits
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable

X = np.arange(6, dtype="float32").reshape(3, 2)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(reuse, "_kept", type(reuse._kept)())
    for name, usual in {"reused": 64, "reused_constants": 1 << 20, "shared": False}.items():
        monkeypatch.setattr(limits, name, usual)


class Machine:
    """Two weights in an arena, a total, and a step that changes them."""

    def __init__(self, rate=0.5, shape=(3, 2), start=1.0, name="kernel"):
        self.kernel = Variable(np.full((2, 2), start, "float32"), name=name)
        self.bias = Variable(np.zeros(2, "float32"), name="bias")
        self.arena = Arena([self.kernel, self.bias])
        self.total = Variable(np.zeros((), "float32"), name="total")
        with Trace("train") as trace:
            x = trace.input("x", shape, "float32")
            y = ops.matmul(x, self.kernel) + self.bias
            self.total.assign(self.total + ops.sum(y))
            self.kernel.assign(self.kernel * rate)
            self.bias.assign(self.bias + 1)
        self.program, self.run = reuse.compiled_trace("train", trace, [y], resolve("numpy"))


def sources(*machines):
    return [machine.run.source for machine in machines]


def test_the_second_of_a_make_takes_the_code_of_the_first_and_its_own_memory():
    with reuse.reuse():
        first, second = Machine(start=1.0), Machine(start=2.0)
    assert second.run.source is first.run.source
    assert second.run is not first.run
    for step in range(3):
        for machine, start in ((first, 1.0), (second, 2.0)):
            expected = X @ np.full((2, 2), start * 0.5**step, "float32") + step
            np.testing.assert_allclose(machine.run(X)[0], expected)
    np.testing.assert_allclose(second.kernel.numpy(), 0.25)
    np.testing.assert_allclose(second.bias.numpy(), 3)
    assert first.total.numpy() != second.total.numpy()
    assert {*second.program.state} == {second.arena, second.total}
    assert str(second.run) == str(first.run)
    second.run.plan.check()


def test_outside_of_the_block_nothing_is_kept():
    assert sources(Machine())[0] is not sources(Machine())[0]
    assert not reuse._kept


DIFFERENT = [{"rate": 0.25}, {"shape": (4, 2)}, {"name": "table"}]


@pytest.mark.parametrize("other", DIFFERENT)
def test_another_make_has_another_program(other):
    with reuse.reuse():
        first, second = Machine(), Machine(**other)
    assert second.run.source is not first.run.source
    assert len(reuse._kept) == 2


def test_another_number_of_threads_is_another_program():
    with reuse.reuse():
        with limit_threads(1):
            Machine()
        count = len(reuse._kept)
        with limit_threads(None):
            Machine()
    threads = resolve("numpy").settings()[1]
    assert len(reuse._kept) == count + (threads > 1)


def test_what_is_kept_holds_no_variable_and_no_model():
    with reuse.reuse():
        machine = Machine()
    seen = [weakref.ref(v) for v in (machine.kernel, machine.arena, machine.run)]
    machine.run(X)
    del machine
    gc.collect()
    assert [one() for one in seen] == [None] * 3
    assert len(reuse._kept) == 1


def test_tracebacks_still_find_the_source():
    with reuse.reuse():
        Machine()
        gc.collect()
        machine = Machine()
    file = machine.run._bind.__code__.co_filename
    assert "".join(linecache.cache[file][2]) == machine.run.source


def test_only_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(limits, "reused", 3)
    with reuse.reuse():
        for rows in range(1, 6):
            Machine(shape=(rows, 2))
    assert len(reuse._kept) == 3


def test_large_constants_and_loops_are_not_kept():
    table = np.zeros(limits.reused_constants // 8 + 1)
    with reuse.reuse():
        for make in (
            lambda x: x + table,
            lambda x: ops.scan(lambda s, _: (s + x, s), x, None, 3)[0],
        ):
            with Trace("test") as trace:
                y = make(trace.input("x", (table.size,), "float64"))
            reuse.compiled_trace("test", trace, [y], resolve("numpy"))
    assert not reuse._kept


def test_constants_count_by_what_is_in_them():
    def scaled(factor):
        table = np.full(200, factor, "float32")
        with reuse.reuse(), Trace("test") as trace:
            y = trace.input("x", (200,), "float32") * (table * 2 + 1)
            return reuse.compiled_trace("test", trace, [y], resolve("numpy"))[1]

    made = {}
    for factor in (1.0, 2.0, 1.0, 3.0, 2.0):
        run = scaled(factor)  # each table is gone by now, and its place in memory free
        np.testing.assert_allclose(run(np.ones(200, "float32"))[0], 2 * factor + 1)
        assert made.setdefault(factor, run.source) is run.source
        gc.collect()
    assert len(reuse._kept) == 3


def test_threads_share_the_code_and_not_the_numbers():
    found = {}

    def work(start):
        with reuse.reuse():
            machine = Machine(start=start)
            for _ in range(50):
                machine.run(X)
        found[start] = machine.kernel.numpy()

    threads = [threading.Thread(target=work, args=(float(start),)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for start, kernel in found.items():
        np.testing.assert_allclose(kernel, start * 0.5**50)
