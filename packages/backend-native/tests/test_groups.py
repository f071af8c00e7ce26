"""Elementwise groups: every operation of every dtype, over operands that lie in any way."""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64")
DTYPES = ("bool", *INTEGERS, *FLOATS)
ELEMENTWISE = [n for n, row in PRIMITIVES.items() if row.kind == "elementwise" and n != "cast"]
EXACT = (
    "neg abs sign floor ceil round add sub mul div sqrt maximum minimum where eq ne lt le".split()
)
EXACT += ["isfinite", "mod", "floordiv"]
# Computed without the libraries of NumPy: as near as these units in the last place.
ULPS = {"float16": 1, "float32": 4, "float64": 8}
SIZE = 5_003


def numbers(dtype: str, seed: int = 0, size: int = SIZE) -> np.ndarray:
    """Return numbers of all magnitudes, the special ones among them."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return rng.random(size) < 0.5
    if kind.kind in "iu":
        bits = rng.integers(0, 256, size * kind.itemsize, dtype=np.uint8).view(kind)
        small = rng.integers(0 if kind.kind == "u" else -9, 10, size).astype(kind)
        ends = [np.iinfo(kind).min, np.iinfo(kind).max, 0, 1]
        found = np.where(rng.random(size) < 0.5, bits, small)
        found[rng.integers(0, size, 400)] = np.array(ends * 100, kind)
        return found
    info = np.finfo(kind)
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 1e-7]
    special += [info.max, info.min, info.tiny, -info.tiny, info.smallest_subnormal, 128.0, 255.7]
    found = (rng.normal(size=size) * 10.0 ** rng.integers(-4, 3, size)).astype(kind)
    at = rng.integers(0, size, 50 * len(special))
    found[at] = np.array(special * 50, kind)
    return found


def takes(op: str) -> str:
    """Return the kinds of dtypes that an operation takes."""
    if op in ("eq", "ne", "lt", "le", "where"):
        return "biuf"
    return "biuf" if op == "isfinite" else PRIMITIVES[op].dtypes or "biuf"


def arity(op: str) -> int:
    """Return how many operands an operation takes."""
    binary = "add sub mul div pow maximum minimum mod floordiv atan2 and_ or_ xor shift_left "
    binary += "shift_right eq ne lt le"
    return 3 if op == "where" else 2 if op in binary.split() else 1


def check(got: np.ndarray, want: np.ndarray, ulps: int) -> None:
    """Compare two results, the signs of zeros too."""
    assert (got.dtype, got.shape) == (want.dtype, want.shape)
    if got.dtype.kind != "f":
        np.testing.assert_array_equal(got, want)
        return
    finite = np.isfinite(want)
    np.testing.assert_array_equal(got[~finite], want[~finite])
    with np.errstate(all="ignore"):
        unit = np.abs(np.spacing(want[finite])).astype("float64")
        far = np.abs(got[finite].astype("float64") - want[finite].astype("float64")) / unit
    assert far.max(initial=0) <= ulps, (far.max(), np.argmax(far))
    zeros = (want == 0) & (got == 0)
    np.testing.assert_array_equal(np.signbit(got[zeros]), np.signbit(want[zeros]))


@pytest.mark.parametrize("op", ELEMENTWISE)
def test_every_operation_of_every_dtype_with_single_numbers_too(
    op: str, native: Callable, defined: Callable
) -> None:
    for dtype in DTYPES:
        if np.dtype(dtype).kind not in takes(op):
            continue
        count = arity(op)
        arrays = [numbers(dtype, i) for i in range(count)]
        if op == "where":
            arrays[0] = numbers("bool")
        if op == "pow" and dtype in INTEGERS:  # NumPy refuses negative exponents
            arrays[1] = arrays[1] & np.array(7, dtype)
        function = partial(_alone, getattr(p, op))
        for single in range(-1, count if count > 1 else 0):
            given = [a[:1] if i == single else a for i, a in enumerate(arrays)]
            (got,), (want,) = native(function, given), defined(function, given)
            check(got, want, 0 if op in EXACT else ULPS.get(dtype, 0))


def _alone(operation: Callable, *operands: Any) -> list[Any]:
    return [operation(*operands)]


@pytest.mark.parametrize("start", DTYPES)
def test_casts_between_all_dtypes(start: str, native: Callable, defined: Callable) -> None:
    for end in DTYPES:
        x = numbers(start)
        if end == "uint32" or platform.machine() not in ("x86_64", "AMD64"):
            x = _what_fits(x, np.dtype(end))
        function = partial(_cast, end)
        (got,), (want,) = native(function, [x]), defined(function, [x])
        check(got, want, 0)


def _cast(end: str, x: Any) -> list[Any]:
    return [p.cast(x, dtype=end)]


def _what_fits(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Drop floats that an integer cannot hold: NumPy itself makes now this of them, now that."""
    if x.dtype.kind != "f" or dtype.kind not in "iu":
        return x
    info = np.iinfo(dtype)
    wide = x.astype("float64")
    return x[(wide >= info.min) & (wide < info.max // 2)]


def _chain(x: Any, y: Any) -> list[Any]:
    a = x * y + x
    b = p.maximum(a, y) - 0.5
    return [a, p.where(p.lt(a, b), b, x), b * b]


# name: shapes of x and y, and what is done to them before
VIEWS: dict[str, tuple[tuple, tuple, Callable]] = {
    "plain": ((7, 9), (7, 9), lambda x, y: (x, y)),
    "row": ((300, 17), (17,), lambda x, y: (x, y)),
    "column": ((300, 17), (300, 1), lambda x, y: (x, y)),
    "long row": ((3, 5_000), (5_000,), lambda x, y: (x, y)),
    "long column": ((3, 5_000), (3, 1), lambda x, y: (x, y)),
    "transposed": ((40, 50), (50, 40), lambda x, y: (x, p.transpose(y, perm=(1, 0)))),
    "both transposed": (
        (50, 40),
        (50, 40),
        lambda x, y: (p.transpose(x, perm=(1, 0)), p.transpose(y, perm=(1, 0))),
    ),
    "flipped": ((60, 70), (60, 70), lambda x, y: (p.flip(x, axes=(0, 1)), p.flip(y, axes=(1,)))),
    "sliced": (
        (60, 70),
        (70, 60),
        lambda x, y: (
            p.slice(x, start=(3, 1), stop=(53, 61), step=(1, 1)),
            p.slice(p.transpose(y, perm=(1, 0)), start=(0, 4), stop=(50, 64), step=(1, 1)),
        ),
    ),
    "narrow": ((8, 6, 6, 3), (3,), lambda x, y: (x, y)),
    "middle": ((8, 6, 5, 4), (6, 1, 4), lambda x, y: (x, y)),
    "outer product": ((900, 1), (1, 30), lambda x, y: (x, y)),
    "three ways": ((5, 1, 7, 1, 3), (4, 1, 6, 1), lambda x, y: (x, y)),
    "one element": ((), (1, 1), lambda x, y: (x, y)),
    "nothing": ((0, 4), (4,), lambda x, y: (x, y)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_operands_that_lie_in_any_way(name: str, native: Callable, defined: Callable) -> None:
    first, second, change = VIEWS[name]
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64", "int16"):
        arrays = [(9 * rng.normal(size=s)).astype(dtype) for s in (first, second)]
        function = lambda x, y: _chain(*change(x, y))  # noqa: E731
        if dtype == "int16":
            function = lambda x, y: [p.maximum(*change(x, y)) * 3]  # noqa: E731
        for got, want in zip(native(function, arrays), defined(function, arrays), strict=True):
            check(got, want, 0)


def test_bits_do_not_depend_on_the_number_of_threads(native: Callable) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(700, 301)).astype("float32") for _ in range(2)]
    function = lambda x, y: [*_chain(x, p.exp(y)), p.sum(x * y, axes=(0,), keepdims=False)]  # noqa: E731
    results = [native(function, arrays, threads) for threads in (1, 2, 3, 4)]
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


def test_a_group_of_more_members_than_fit_is_cut(native: Callable, defined: Callable) -> None:
    x = np.linspace(-1, 1, 1_001, dtype="float32")

    def function(v: Any) -> list[Any]:
        for _ in range(100):
            v = v * 0.5 + 1.0
        return [v]

    (got,), (want,) = native(function, [x]), defined(function, [x])
    check(got, want, 0)
