"""Products of matrices: shapes, layouts and dtypes against NumPy in float64."""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Callable

import numpy as np
import pytest

from cornu_backend_native.backend import NativeBackend
from cornu_backend_native.library import variants
from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.scan import scan
from cornu_engine.thresholds import choose_extreme
from cornu_engine.trace import Trace

# (shape of A, shape of B)
SHAPES = [
    ((1, 1), (1, 1)),
    ((1, 7), (7, 1)),
    ((1, 33), (33, 70)),
    ((1, 300), (300, 10)),
    ((5, 300), (300, 1)),
    ((8, 20), (20, 32)),
    ((13, 17), (17, 19)),
    ((25, 64), (64, 33)),
    ((32, 100), (100, 300)),
    ((12, 1100), (1100, 47)),
    ((130, 600), (600, 530)),
    ((7, 5), (5, 1200)),
    ((300, 3), (3, 2)),
    ((3, 0), (0, 4)),
    ((0, 3), (3, 4)),
    ((3, 4), (4, 0)),
    ((6, 20, 30), (6, 30, 40)),
    ((2, 3, 5, 16), (2, 3, 16, 5)),
    ((6, 20, 30), (30, 40)),
    ((20, 30), (6, 30, 40)),
    ((2, 1, 4, 8), (3, 8, 6)),
    ((4, 1, 9), (4, 9, 11)),
    ((4, 1, 9), (4, 9, 1)),
    ((40, 9, 1), (40, 1, 11)),
    ((0, 2, 3), (0, 3, 4)),
]

Layout = Callable[[np.ndarray], tuple[np.ndarray, Callable[[Node], Node]]]


def as_it_is(x: np.ndarray) -> tuple[np.ndarray, Callable[[Node], Node]]:
    return x, lambda node: node


def turned(x: np.ndarray) -> tuple[np.ndarray, Callable[[Node], Node]]:
    axes = (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2)
    return np.ascontiguousarray(x.transpose(axes)), lambda node: p.transpose(node, perm=axes)


def reversed_rows(x: np.ndarray) -> tuple[np.ndarray, Callable[[Node], Node]]:
    axes = (x.ndim - 2,)
    return np.ascontiguousarray(np.flip(x, axes)), lambda node: p.flip(node, axes=axes)


def reversed_columns(x: np.ndarray) -> tuple[np.ndarray, Callable[[Node], Node]]:
    axes = (x.ndim - 1,)
    return np.ascontiguousarray(np.flip(x, axes)), lambda node: p.flip(node, axes=axes)


def part(x: np.ndarray) -> tuple[np.ndarray, Callable[[Node], Node]]:
    wide = np.full([2 * n + 3 for n in x.shape], 3).astype(x.dtype)
    inside = tuple(slice(1, 1 + 2 * n, 2) for n in x.shape)
    wide[inside] = x
    start = (1,) * x.ndim
    stop = tuple(1 + 2 * n for n in x.shape)
    return wide, lambda node: p.slice(node, start=start, stop=stop, step=(2,) * x.ndim)


LAYOUTS: list[Layout] = [as_it_is, turned, reversed_rows, reversed_columns, part]
DTYPES = "float32 float64 float16 bool int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
ROUNDING = {"float32": 2.0**-23, "float64": 2.0**-52, "float16": 2.0**-10}


def numbers(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.standard_normal(shape).astype(dtype)
    if dtype == "bool":
        return random.random(shape) < 0.1
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype, endpoint=True)


def multiplied(
    a: np.ndarray, b: np.ndarray, left: Layout = as_it_is, right: Layout = as_it_is,
    isa: str | None = None, after: Callable[[Node], Node] = lambda y: y,
) -> np.ndarray:  # fmt: skip
    (stored_a, view_a), (stored_b, view_b) = left(a), right(b)
    with Trace("product") as trace:
        x = trace.input("a", stored_a.shape, stored_a.dtype)
        y = trace.input("b", stored_b.shape, stored_b.dtype)
        result = after(p.matmul(view_a(x), view_b(y)))
    run = NativeBackend(isa).compile(build_program("product", trace, [result]))
    return run(stored_a, stored_b)[0]


