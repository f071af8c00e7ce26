"""Ctrl-C lands between steps and leaves a model and a history that can be used."""

import ast
import functools
import os
import re
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from cornu.base import Callback
from cornu.errors import BadFileError
from cornu_engine import interrupt
from cornu_engine.files.rules import reading
from cornu_engine.interrupt import StepGuard

pytestmark = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(),
    reason="signals reach the main thread",
)


def press():
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(100):  # give the interpreter a chance to run the handler
        pass


def test_inside_a_step_it_is_held_back():
    done = []

    def loop():
        with StepGuard() as guard:
            guard.inside = True
            press()
            done.append("step")
            guard.inside = False
            assert guard.pending
            guard.deliver()
            done.append("not reached")

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert done == ["step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("inside", "presses"), [(False, 1), (True, 2)])
def test_it_takes_effect_outside_of_a_step_and_where_a_step_hangs(inside, presses, monkeypatch):
    monkeypatch.setattr(interrupt, "PATIENCE", -1.0)

    def loop():
        with StepGuard() as guard:
            guard.inside = inside
            for _ in range(presses):
                press()
            pytest.fail("not reached")

    with pytest.raises(KeyboardInterrupt):
        loop()


def test_other_threads_leave_signals_alone():
    found = []

    def run():
        with StepGuard() as guard:
            found.append(guard._previous)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [{}]


def test_a_model_stays_usable(line, points, parts, monkeypatch):
    """The interrupt arrives in the middle of the second epoch's first step."""
    x, y = points
    steps = []
    original = parts.backend.compile

    def compile(program):
        executable = original(program)

        def run(*inputs):
            steps.append(program.name)
            if len(steps) == 3:  # train, done, train
                press()
            outputs = executable(*inputs)
            steps.append("done")
            return outputs

        run.input_buffers = executable.input_buffers
        run.source = executable.source
        return run

    monkeypatch.setattr(parts.backend, "compile", compile)
    epochs = []

    class Seen(Callback):
        def on_epoch_end(self, epoch, logs=None):
            epochs.append(epoch)

    with pytest.raises(KeyboardInterrupt):
        line.fit(x, y, batch_size=50, epochs=5, verbose=0, callbacks=[Seen()])
    assert steps == ["train", "done"] * 2  # the step that was running has been finished
    assert epochs == [0]
    assert len(line.history.history["loss"]) == 1
    assert np.isfinite(line.predict(x, verbose=0)).all()
    assert int(line.optimizer.iterations) == 2


def test_it_ends_the_wait_for_a_batch(line):
    release = threading.Event()

    def batches():
        yield np.zeros((2, 2)), np.zeros((2, 1))
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(30)  # a generator that hangs
        yield np.zeros((2, 2)), np.zeros((2, 1))

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        line.fit(batches(), steps_per_epoch=2, epochs=2, workers=1, verbose=0)
    assert time.monotonic() - start < 10
    release.set()
    assert line.predict(np.zeros((3, 2)), verbose=0).shape == (3, 1)


class Rung(Exception):
    """What a handler of the user's raises."""


@pytest.fixture
def ringing():
    """Let SIGALRM and SIGUSR1 raise, and give back what was there."""

    def ring(number, frame):
        raise Rung(number)

    numbers = (signal.SIGALRM, signal.SIGUSR1)
    before = [signal.signal(number, ring) for number in numbers]
    yield ring
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has neither of the signals")
def test_handlers_of_all_signals_are_held_back_and_none_is_lost(ringing):
    done = []

    def step():
        with StepGuard() as guard:
            guard.inside = True
            signal.raise_signal(signal.SIGUSR1)
            signal.raise_signal(signal.SIGALRM)
            done.append("step")
            guard.inside = False
            try:
                guard.deliver()
            except Rung as rung:
                done.append(rung.args[0])
            assert list(guard.pending) == [signal.SIGALRM]

    with pytest.raises(Rung):
        step()
    assert done == ["step", signal.SIGUSR1]
    assert signal.getsignal(signal.SIGALRM) is ringing
    assert StepGuard.current is None


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has neither of the signals")
def test_a_step_that_fails_gives_the_signal_back(ringing):
    def fail():
        with StepGuard() as guard:
            guard.inside = True
            signal.raise_signal(signal.SIGALRM)
            raise ValueError("the step")

    with pytest.raises(Rung) as caught:
        fail()
    assert isinstance(caught.value.__context__, ValueError)


def _handle(number, frame):
    raise TimeoutError("too long")


class _Handler:
    def __call__(self, number, frame):
        raise TimeoutError("too long")

    method = __call__


@pytest.mark.parametrize(
    "handler",
    [_handle, _Handler(), _Handler().method, functools.partial(_handle)],
    ids=["function", "object", "method", "partial"],
)
def test_what_a_handler_raises_is_no_fault_of_a_file(handler):
    before = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(TimeoutError), reading("a file"):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    with pytest.raises(BadFileError), reading("a file"):
        raise TimeoutError("of its own")


def test_wherever_any_exception_is_caught_that_of_a_handler_goes_through():
    """Who catches Exception raises it again, or asks where it comes from."""
    found = []
    for path in Path(interrupt.__file__).parents[5].glob("*/src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                if not re.search(r"\bException\b", ast.unparse(node.type)):
                    continue
                text = ast.unparse(node)
                if "let_signals_through(" not in text and not text.endswith("raise"):
                    found.append(f"{path}:{node.lineno}")
    assert [place for place in found if "/trial.py:" not in place] == []  # a child process
