"""Reductions over any axes, with work before them, of few numbers and of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_engine.primitives.table import p

# shape: axes
CASES = [
    ((7,), (0,)),
    ((100_003,), (0,)),
    ((300, 17), (0,)),
    ((300, 17), (1,)),
    ((300, 17), (0, 1)),
    ((3, 20_000), (1,)),
    ((20_000, 3), (0,)),
    ((2, 30_000), (0,)),
    ((30_000, 2), (1,)),
    ((8, 30, 30, 5), (0, 1, 2)),
    ((8, 30, 30, 5), (1, 2)),
    ((8, 30, 30, 5), (0, 2)),
    ((8, 30, 30, 5), (1, 3)),
    ((40, 30, 50), (1,)),
    ((40, 30, 50), (0, 2)),
    ((1, 9, 1), (0, 2)),
    ((4, 5), ()),
    ((), ()),
    ((0, 4), (1,)),
]
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES += ("float16", "float32", "float64")
OPS = ("sum", "max", "min", "prod")


def close(got: np.ndarray, want: np.ndarray, scale: Any = 1.0, factors: int = 1) -> None:
    """Compare totals, relative to the size of what was added, or to how many factors there were."""
    assert (got.dtype, got.shape) == (want.dtype, want.shape)
    if got.dtype.kind != "f":
        np.testing.assert_array_equal(got, want)
        return
    rtol = {2: 2e-3, 4: 1e-6, 8: 1e-14}[got.dtype.itemsize]
    rtol = max(rtol, np.finfo(got.dtype).eps * np.sqrt(factors))
    np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize(("shape", "axes"), CASES)
def test_any_axes(
    op: str, shape: tuple[int, ...], axes: tuple[int, ...], native: Callable, defined: Callable
) -> None:
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64", "int32"):
        x = rng.normal(size=shape) * 3
        if op == "prod":
            x = 1 + x / 1000 if dtype != "int32" else np.sign(x) + (x == 0)
        x = x.astype(dtype)
        for keepdims in (True, False):
            function = lambda v: [getattr(p, op)(v, axes=axes, keepdims=keepdims)]  # noqa: B023, E731
            (got,) = native(function, [x])
            (want,) = defined(function, [x.astype("float64") if x.dtype == "float32" else x])
            scale = np.abs(x).sum() / max(1, got.size)
            close(
                got,
                want.astype(x.dtype),
                scale if op == "sum" else 1.0,
                x.size if op == "prod" else 1,
            )


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(dtype: str, native: Callable, defined: Callable) -> None:
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 256, (100, 50 * np.dtype(dtype).itemsize), dtype=np.uint8)
    x = bits % 2 == 1 if dtype == "bool" else bits.view(dtype)
    if x.dtype.kind == "f":
        x = rng.normal(size=(100, 50)).astype(dtype)
    for op in OPS:
        if op == "prod" and x.dtype.kind == "f":
            x = 1 + x / 100
        for axes in ((0,), (1,), (0, 1)):
            function = lambda v: [getattr(p, op)(v, axes=axes, keepdims=False)]  # noqa: B023, E731
            (got,), (want,) = native(function, [x]), defined(function, [x])
            with np.errstate(all="ignore"):
                close(got, want, np.abs(x.astype("float64")).sum() / got.size)


@pytest.mark.parametrize("op", ["max", "min", "sum"])
@pytest.mark.parametrize("place", [0, 5, 499, 999])
def test_not_a_number_goes_through(
    op: str, place: int, native: Callable, defined: Callable
) -> None:
    x = np.ones((70, 1_000), "float32")
    x[3, place] = np.nan
    for axes in ((0,), (1,), (0, 1)):
        function = lambda v: [getattr(p, op)(v, axes=axes, keepdims=False)]  # noqa: B023, E731
        (got,), (want,) = native(function, [x]), defined(function, [x])
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))


@pytest.mark.parametrize("op", ["max", "min", "sum"])
def test_infinities_and_zeros_of_either_sign(op: str, native: Callable, defined: Callable) -> None:
    for value in (np.inf, -np.inf, -0.0, 0.0):
        x = np.full((5, 40), value, "float32")
        function = lambda v: [getattr(p, op)(v, axes=(1,), keepdims=False)]  # noqa: E731
        (got,), (want,) = native(function, [x]), defined(function, [x])
        assert got.tobytes() == want.tobytes(), (value, got, want)


LONG: dict[str, Callable] = {
    "all": lambda n: (n,),
    "rows": lambda n: (2, n // 2),
    "columns": lambda n: (n // 2, 2),
    "wide columns": lambda n: (n // 50, 50),
}


@pytest.mark.parametrize("name", LONG)
def test_sums_of_many_numbers_are_near_those_of_numpy(name: str, native: Callable) -> None:
    shape = LONG[name](10_000_000)
    x = np.random.default_rng(0).random(shape, dtype="float32")
    axes = {"all": (0,), "rows": (1,)}.get(name, (0,))
    (got,) = native(lambda v: [p.sum(v, axes=axes, keepdims=False)], [x])
    exact = x.sum(axis=axes, dtype="float64")
    assert np.max(np.abs(got - exact) / exact) < 2e-7


def _moments(x: Any) -> list[Any]:
    y = p.exp(x * 0.1) - 1.0
    axes = (0, 1)
    return [
        y,
        p.sum(y, axes=axes, keepdims=False),
        p.sum(y * y, axes=axes, keepdims=False),
        p.max(y, axes=axes, keepdims=True),
    ]


@pytest.mark.parametrize("shape", [(50, 60, 7), (50, 60, 300), (2, 3, 5_000), (3, 4, 5)])
def test_several_totals_of_one_group_and_what_they_are_of(
    shape: tuple[int, ...], native: Callable, defined: Callable
) -> None:
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    results = native(_moments, [x])
    expected = defined(_moments, [x.astype("float64")])
    for got, want in zip(results, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=2e-6, atol=2e-6 * shape[0] * shape[1])
    for threads in (1, 3, 4):
        for a, b in zip(results, native(_moments, [x], threads), strict=True):
            assert a.tobytes() == b.tobytes()


def test_a_total_of_what_its_group_writes_over(native: Callable, defined: Callable) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype(np.float32) for s in ((53, 50), (1, 50), (53, 50))]

    def build(x: Any, g: Any, z: Any) -> list[Any]:
        x = p.copy(p.flip(x, axes=(0,)))  # its product with g takes its place
        total, other = (p.sum(v, axes=(0,), keepdims=True) for v in (x, x * z))
        return [x * g + (z * p.tanh(total) + other), total]

    for got, want in zip(native(build, arrays), defined(build, arrays), strict=True):
        close(got, want, 100.0)