def check(found: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    if a.dtype.kind != "f":
        np.testing.assert_array_equal(found, np.matmul(a, b))
        return
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    if a.dtype == np.float64:
        wide_a, wide_b = a.astype(np.longdouble), b.astype(np.longdouble)
    error = np.abs(found - np.matmul(wide_a, wide_b))
    size = np.matmul(np.abs(wide_a), np.abs(wide_b))
    sums = ROUNDING["float32"] * a.shape[-1] if a.dtype == np.float16 else 0
    unit = ROUNDING[a.dtype.name]
    steps = 1 if a.dtype == np.float16 else 2 + a.shape[-1] ** 0.5
    assert (error <= size * (unit * steps + sums)).all()


def pair(shapes: tuple, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    return numbers(shapes[0], dtype, 1), numbers(shapes[1], dtype, 2)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("right", LAYOUTS)
@pytest.mark.parametrize("left", LAYOUTS)
def test_layouts(shapes: tuple, left: Layout, right: Layout) -> None:
    a, b = pair(shapes, "float32")
    check(multiplied(a, b, left, right), a, b)


@pytest.mark.parametrize("isa", variants())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_processors(shapes: tuple, dtype: str, isa: str) -> None:
    a, b = pair(shapes, dtype)
    for left, right in ((as_it_is, as_it_is), (turned, as_it_is), (as_it_is, turned)):
        check(multiplied(a, b, left, right, isa), a, b)


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d not in ("float32", "float64")])
@pytest.mark.parametrize("shapes", [s for s in SHAPES if max(max(s)) < 500], ids=str)
def test_dtypes(shapes: tuple, dtype: str) -> None:
    a, b = pair(shapes, dtype)
    for left, right in ((as_it_is, as_it_is), (turned, part), (reversed_rows, turned)):
        check(multiplied(a, b, left, right), a, b)


