"""What a compiled program does besides computing: state, errors, threads, memory."""

from __future__ import annotations

import copy
import gc
import threading

import numpy as np
import pytest

from cornu.errors import BackendError, ShapeError
from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.settings import limits
from cornu_engine import reuse
from cornu_engine.graph import scope
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

BACKEND = OpenCLBackend()


def counting(variable):
    """A program that adds its input to a variable and returns twice the new value."""
    with Trace("count") as trace:
        x = trace.input("x", variable.shape, variable.dtype)
        new = variable.assign(variable.value + x)
        doubled = new * 2.0
    return BACKEND.compile(build_program("count", trace, [doubled]))


def test_state_lives_on_the_device_until_somebody_reads_it():
    total = Variable(np.zeros(3, "float32"))
    run = counting(total)
    for _ in range(3):
        run(np.ones(3))
    assert not total._storage.any()  # the host has not been told
    np.testing.assert_array_equal(total.numpy(), [3, 3, 3])


def test_what_the_host_assigns_between_runs_is_seen():
    total = Variable(np.zeros(3, "float32"))
    run = counting(total)
    run(np.ones(3))
    total.assign([10.0, 20.0, 30.0])
    (doubled,) = run(np.ones(3))
    np.testing.assert_array_equal(doubled, [22, 42, 62])


def test_what_the_host_writes_into_the_array_is_seen():
    total = Variable(np.zeros(3, "float32"))
    run = counting(total)
    run(np.ones(3))
    total.array[0] = 7.0
    np.testing.assert_array_equal(run(np.ones(3))[0], [16, 4, 4])


def test_programs_of_two_backends_share_state():
    total = Variable(np.zeros(2, "float32"))
    on_device = counting(total)
    on_host = ReferenceExecutable(on_device.program)
    on_device(np.ones(2))
    on_host(np.ones(2))
    np.testing.assert_array_equal(on_device(np.ones(2))[0], [6, 6])


def test_what_was_compiled_serves_other_variables(monkeypatch):
    """As in a search over hyperparameters: models of one make are compiled once."""
    monkeypatch.setattr(reuse, "_kept", type(reuse._kept)())
    compiled = []

    class Counting(OpenCLBackend):
        def compile(self, program):
            compiled.append(program)
            return super().compile(program)

    backend, totals = Counting(), [Variable(np.full(3, i, "float32"), name="a") for i in range(3)]
    runs = []
    with reuse.reuse():
        for total in totals:
            with Trace("count") as trace:
                x = trace.input("x", (3,), "float32")
                doubled = total.assign(total.value + x) * 2.0
            runs.append(reuse.compiled_trace("count", trace, [doubled], backend)[1])
    assert len(compiled) == 1
    for i in (2, 0, 1):
        np.testing.assert_array_equal(runs[i](np.ones(3))[0], [2 * (i + 1)] * 3)
        np.testing.assert_array_equal(totals[i].numpy(), [i + 1] * 3)


def test_programs_alike_but_for_names_are_built_once(monkeypatch):
    session, built = BACKEND.session, []
    monkeypatch.setattr(
        session, "build", lambda text, real=session.build: built.append(real(text)) or built[-1]
    )
    for name in ("first", "second"):
        total = Variable(np.zeros(3, "float32"), name=name)
        with Trace("count") as trace, scope(f"model/{name}"):
            total.assign(p.tanh(total.value) + trace.input("x", (3,), "float32"))
        run = BACKEND.compile(build_program("count", trace, []))
        run(np.ones(3))
        assert f"model/{name}: tanh" in run.source
    assert built[0] is built[1]


def test_what_is_not_optimised_is_built_by_itself(monkeypatch):
    options = []
    original = BACKEND.session.cl.Program.build
    monkeypatch.setattr(
        BACKEND.session.cl.Program,
        "build",
        lambda self, **given: options.append(given["options"]) or original(self, **given),
    )
    for optimised in (False, True, False):
        with limits.using(optimised=optimised):
            run = counting(Variable(np.zeros(1009, "float32")))
            np.testing.assert_array_equal(run(np.ones(1009))[0], np.full(1009, 2.0))
    assert ["-cl-opt-disable" in each for each in options] == [True, False]


def test_many_variables_make_the_heap_grow():
    session = BACKEND.session
    variables = [Variable(np.full(100_000, i, "float32")) for i in range(12)]
    runs = [counting(v) for v in variables]
    before = session.heap.generation
    for run in runs:
        run(np.ones(100_000))
    assert session.heap.generation > before or session.heap.size > 4_800_000
    for i, (run, variable) in enumerate(zip(runs, variables, strict=True)):
        run(np.ones(100_000))
        np.testing.assert_array_equal(variable.numpy()[::9999], i + 2)


