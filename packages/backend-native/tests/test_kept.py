"""What a program makes of weights is kept until they change: never a step longer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.executable import NativeExecutable
from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_engine.variable import Arena, Variable, wrote
from cornu_ops.convolution import convolution

RNG = np.random.default_rng(0)
ATTRS = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}
CASES: dict[str, tuple[tuple[int, ...], tuple[int, ...], Callable]] = {
    "product": ((40, 30), (30, 50), p.matmul),
    "convolution": ((2, 8, 8, 5), (3, 3, 5, 7), lambda x, w: convolution(x, w, **ATTRS)),
    "Winograd's": ((2, 8, 8, 16), (3, 3, 16, 16), lambda x, w: convolution(x, w, **ATTRS)),
}


def _compiled(name: str) -> tuple[NativeExecutable, Variable, np.ndarray]:
    x_shape, shape, operation = CASES[name]
    weights = Variable(RNG.normal(size=shape).astype("float32"), name="kernel")
    x = RNG.normal(size=x_shape).astype("float32")
    with Trace("predict") as trace:
        value = operation(trace.input("x", x_shape, "float32"), weights.value)
        program = build_program("predict", trace, [value])
    return NativeBackend().compile(program), weights, x


def _fresh(name: str, weights: Variable, x: np.ndarray) -> np.ndarray:
    with limits.using(kept=0), Trace("predict") as trace:
        value = CASES[name][2](trace.input("x", x.shape, "float32"), weights.value)
        run = NativeBackend().compile(build_program("predict", trace, [value]))
        assert "when_weights_have_changed" not in run.source
        return run(x)[0]


def _trained(weights: Variable) -> None:
    with Trace("train") as trace:
        weights.assign(weights.value * 0.5)
        NativeBackend().compile(build_program("train", trace, []))()


WRITES: dict[str, Callable[[Variable], object]] = {
    "assign": lambda w: w.assign(RNG.normal(size=w.shape)),
    "write": lambda w: w.write(1.5),
    "a program": _trained,
}


@pytest.mark.parametrize("name", CASES)
def test_a_second_run_makes_nothing_anew(name: str) -> None:
    run, weights, x = _compiled(name)
    first = run(x)[0]
    assert "when_weights_have_changed" in run.source
    weights.array[...] = 0  # unsaid, so unseen
    np.testing.assert_array_equal(run(x)[0], first)
    wrote([weights])
    assert not run(x)[0].any()


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("name", CASES)
def test_each_write_is_noticed(name: str, write: str) -> None:
    run, weights, x = _compiled(name)
    run(x)
    WRITES[write](weights)
    np.testing.assert_array_equal(run(x)[0], _fresh(name, weights, x))


def test_a_write_into_the_arena_is_one_into_its_pieces() -> None:
    run, weights, x = _compiled("product")
    arena = Arena([weights])
    run = run.with_variables(run.program, {weights: weights})
    run(x)
    arena.assign(RNG.normal(size=weights.size))
    np.testing.assert_array_equal(run(x)[0], _fresh("product", weights, x))


def test_writes_into_other_weights_cost_nothing() -> None:
    run, weights, x = _compiled("product")
    first = run(x)[0]
    weights.array[...] = 0
    Variable(np.ones(3, "float32")).assign([1, 2, 3])
    np.testing.assert_array_equal(run(x)[0], first)


def test_threads_share_what_is_kept() -> None:
    run, weights, x = _compiled("product")
    first = run(x)[0]
    weights.array[...] = 0
    results: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: results.append(run(x)[0]))
    thread.start()
    thread.join()
    np.testing.assert_array_equal(results[0], first)


def test_a_program_that_changes_weights_keeps_nothing() -> None:
    weights = Variable(RNG.normal(size=(30, 50)).astype("float32"))
    with Trace("train") as trace:
        x = trace.input("x", (40, 30), "float32")
        value = p.matmul(x, weights.value)
        weights.assign(weights.value * 0.5)
        run = NativeBackend().compile(build_program("train", trace, [value]))
    assert "when_weights_have_changed" not in run.source


def test_code_is_made_before_its_variables_are_known() -> None:
    run, weights, x = _compiled("product")
    first = run(x)[0]
    nobody = object()
    shared = run.with_variables(run.program, {weights: nobody})
    bound = shared.with_variables(run.program, {nobody: weights})
    np.testing.assert_array_equal(bound(x)[0], first)
