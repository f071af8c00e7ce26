"""Numbers at the edges: sizes that are cut up, NaN, integers, half precision, strictness."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cornu_backend_opencl.backend import OpenCLBackend
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_engine.primitives.table import p
from cornu_engine.scan import scan


def cast(x, dtype):
    return p.cast(x, dtype=np.dtype(dtype))


def normal(*shape, dtype="float32"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def reduced(x, *, axes):
    return [
        p.sum(p.exp(x) * 0.5, axes=axes, keepdims=False),
        p.sum(x, axes=axes, keepdims=True),
        p.max(x, axes=axes, keepdims=False),
        p.min(x * x, axes=axes, keepdims=False),
    ]


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((100_003,), (0,)),
        ((3, 40_001), (1,)),
        ((40_000, 3), (0,)),
        ((3000, 70), (0,)),
        ((5, 400, 33), (1,)),
        ((40, 30, 20, 7), (0, 2)),
        ((40, 30, 20, 7), (1, 3)),
        ((30, 20, 64), (0, 1)),
        ((1, 7), (0,)),
    ],
    ids=str,
)
def test_reductions_of_many_numbers(agree, backend, shape, axes):
    agree(partial(reduced, axes=axes), normal(*shape), backend=backend)


@pytest.mark.parametrize(
    ("m", "k", "n"),
    [(1, 1, 1), (1, 300, 7), (64, 70, 1), (37, 129, 65), (200, 40, 100), (33, 64, 96)],
)
@pytest.mark.parametrize("turned", ["neither", "left", "right"])
def test_products(agree, backend, m, k, n, turned):
    a = normal(k, m) if turned == "left" else normal(m, k)
    b = normal(n, k) if turned == "right" else normal(k, n)

    def product(a, b):
        a = p.transpose(a, perm=(1, 0)) if turned == "left" else a
        b = p.transpose(b, perm=(1, 0)) if turned == "right" else b
        return p.maximum(p.matmul(a, b), 0.0)

    agree(product, a, b, backend=backend)


def test_nan_and_infinity_as_numpy(agree, backend):
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5], "float32")
    a, b = (x.reshape(-1).copy() for x in np.meshgrid(special, special))

    def several(a, b):
        return [
            p.maximum(a, b), p.minimum(a, b), p.maximum(a, 0.0), p.sign(a), p.isfinite(a),
            p.lt(a, b), p.eq(a, b), p.where(p.lt(a, b), a, b), p.max(a, axes=(0,), keepdims=False),
            p.sort(a, axis=0), p.argsort(a, axis=0), p.argmax(a, axis=0),
        ]  # fmt: skip

    agree(several, a, b, backend=backend)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "uint32", "int64", "uint64"])
def test_integers(agree, backend, dtype):
    rng = np.random.default_rng(0)
    low = -9 if np.dtype(dtype).kind == "i" else 0
    a, b = rng.integers(low, 10, (2, 45)).astype(dtype)

    def several(a, b):
        return [
            a + b, a * b, p.floordiv(a, b), p.mod(a, b), p.abs(a), p.sign(a), p.maximum(a, b),
            p.and_(a, b), p.xor(a, b), p.shift_left(a, 3), p.le(a, b), p.invert(a),
            p.sum(a, axes=(0,), keepdims=False), p.cumsum(a, axis=0, reverse=True),
            cast(a, "float32"), cast(cast(a, "float32") * 1.5, dtype),
            p.sort(a, axis=0), cast(a, "bool"),
        ]  # fmt: skip

    agree(several, a, b, backend=backend)


def test_booleans(agree, backend):
    a, b = np.random.default_rng(0).random((2, 50)) < 0.5

    def several(a, b):
        return [
            p.and_(a, b), p.or_(a, b), p.xor(a, b), p.invert(a), p.eq(a, b),
            cast(a, "int32"), cast(a, "float32"), p.where(a, b, p.invert(b)),
            p.max(a, axes=(0,), keepdims=False), p.min(b, axes=(0,), keepdims=False),
        ]  # fmt: skip

    agree(several, a, b, backend=backend)


def test_floats_divide_as_in_python(agree, backend):
    a = np.array([7.5, -7.5, 7.5, -7.5, 0.0, -6.0, 6.0, 1e9], "float32")
    b = np.array([2.0, 2.0, -2.0, -2.0, 3.0, 3.0, -3.0, 0.3], "float32")
    agree(lambda a, b: [p.mod(a, b), p.floordiv(a, b)], a, b, backend=backend, exact=True)


def test_every_result_of_half_precision_is_rounded(agree, backend):
    """Or numbers would depend on what becomes one function, and nothing would overflow."""
    a = np.linspace(-300, 300, 4001).astype("float16")

    def chain(a):
        x = a * a - a * 0.1
        return [x * 0.001, p.isfinite(x), cast(x + 1.0, "float32")]

    agree(chain, a, backend=backend, exact=True)


def test_half_precision_is_stored_and_single_computed(agree, backend):
    a, b = normal(40, 70, dtype="float16"), normal(70, 30, dtype="float16")

    def several(a, b):
        product = p.matmul(a, b)
        return [
            product, p.tanh(a) * 2.0 + 1.0, p.sum(a, axes=(0,), keepdims=False),
            cast(cast(cast(a, "float32") * 1.001, "float16"), "float32"),
            p.sort(a, axis=1), p.gather(a, np.array([3, 0], "int32"), axis=0),
        ]  # fmt: skip

    agree(several, a, b, backend=backend)


@pytest.mark.parametrize("strict", [False, True], ids=["", "strict"])
def test_products_of_half_precision_are_followed_by_single(agree, backend, strict):
    """As in training in mixed precision."""
    a, b = normal(32, 8, dtype="float16"), normal(8, 20, dtype="float16")

    def mixed(a, b):
        y = p.tanh(p.matmul(a, b) + 0.5)
        single = cast(y, "float32") * 1.001
        return [y, cast(single * 3.0, "float16") * 2.0]

    tried = OpenCLBackend(schedule=backend._schedule, strict=strict)
    agree(mixed, a, b, backend=tried)


def test_products_are_followed_by_work_on_single_lanes(agree, backend):
    a, b = normal(32, 8), normal(8, 20)

    def remainders(a, b):
        y = p.matmul(a, b)
        return [p.mod(y, 0.7) + 1.0, p.erfinv(p.tanh(y) * 0.9) * y, p.floordiv(y, 0.3)]

    agree(remainders, a, b, backend=backend)


def test_a_product_of_one_number_is_followed_by_what_does_not_read_it(agree, backend):
    """Only one of the work-items of its tile may write."""
    a, b, y = normal(1, 6), normal(6, 1), np.ones((1, 1), "float32")

    def loss(a, b, y):
        product, rest = p.matmul(a, b), 1.0 - y
        return [product * y, product * rest, rest]

    agree(loss, a, b, y, backend=backend)


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
def test_strict_programs_round_as_numpy(agree, kind):
    a, b, c = normal(3, 50_000)

    def chain(a, b, c):
        x = a * b + c
        return [x, x * a - b * c, p.sqrt(p.abs(x)) / (p.abs(b) + 1.0), p.floor(x) * 0.1 - x]

    strict = OpenCLBackend(schedule=Schedule(kind), strict=True)
    agree(chain, a, b, c, backend=strict, exact=True)


@pytest.mark.parametrize("size", [1, 7, 64, 65, 10_001])
def test_random_words_are_those_of_the_host(agree, backend, size):
    key, counter = np.array([7, 2**32 - 1], "uint32"), np.uint32(41)
    draw = partial(p.random_bits, shape=(size,))
    agree(draw, key, np.asarray(counter), backend=backend, exact=True)


def test_many_rows_gathered_and_scattered(agree, backend):
    rng = np.random.default_rng(0)
    table, rows = normal(500, 24), rng.integers(-500, 500, (30, 20), dtype="int32")
    agree(lambda t, i: p.gather(t, i, axis=0), table, rows, backend=backend)
    slopes = normal(30, 20, 24)
    few = rng.integers(0, 40, (30, 20), dtype="int32")
    scattered = partial(p.scatter_add, shape=(500, 24), axis=0)
    agree(scattered, few, slopes, backend=backend)


@pytest.mark.parametrize("size", [1, 2, 17, 1000])
def test_sorting_keeps_equals_in_order(agree, backend, size):
    x = np.random.default_rng(0).integers(0, 9, (3, size)).astype("float32")
    agree(lambda x: [p.sort(x, axis=1), p.argsort(x, axis=1)], x, backend=backend)


@pytest.mark.parametrize("width", [4, 300], ids=["inside one kernel", "queued"])
@pytest.mark.parametrize("reverse", [False, True])
def test_loops_and_loops_inside_loops(agree, backend, width, reverse):
    kernel, x, start = normal(width, width) * 0.05, normal(6, 40, width), normal(40, width)

    def outer(x, kernel, start):
        def step(state, rows):
            def inner(inner_state, _):
                (h,) = inner_state
                return [p.tanh(p.matmul(h, kernel) + rows[0])], [
                    p.sum(h, axes=(0,), keepdims=False)
                ]

            (h,), (sums,) = scan(inner, [state[0]], [], 3)
            return [h, state[0]], [h + state[1], sums]  # the second state is the first one's past

        final, ys = scan(step, [start, start * 0.5], [x], 6, reverse)
        return [*final, *ys]

    agree(outer, x, kernel, start, backend=backend)
