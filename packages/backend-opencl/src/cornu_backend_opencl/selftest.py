"""Does a device compute what it should, and how fast? What is found is remembered.

A device that gave wrong results is refused from then on, until a new driver or a new test says
otherwise.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from cornu.engine.primitives.table import p
from cornu.engine.program import Program, build_program
from cornu.engine.reference import ReferenceExecutable
from cornu.engine.trace import Trace
from cornu.errors import BackendError
from cornu.ops.composites.softmax import softmax
from cornu.ops.convolution import convolution
from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.settings import cache_folder

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
            return f"computes wrongly: {', '.join(self.wrong)}; it will be refused"
        return (
            f"correct; {self.gflops:,.0f} GFLOP/s in products, {self.gigabytes:,.1f} GB/s in chains"
        )


def self_test(backend: Any) -> Verdict:
    """Test the device of a backend: every primitive, some at work for many, then two timings.

    Parameters
    ----------
    backend : OpenCLBackend
    """
    verdict = Verdict()
    for name, program, arrays in _cases():
        try:
            found = backend.compile(program)(*arrays)
        except Exception as error:  # a driver may fail in any way
            said = str(error).splitlines() or [type(error).__name__]
            verdict.wrong.append(f"{name} ({said[0]})")
            continue
        expected = ReferenceExecutable(program)(*arrays)
        for label, got, want in zip(name.split(), found, expected, strict=True):
            if not _close(got, want):
                verdict.wrong.append(label)
    verdict.wrong = list(dict.fromkeys(verdict.wrong))
    if not verdict.wrong:
        verdict.gflops = 2 * 1024**3 / timed(backend, *product(1024, 1024, 1024)) / 1e9
        verdict.gigabytes = 2 * 4 * 4_000_000 / timed(backend, *chain(4_000_000)) / 1e9
    return verdict


def _cases() -> Iterator[tuple[str, Program, list[np.ndarray]]]:
    """Yield programs of several cases: (names, program, arrays)."""
    from cornu.testing.cases import primitive_cases

    by_name: dict[str, Any] = {}
    for case in primitive_cases():
        by_name[case.op] = case  # the last one is the most general
    cases = [(n, c, c.draw(seed=i, dtype="float32")) for i, (n, c) in enumerate(by_name.items())]
    yield _together(cases)
    yield _together(_large_cases())


def _large_cases() -> list[Case]:
    """Return cases that many work-items share, which is other code than that of small ones."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 90, 3000, dtype="int32")
    window = {"strides": (1, 1), "padding": ((1, 1), (1, 1)), "dilation": (1, 1), "groups": 1}

    def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
        return [rng.normal(size=shape).astype("float32") for shape in shapes]

    return [
        ("matmul", p.matmul, drawn((130, 300), (300, 90))),
        ("convolution", partial(convolution, **window), drawn((4, 20, 20, 8), (3, 3, 8, 32))),
        ("softmax", partial(softmax, axes=(1,)), drawn((20, 1000))),
        ("sum", partial(p.sum, axes=(0,), keepdims=False), drawn((50_000, 3))),
        ("max", partial(p.max, axes=(0, 1), keepdims=False), drawn((300, 400))),
        ("sort", partial(p.sort, axis=1), drawn((3, 1000))),
        ("argsort", partial(p.argsort, axis=1), drawn((3, 1000))),
        ("scatter_add", partial(p.scatter_add, shape=(90, 4), axis=0), [rows, *drawn((3000, 4))]),
    ]


def _together(cases: Sequence[Case]) -> tuple[str, Program, list[np.ndarray]]:
    """Return one program of all cases."""
    results: list[Any] = []
    arrays: list[np.ndarray] = []
    with Trace("selftest") as trace:
        for _, function, drawn in cases:
            values = [
                trace.input(f"x{len(arrays) + j}", a.shape, a.dtype) for j, a in enumerate(drawn)
            ]
            results.append(function(*values))
            arrays += drawn
    names = " ".join(name for name, _, _ in cases)
    return names, build_program("selftest", trace, results), arrays


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


# ---- what is remembered --------------------------------------------------------------------------


def _key(device: Device) -> str:
    return f"{device.platform} / {device.name} / {device.handle.driver_version}"


def _file() -> Any:
    return cache_folder() / "opencl-devices.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(device: Device, verdict: Verdict) -> None:
    """Write down which operations a device computes wrongly."""
    from cornu.saving.atomic import atomically

    everything = _read()
    if everything.get(_key(device), []) == verdict.wrong:
        return
    everything[_key(device)] = verdict.wrong
    with atomically(_file()) as temporary:
        temporary.write_text(json.dumps(everything, indent=1), "utf-8")


def refuse_if_wrong(device: Device) -> None:
    """Refuse a device whose last self-test failed.

    Raises
    ------
    BackendError
        With the operations that it computes wrongly.
    """
    wrong = _read().get(_key(device), [])
    if wrong:
        raise BackendError(
            f"{device} computes wrongly: {', '.join(map(str, wrong))}. Update its driver or choose "
            "another device with CORNU_OPENCL_DEVICE; `python -m cornu devices` tests it again."
        )
