"""Programs on a pool: many callers, forks, Ctrl-C, too many threads; and always the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.settings import limits
from cornu_engine.program import build_program
from cornu_engine.threads import NUM_THREADS
from cornu_engine.trace import Trace, apply

X = np.random.default_rng(1).normal(size=(64, 4096)).astype("float32")
SECONDS = 60  # after which something waits for ever

BUSY = "while True: pass"


def program(threads: int, monkeypatch: pytest.MonkeyPatch):
    """A map and sums, in as many parts as there may be."""
    monkeypatch.setenv(NUM_THREADS, str(threads))
    monkeypatch.setattr(limits, "share", 1)
    monkeypatch.setattr(limits, "parts", 64)
    with Trace("work") as trace:
        x = trace.input("x", X.shape, "float32")
        y = x * x + 1
        total = apply("sum", y, axes=(0, 1), keepdims=False)
        results = [y, total]
    return NativeBackend().compile(build_program("work", trace, results))


def bits(results):
    return [each.tobytes() for each in results]


def in_threads(count, work):
    failed = []

    def run(number):
        try:
            work(number)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads), "a thread waits for ever"
    assert not failed, failed


@pytest.mark.parametrize("threads", [2, 3, 4, 16])
def test_bits_do_not_depend_on_the_number_of_threads(threads, monkeypatch):
    expected = bits(program(1, monkeypatch)(X))
    run = program(threads, monkeypatch)
    for _ in range(50):
        assert bits(run(X)) == expected


def test_nor_on_how_busy_the_machine_is(monkeypatch):
    expected = bits(program(1, monkeypatch)(X))
    run = program(4, monkeypatch)
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]

    def work(_):
        end = time.monotonic() + 2
        while time.monotonic() < end:
            assert bits(run(X)) == expected

    try:
        in_threads(1, work)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_many_callers_at_once(monkeypatch):
    runs = [program(threads, monkeypatch) for threads in (2, 2, 4)]
    expected = bits(runs[0](X))

    def work(number):
        for _ in range(50):
            assert bits(runs[number % 3](X)) == expected

    in_threads(6, work)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_is_inside_a_run(monkeypatch):
    run = program(4, monkeypatch)
    expected = bits(run(X))
    ends = threading.Event()
    other = threading.Thread(target=lambda: [run(X) for _ in iter(ends.is_set, True)], daemon=True)
    other.start()
    try:
        for _ in range(20):
            child = os.fork()
            if not child:
                signal.alarm(SECONDS)  # a deadlock ends the child
                os._exit(0 if all(bits(run(X)) == expected for _ in range(5)) else 1)
            assert os.waitpid(child, 0)[1] == 0
            assert bits(run(X)) == expected
    finally:
        ends.set()
        other.join(SECONDS)


INTERRUPTED = """
import signal, threading, time
import numpy as np
from cornu_backend_native.backend import NativeBackend
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable

a, b = Variable(np.zeros(2**21, "float32")), Variable(np.zeros(2**21, "float32"))
with Trace("step") as trace:
    x = trace.input("x", (), "float32")
    a.assign(a.value + x)
    b.assign(b.value + x)
run = NativeBackend().compile(build_program("step", trace, []))
print("ready", flush=True)
count = 0
while count < 3:
    try:
        while True:
            run(1)
    except KeyboardInterrupt:
        count += 1
        assert (a.array == a.array[0]).all() and (a.array == b.array).all()
        print("whole", flush=True)
print("done", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_state_whole_and_threads_do_not_hold_the_exit_up():
    environment = {**os.environ, NUM_THREADS: "4"}
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "ready\n"
        for _ in range(3):
            time.sleep(0.2)
            child.send_signal(signal.SIGINT)
            assert child.stdout.readline() == "whole\n"
        assert child.stdout.readline() == "done\n"
        assert child.wait(SECONDS) == 0
    finally:
        child.kill()
        child.wait()