def test_a_variable_that_is_gone_gives_its_place_back():
    heap = BACKEND.session.heap
    gone = Variable(np.zeros(5, "float32"))
    counting(gone)(np.ones(5))
    place = heap.place(gone).offset
    gc.collect()
    count = len(heap._cells)
    del gone
    gc.collect()
    assert len(heap._cells) < count
    assert any(start <= place < start + size for start, size in heap._free) or heap._top <= place


def test_a_copy_of_a_variable_lives_on_the_host():
    total = Variable(np.zeros(2, "float32"))
    counting(total)(np.ones(2))
    twin = copy.deepcopy(total)
    assert twin.home is None
    np.testing.assert_array_equal(twin.numpy(), [1, 1])


def test_results_are_the_callers_own():
    with Trace("twice") as trace:
        y = trace.input("x", (3,), "float32") * 2.0
    run = BACKEND.compile(build_program("twice", trace, [y]))
    first = run([1, 2, 3])[0]
    run([4, 5, 6])
    np.testing.assert_array_equal(first, [2, 4, 6])


@pytest.mark.parametrize("given", [np.ones(4), np.ones((3, 1)), 1.0])
def test_another_shape_is_refused(given):
    with Trace("twice") as trace:
        y = trace.input("x", (3,), "float32") * 2.0
    run = BACKEND.compile(build_program("twice", trace, [y]))
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        run(given)


def test_several_threads_may_run_one_program():
    with Trace("square") as trace:
        x = trace.input("x", (50_000,), "float32")
        y = p.sum(x * x, axes=(0,), keepdims=False)
    run = BACKEND.compile(build_program("square", trace, [y, x * 2.0]))
    wrong = []

    def work(number):
        for _ in range(20):
            total, doubled = run(np.full(50_000, number, "float32"))
            if total != 50_000 * number**2 or doubled[-1] != 2 * number:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_batches_in_a_row_do_not_mix():
    """The host prepares a batch while the device works on the one before."""
    total = Variable(np.zeros((), "float32"))
    with Trace("sum") as trace:
        x = trace.input("x", (200_000,), "float32")
        total.assign(total.value + p.sum(x, axes=(0,), keepdims=False))
    run = BACKEND.compile(build_program("sum", trace, []))
    buffer = np.empty(200_000, "float32")
    for i in range(20):
        buffer.fill(i)
        assert run(buffer) == []
    assert float(total) == 200_000 * sum(range(20))


def test_no_room_is_one_error_with_the_figures(monkeypatch):
    class Full:
        def allocate(self, size):
            raise MemoryError

    with Trace("large") as trace:
        x = trace.input("x", (64, 32), "float32")
        y = p.matmul(x, p.transpose(x, perm=(1, 0)))
        z = p.sum(p.exp(y), axes=(0,), keepdims=False)
    run = BACKEND.compile(build_program("large", trace, [p.matmul(y, y), z]))
    monkeypatch.setattr(BACKEND.session, "pool", Full())
    with pytest.raises(BackendError) as raised:
        run(np.ones((64, 32)))
    text = str(raised.value)
    for part in ("no room", "smaller batch", "'large'", "matmul (64, 64)", "peak"):
        assert part in text


def test_float64_without_hardware_is_refused(monkeypatch):
    with Trace("wide") as trace:
        y = trace.input("x", (3,), "float64") * 2.0
    program = build_program("wide", trace, [y])
    device = type(BACKEND.session.device)
    monkeypatch.setattr(device, "has_float64", property(lambda self: False))
    with pytest.raises(BackendError, match="does not compute in float64"):
        BACKEND.compile(program)


def test_more_numbers_than_can_be_counted_are_refused():
    with Trace("huge") as trace:
        y = p.sum(trace.input("x", (2**16, 2**15), "float32") * 2.0, axes=(0, 1), keepdims=False)
    with pytest.raises(BackendError, match=r"2,147,483,647.*\(65536, 32768\).*smaller batch"):
        BACKEND.compile(build_program("huge", trace, [y]))


def test_broken_source_is_reported_in_the_compilers_words():
    with pytest.raises(BackendError, match="cannot compile"):
        BACKEND.session.build("__kernel void broken(")


def test_synchronize_waits():
    BACKEND.synchronize()