@pytest.mark.parametrize("extreme", ["always", "never", "tiny"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_extremes(shapes: tuple, dtype: str, extreme: str) -> None:
    a, b = pair(shapes, dtype)
    choose_extreme(extreme)
    try:
        for left, right in ((as_it_is, as_it_is), (as_it_is, turned), (turned, part)):
            check(multiplied(a, b, left, right), a, b)
    finally:
        choose_extreme(None)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_bits_do_not_depend_on_threads(shapes: tuple) -> None:
    a, b = pair(shapes, "float32")
    found = []
    for threads in range(1, 5):
        with limits.using(share=limits.share // 20, threads=threads):
            found.append(multiplied(a, b, as_it_is, turned))
    for each in found[1:]:
        np.testing.assert_array_equal(each, found[0])


@pytest.mark.skipif(os.name != "posix", reason="memory is protected by mprotect")
@pytest.mark.parametrize("isa", variants())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shapes", [s for s in SHAPES if 0 not in (*s[0], *s[1])], ids=str)
def test_nothing_is_read_behind_operands(shapes: tuple, dtype: str, isa: str) -> None:
    a, b = (before_a_wall(x) for x in pair(shapes, dtype))
    for left, right in ((as_it_is, as_it_is), (turned, as_it_is), (as_it_is, turned)):
        (stored_a, view_a), (stored_b, view_b) = left(a), right(b)
        stored_a, stored_b = before_a_wall(stored_a), before_a_wall(stored_b)
        with Trace("product") as trace:
            x = trace.input("a", stored_a.shape, dtype)
            y = trace.input("b", stored_b.shape, dtype)
            program = build_program("product", trace, [p.matmul(view_a(x), view_b(y))])
        run = NativeBackend(isa).compile(program)
        bound = run._bound()
        for i, stored in enumerate((stored_a, stored_b)):  # which would be copied otherwise
            bound.inputs[i] = stored
            bound.place(f"X{i}", stored)
        check(run(stored_a, stored_b)[0], a, b)


def before_a_wall(x: np.ndarray) -> np.ndarray:
    """Return a copy that ends where memory may not be read any more."""
    pages = -(-max(x.nbytes, 1) // mmap.PAGESIZE)
    memory = mmap.mmap(-1, (pages + 1) * mmap.PAGESIZE)
    raw = np.frombuffer(memory, np.uint8)
    end = pages * mmap.PAGESIZE
    libc = ctypes.CDLL(None, use_errno=True)
    wall = ctypes.c_void_p(raw.ctypes.data + end)
    assert libc.mprotect(wall, ctypes.c_size_t(mmap.PAGESIZE), 0) == 0
    copy = raw[end - x.nbytes : end].view(x.dtype).reshape(x.shape)
    copy[...] = x
    return copy


def test_infinities_and_nan_stay_in_their_rows_and_columns() -> None:
    a, b = pair(((30, 40), (40, 50)), "float32")
    a[3, 7], b[9, 11] = np.inf, np.nan
    found = multiplied(a, b)
    expected = np.matmul(a.astype(np.float64), b.astype(np.float64))
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))


@pytest.mark.parametrize("share", [10, 8000])
@pytest.mark.parametrize("turn", [False, True], ids=["", "turned"])
@pytest.mark.parametrize("shapes", [s for s in SHAPES if 0 not in (*s[0], *s[1])], ids=str)
def test_elementwise_work_follows(shapes: tuple, turn: bool, share: int, agree: Callable) -> None:
    a, b = pair(shapes, "float32")
    rows = np.matmul(a, b)
    bias, whole = rows[(0,) * (rows.ndim - 1)].copy(), rows[::-1].copy()
    if turn:
        b = np.ascontiguousarray(b.swapaxes(-1, -2))

    def build(x: Node, y: Node, bias: Node, whole: Node) -> list[Node]:
        axes = (*range(y.ndim - 2), y.ndim - 1, y.ndim - 2)
        product = p.matmul(x, p.transpose(y, perm=axes) if turn else y)
        summed = p.add(product, bias)
        return [p.maximum(summed, whole), p.mul(p.tanh(summed), summed)]

    with limits.using(share=share):
        agree(build, a, b, bias, whole, tolerance=1e-5)


def test_a_product_that_is_wanted_is_stored_before_others_read_it(agree: Callable) -> None:
    a, b = pair(((64, 80), (80, 90)), "float32")
    with limits.using(share=10):
        agree(lambda x, y: [p.matmul(x, y), p.exp(p.matmul(x, y))], a, b, tolerance=1e-5)


def test_results_go_to_their_place_in_a_concatenation(agree: Callable) -> None:
    a, b = pair(((33, 20), (20, 19)), "float32")

    def build(x: Node, y: Node) -> list[Node]:
        product = p.matmul(x, y)
        return [p.concat(p.exp(product), product, p.matmul(x, p.neg(y)), axis=1)]

    agree(build, a, b, tolerance=1e-5)


def test_what_is_fixed_in_a_loop_is_packed_before_it(agree: Callable) -> None:
    x, w = pair(((5, 32, 20), (20, 20)), "float32")
    w *= 0.2

    def build(xs: Node, first: Node, weights: Node) -> list[Node]:
        def step(state: list, row: list) -> tuple[list, list]:
            turned = p.transpose(weights, perm=(1, 0))
            back = p.matmul(p.exp(p.neg(state[0])), turned)
            return [p.tanh(p.matmul(state[0], weights) + row[0])], [back]

        final, outputs = scan(step, [first], [xs], 5)
        return [*final, *outputs]

    agree(build, x, x[0], w, tolerance=1e-5)
