"""Operations along an axis are NumPy's, bit for bit: any axis, any dtype, cut or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace

FLOATS = ("float16", "float32", "float64")
WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
SHAPES = [((5,), 0), ((3, 70), 1), ((100, 3), 0), ((2, 9, 20), 1), ((0, 3), 1), ((4, 1, 2), 1)]
Both = Callable[..., Any]


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Return numbers of which some are equal, with what is special in floats."""
    if dtype not in FLOATS:
        return rng.integers(0, 2 if dtype == "bool" else 127, shape).astype(dtype)
    x = np.round(rng.standard_normal(shape) * 4) / 4
    for special in (np.nan, -np.nan, np.inf, -np.inf, -0.0, 1e-7):
        x[rng.random(shape) < 0.04] = special
    return x.astype(dtype)


@pytest.fixture(params=[1, limits.share], ids=["in parts", "whole"], autouse=True)
def _cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "share", request.param)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("dtype", ["bool", *WHOLE, *FLOATS])
def test_order(
    shape: tuple[int, ...], axis: int, dtype: str, rng: np.random.Generator, run_both: Both
) -> None:
    x = numbers(rng, shape, dtype)
    if dtype in WHOLE and dtype[0] == "i":
        x = x - np.array(60, dtype)
    names = ("sort", "argsort", "argmax") if x.size else ("sort", "argsort")
    build = lambda x: [getattr(p, name)(x, axis=axis) for name in names]  # noqa: E731
    for found, expected in zip(*run_both(build, x), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_order_of_many(dtype: str, rng: np.random.Generator, run_both: Both) -> None:
    x = (rng.standard_normal((3, 5000)) * 1e6).astype(dtype)
    build = lambda x: [p.sort(x, axis=1), p.argsort(x, axis=1), p.argmax(x, axis=1)]  # noqa: E731
    for found, expected in zip(*run_both(build, x), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("dtype", ["bool", *WHOLE, *FLOATS])
def test_running_sums(
    shape: tuple[int, ...], axis: int, dtype: str, rng: np.random.Generator, run_both: Both
) -> None:
    x = rng.integers(0, 100, shape).astype(dtype)
    x = x / np.array(7, dtype) if dtype in FLOATS else x
    build = lambda x: [p.cumsum(x, axis=axis, reverse=r) for r in (False, True)]  # noqa: E731
    for found, expected in zip(*run_both(build, x), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize(("shape", "axis"), [s for s in SHAPES if 0 not in s[0]])
@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("count", [(), (3,), (2, 40)])
def test_rows_by_number(
    shape: tuple[int, ...],
    axis: int,
    kind: str,
    count: tuple[int, ...],
    rng: np.random.Generator,
    run_both: Both,
) -> None:
    n = shape[axis]
    indices = rng.integers(-n if kind[0] == "i" else 0, n, count).astype(kind)
    for dtype in ("bool", "int8", "int16", "uint64", *FLOATS):
        x = rng.integers(0, 2, shape).astype(dtype)
        whole = (*shape[:axis], *count, *shape[axis + 1 :])
        updates = rng.integers(0, 5, whole).astype(dtype)
        updates = updates / np.array(7, dtype) if dtype in FLOATS else updates

        def build(x: Any, i: Any, u: Any) -> list[Any]:
            added = p.scatter_add(i, u, shape=shape, axis=axis)
            return [p.gather(x, i, axis=axis), added]

        for found, expected in zip(*run_both(build, x, indices, updates), strict=True):
            np.testing.assert_array_equal(found, expected, strict=True)


def test_rows_of_a_number_that_is_not_there() -> None:
    """As on every backend that compiles: the nearest row is read, and nothing is added."""
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    indices = np.array([-4, 3, 1, 1 << 40])
    with Trace("rows") as trace:
        rows, i = trace.input("x", (3, 2), "float32"), trace.input("i", (4,), "int64")
        read = p.gather(rows, i, axis=0)
        added = p.scatter_add(i, read * 0 + 1, shape=(3, 2), axis=0)
        program = build_program("rows", trace, [read, added])
    read, added = NativeBackend().compile(program)(x, indices)
    np.testing.assert_array_equal(read, x[[0, 2, 1, 2]])
    np.testing.assert_array_equal(added, [[0, 0], [1, 1], [0, 0]])


def test_rows_of_nothing_are_zeros() -> None:
    """Where the definitions raise, no memory is read that is not there."""
    with Trace("nothing") as trace:
        x, i = trace.input("x", (0, 3), "float32"), trace.input("i", (2,), "int32")
        results = [p.gather(x, i, axis=0), p.argmax(x, axis=0)]
        program = build_program("nothing", trace, results)
    rows, places = NativeBackend().compile(program)(np.zeros((0, 3)), [0, 1])
    np.testing.assert_array_equal(rows, np.zeros((2, 3)))
    np.testing.assert_array_equal(places, [0, 0, 0])


@pytest.mark.parametrize("shape", [(1,), (7,), (8,), (3, 100), (0,), (70_001,)])
def test_random_words_are_those_of_numpy(shape: tuple[int, ...], run_both: Both) -> None:
    key = np.array([3, 1 << 31], np.uint32)
    for counter in (0, 1, 12345):
        build = lambda k, c: [p.random_bits(k, c, shape=shape)]  # noqa: E731
        found, expected = run_both(build, key, np.array(counter, np.uint32))
        np.testing.assert_array_equal(found[0], expected[0], strict=True)


LOW_HIGH = [
    ((3, 4), (0, 0), (0, 0), (0, 0)),
    ((3, 4), (1, 2), (3, 0), (0, 0)),
    ((3, 4), (0, 1), (2, 0), (2, 1)),
    ((1, 4), (2, 2), (2, 2), (3, 0)),
    ((0, 4), (2, 2), (1, 2), (0, 0)),
    ((40, 50), (2, 2), (1, 2), (1, 1)),
]


@pytest.mark.parametrize(("shape", "low", "high", "interior"), LOW_HIGH)
def test_padding(shape: Any, low: Any, high: Any, interior: Any, run_both: Both) -> None:
    for dtype, value in (("bool", 1), ("int8", -3), ("float16", 0.5), ("float32", -np.inf)):
        x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
        build = lambda x: [p.pad(x, low=low, high=high, interior=interior, value=value)]  # noqa: E731, B023
        found, expected = run_both(build, x)
        np.testing.assert_array_equal(found[0], expected[0], strict=True)


def test_parts_side_by_side(rng: np.random.Generator, run_both: Both) -> None:
    parts = [rng.standard_normal((3, n, 4)).astype(np.float32) for n in (1, 5, 0, 2)]

    def build(*x: Any) -> list[Any]:
        first = p.concat(p.tanh(x[0]), p.flip(x[1], axes=(2,)), x[2], x[3] + 1, axis=1)
        return [first, p.concat(first, first, axis=0), p.concat(x[0], axis=2)]

    for found, expected in zip(*run_both(build, *parts), strict=True):
        np.testing.assert_allclose(found, expected, 1e-6)
