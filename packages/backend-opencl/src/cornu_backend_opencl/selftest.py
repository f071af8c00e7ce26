"""Does a device compute what it should, and how fast?

A short test has one program with a case of each kind of function that is written: long and short
vectors of each size of number, products, convolutions, reductions, loops, sorting. A thorough one
has every primitive too, and two timings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from cornu_engine.gradients import gradients
from cornu_engine.interrupt import let_signals_through
from cornu_engine.primitives.table import p
from cornu_engine.program import Program, build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.scan import scan
from cornu_engine.trace import Trace
from cornu_ops.composites.softmax import softmax
from cornu_ops.convolution import convolution
from cornu_ops.pooling import max_pool

TOLERANCE = 1e-4
Case = tuple[str, Callable[..., Any], list[np.ndarray]]  # name, function of traced values, values


@dataclass
class Verdict:
    """What a self-test found.

    Attributes
    ----------
    wrong : list of str
        Operations with wrong results.
    gflops, gigabytes : float
        Matrix product, in 10^9 operations per second, and elementwise work, in 10^9 bytes.
    """

    wrong: list[str] = field(default_factory=list)
    gflops: float = 0.0
    gigabytes: float = 0.0

    def __str__(self) -> str:
        if self.wrong:
            return f"computes wrongly: {', '.join(self.wrong)}"
        return (
            f"correct; {self.gflops:,.0f} GFLOP/s in products, {self.gigabytes:,.1f} GB/s in chains"
        )


def self_test(backend: Any, thorough: bool = True) -> Verdict:
    """Test the device of a backend.

    Parameters
    ----------
    backend : OpenCLBackend
    thorough : bool
        Test every primitive too, and time the device.
    """
    verdict = Verdict()
    for name, program, arrays in _cases(backend.session.device.has_float64, thorough):
        try:
            found = backend.compile(program)(*arrays)
        except Exception as error:  # a driver may fail in any way
            let_signals_through(error)
            said = str(error).splitlines() or [type(error).__name__]
            verdict.wrong.append(f"{name} ({said[0]})")
            continue
        expected = ReferenceExecutable(program)(*arrays)
        for label, got, want in zip(name.split(), found, expected, strict=True):
            if not _close(got, want):
                verdict.wrong.append(label)
    verdict.wrong = list(dict.fromkeys(verdict.wrong))
    if thorough and not verdict.wrong:
        verdict.gflops = 2 * 1024**3 / timed(backend, *product(1024, 1024, 1024)) / 1e9
        verdict.gigabytes = 2 * 4 * 4_000_000 / timed(backend, *chain(4_000_000)) / 1e9
    return verdict


def _cases(float64: bool, thorough: bool) -> Iterator[tuple[str, Program, list[np.ndarray]]]:
    """Yield programs of several cases: (names, program, arrays)."""
    yield _together(_forms(float64))
    if not thorough:
        return
    from cornu_ops.testing.cases import primitive_cases

    by_name: dict[str, Any] = {}
    for case in primitive_cases():
        by_name[case.op] = case  # the last one is the most general
    cases = [(n, c, c.draw(seed=i, dtype="float32")) for i, (n, c) in enumerate(by_name.items())]
    yield _together(cases)


def _forms(float64: bool) -> list[Case]:
    """Return a case of each kind of function: most are shared, and lines end within a vector."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 90, 3000, dtype="int32")
    window = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}
    pairs: dict[str, Any] = {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (1, 1))}

    def drawn(*shapes: tuple[int, ...], dtype: str = "float32") -> list[np.ndarray]:
        return [rng.normal(size=shape).astype(dtype) for shape in shapes]

    cases: list[Case] = [
        ("matmul", p.matmul, drawn((130, 300), (300, 90))),
        ("matmul_turned", _turned_product, drawn((40, 300), (290, 40))),
        ("convolution", partial(convolution, **window), drawn((4, 20, 20, 8), (3, 3, 8, 32))),
        ("convolution_gradients", partial(_slopes, window), drawn((2, 9, 9, 3), (3, 3, 3, 20))),
        ("max_pool_gradient", partial(_pool_slope, pairs), drawn((2, 8, 7, 20))),
        ("softmax", partial(softmax, axes=(1,)), drawn((20, 1000))),
        ("sum", partial(p.sum, axes=(0,), keepdims=False), drawn((50_000, 3))),
        ("max", partial(p.max, axes=(0, 1), keepdims=False), drawn((300, 401))),
        ("sort", partial(p.sort, axis=1), drawn((3, 1000))),
        ("argsort", partial(p.argsort, axis=1), drawn((3, 1000))),
        ("scatter_add", partial(p.scatter_add, shape=(90, 21), axis=0), [rows, *drawn((3000, 21))]),
        ("scan", _loop, drawn((7, 3, 20), (20, 20))),
        ("float32", _chain, drawn((9001,))),
        ("float16", _chain, drawn((1001,), dtype="float16")),
        ("integers", _integers, [rng.integers(-9, 9, (3, 333), dtype="int64")]),
    ]
    if float64:
        cases += [
            ("float64", _chain, drawn((1001,), dtype="float64")),
            ("matmul_float64", p.matmul, drawn((9, 30), (30, 21), dtype="float64")),
        ]
    return cases


def _turned_product(a: Any, b: Any) -> Any:
    """Of operands whose rows lie in the other direction, and what follows on a product."""
    a, b = p.transpose(a, perm=(1, 0)), p.transpose(b, perm=(1, 0))
    return p.maximum(p.matmul(a, b), 0.0) * 2.0


def _slopes(window: dict[str, Any], x: Any, kernel: Any) -> Any:
    """The derivatives of a convolution by both operands."""
    y = convolution(x, kernel, **window)
    return gradients([p.sum(y * y, axes=(0, 1, 2, 3), keepdims=False)], [x, kernel])


def _pool_slope(pairs: dict[str, Any], x: Any) -> Any:
    y = max_pool(x, **pairs)
    return gradients([p.sum(y * y, axes=(0, 1, 2, 3), keepdims=False)], [x])


def _loop(xs: Any, kernel: Any) -> Any:
    """A recurrence over steps."""

    def step(state: list[Any], rows: list[Any]) -> tuple[list[Any], list[Any]]:
        h = p.tanh(p.matmul(state[0], kernel) + rows[0])
        return [h], [h]

    start = xs[0] * 0.0
    return scan(step, [start], [xs], xs.shape[0])[1][0]


def _chain(x: Any) -> Any:
    """Functions of the driver's library, comparisons, choices and conversions on vectors."""
    y = p.where(x < 0.5, p.exp(x), p.log(p.abs(x) + 1.0)) + p.tanh(x) * p.erf(x)
    y = p.maximum(y, p.floor(x)) / p.sqrt(x * x + 1.0) + p.sign(x)
    whole = p.cast(p.cast(x * 3.0, dtype=np.dtype("int32")), dtype=x.dtype)
    small = p.cast(p.cast(x > 0.0, dtype=np.dtype("uint8")), dtype=x.dtype)
    return p.where(p.isfinite(y), y, 0.0) + whole + small


def _integers(x: Any) -> Any:
    y = p.where(x > 2, x * 3, p.maximum(x, -4)) + p.cast(
        p.cast(x, dtype=np.dtype("int8")), dtype=x.dtype
    )
    return p.sum(y, axes=(1,), keepdims=False)


def _together(cases: Sequence[Case]) -> tuple[str, Program, list[np.ndarray]]:
    """Return one program of all cases."""
    results: list[Any] = []
    names: list[str] = []
    arrays: list[np.ndarray] = []
    with Trace("selftest") as trace:
        for name, function, drawn in cases:
            values = [
                trace.input(f"x{len(arrays) + j}", a.shape, a.dtype) for j, a in enumerate(drawn)
            ]
            made = function(*values)
            made = list(made) if isinstance(made, (list, tuple)) else [made]
            results += made
            names += [name] * len(made)
            arrays += drawn
    return " ".join(names), build_program("selftest", trace, results), arrays


def _close(found: np.ndarray, expected: np.ndarray) -> bool:
    if expected.dtype.kind != "f":
        return bool(np.array_equal(found, expected))
    scale = float(np.abs(expected).max(initial=0.0))
    return bool(np.allclose(found, expected, TOLERANCE, TOLERANCE * scale))


def product(m: int, k: int, n: int) -> tuple[Program, list[np.ndarray]]:
    """Return a program of one matrix product, and arrays for it."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype("float32") for s in ((m, k), (k, n))]
    return _program(lambda a, b: p.matmul(a, b), arrays)


def chain(size: int) -> tuple[Program, list[np.ndarray]]:
    """Return a program of a chain of elementwise work, and an array for it."""
    arrays = [np.random.default_rng(0).normal(size=size).astype("float32")]
    return _program(lambda x: p.maximum(x * 2.0 + 1.0, 0.0) * x - 0.5 * x, arrays)


def _program(
    function: Callable[..., Any], arrays: list[np.ndarray]
) -> tuple[Program, list[np.ndarray]]:
    with Trace("timing") as trace:
        values = [trace.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
        result = function(*values)
    return build_program("timing", trace, [result]), arrays


def timed(backend: Any, program: Program, arrays: list[np.ndarray], limit: float = 1.0) -> float:
    """Return the seconds that the kernels of a program take: the best of a few runs."""
    run = backend.compile(program)
    run(*arrays)
    best, end = float("inf"), time.perf_counter() + limit
    while time.perf_counter() < end:
        start = time.perf_counter()
        run.run_kernels()
        best = min(best, time.perf_counter() - start)
    return best
