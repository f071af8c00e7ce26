"""Every primitive gives what its definition gives."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_backend_numpy.backend import NumpyBackend
from cornu_engine.graph import constant
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.program import build_program
from cornu_engine.trace import Trace

RNG = np.random.default_rng(0)


def normal(*shape, dtype="float32"):
    return RNG.normal(size=shape).astype(dtype)


def whole(*shape, low=-5, high=6, dtype="int32"):
    return RNG.integers(low, high, size=shape).astype(dtype)


FLOATS = ["float16", "float32", "float64"]
UNIT = {"asin", "acos", "atanh", "erfinv"}
POSITIVE = {"log", "sqrt", "log1p"}
UNARY = sorted(
    "neg abs sign exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh asinh acosh "
    "tanh atanh erf erfinv floor ceil round".split()
)
SHAPES = [(), (1,), (5,), (3, 4), (2, 3, 4), (0, 3), (70_001, 1), (300, 400)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", UNARY)
def test_unary(agree, name, shape):
    for dtype in FLOATS if len(shape) < 3 and np.prod(shape) < 100 else ["float32"]:
        x = normal(*shape, dtype=dtype)
        if name in UNIT:
            x = np.clip(x / 3, -0.99, 0.99).astype(dtype)
        elif name in POSITIVE:
            x = np.abs(x)
        elif name == "acosh":
            x = np.abs(x) + np.asarray(1, dtype)
        agree(lambda v: getattr(p, name)(v), x)


@pytest.mark.parametrize(
    "name", ["neg", "abs", "sign", "floor", "ceil", "round", "invert", "exp", "sqrt"]
)
@pytest.mark.parametrize("dtype", ["int32", "int64", "int8"])
def test_unary_of_integers(agree, name, dtype):
    agree(lambda v: getattr(p, name)(v), np.abs(whole(4, 3, dtype=dtype)))


BINARY = "add sub mul div pow maximum minimum mod floordiv atan2 eq ne lt le".split()
PAIRS = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((1, 4), (3, 1)),
    ((), (2, 3)),
    ((70_001, 2), (2,)),
    ((90_000, 1), (1, 1)),
]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("shapes", PAIRS, ids=str)
def test_binary(agree, name, shapes):
    for dtype in FLOATS if np.prod(shapes[0]) < 100 else ["float32"]:
        a, b = (normal(*s, dtype=dtype) for s in shapes)
        if name == "pow":
            a = np.abs(a)
        if name in ("eq", "ne", "le"):
            a, b = np.round(a), np.round(b)
        agree(getattr(p, name), a, b)


@pytest.mark.parametrize(
    "name",
    "add sub mul maximum minimum mod floordiv and_ or_ xor eq lt shift_left shift_right".split(),
)
@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint8"])
def test_binary_of_integers(agree, name, dtype):
    agree(getattr(p, name), whole(3, 4, low=0, dtype=dtype), whole(4, low=1, high=5, dtype=dtype))


@pytest.mark.parametrize("name", "and_ or_ xor eq ne".split())
def test_binary_of_booleans(agree, name):
    agree(
        getattr(p, name),
        whole(3, 4, low=0, high=2, dtype=bool),
        whole(4, low=0, high=2, dtype=bool),
    )


def test_invert_and_isfinite(agree):
    agree(p.invert, whole(3, 4, low=0, high=2, dtype=bool))
    agree(p.isfinite, np.float32([1, np.inf, -np.inf, np.nan]))


SPECIAL = np.float32([0.0, -0.0, np.nan, np.inf, -np.inf, 1.5, -2.5, 1e-40])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8", "bool"])
def test_where_chooses_bit_for_bit(agree, dtype):
    with np.errstate(all="ignore"):
        a, b = SPECIAL.astype(dtype), SPECIAL[::-1].astype(dtype)
    condition = np.array([1, 0, 1, 0, 0, 1, 1, 0], bool)
    zero = constant(np.zeros((), dtype))
    agree(p.where, condition, a, b, exact=True)
    agree(lambda c, x: p.where(c, x, zero), condition, a, exact=True)
    agree(lambda c, x: p.where(c, zero, x), condition, a, exact=True)
    agree(lambda c, x: p.where(c, x, x[:1]), condition.reshape(8, 1), a, exact=True)
    if np.dtype(dtype).kind == "f":
        run = agree(
            lambda c, x: p.where(c, x, constant(np.asarray(-0.0, dtype))), condition, a, exact=True
        )
        assert np.signbit(run(condition, a)[0][1])


def test_where_in_place_of_either_operand(agree):
    c, a, b = normal(40) > 0, normal(40), normal(40)
    agree(lambda c, a, b: p.where(c, a * 2.0, b), c, a, b)
    agree(lambda c, a, b: p.where(c, a, b * 2.0), c, a, b)
    agree(lambda c, a, b: p.where(c, 0.0, b * 2.0), c, a, b)


@pytest.mark.parametrize(
    "source", ["float32", "float64", "float16", "int32", "int64", "uint8", "bool"]
)
@pytest.mark.parametrize(
    "target", ["float32", "float64", "float16", "int32", "int64", "uint8", "bool"]
)
def test_cast(agree, source, target):
    agree(lambda v: p.cast(v, dtype=np.dtype(target)), np.abs(whole(3, 4)).astype(source))


MOVES = {
    "reshape": lambda x: p.reshape(x, shape=(4, 6)),
    "transpose": lambda x: p.transpose(x, perm=(2, 0, 1)),
    "reshape of transpose": lambda x: p.reshape(p.transpose(x, perm=(2, 0, 1)), shape=(8, 3)),
    "expand": lambda x: p.expand(p.reshape(x, shape=(2, 3, 1, 4)), shape=(2, 3, 5, 4)),
    "slice": lambda x: p.slice(x, start=(0, 1, 0), stop=(2, 3, 4), step=(1, 1, 2)),
    "slice to nothing": lambda x: p.slice(x, start=(0, 1, 0), stop=(2, 1, 4), step=(1, 1, 2)),
    "flip": lambda x: p.flip(x, axes=(0, 2)),
    "flip of reshape": lambda x: p.exp(p.reshape(p.flip(x, axes=(1,)), shape=(24,))),
    "pad": lambda x: p.pad(x, low=(1, 0, 2), high=(0, 3, 1), interior=(0, 1, 2), value=2.5),
    "pad with infinity": lambda x: p.pad(
        x, low=(1, 0, 0), high=(0, 0, 0), interior=(0, 0, 0), value=-np.inf
    ),
    "concat": lambda x: p.concat(x, p.exp(x), x, axis=1),
    "concat along the first axis": lambda x: p.concat(p.exp(x), x, p.sin(x), axis=0),
    "concat of concat": lambda x: p.concat(p.concat(p.exp(x), p.sin(x), axis=0), x, axis=0) * 2.0,
    "windows": lambda x: p.windows(x, axes=(1, 2), size=(2, 2), strides=(1, 2), dilation=(1, 1)),
    "dilated windows": lambda x: p.sum(
        p.windows(x, axes=(2,), size=(2,), strides=(1,), dilation=(3,)), axes=(3,), keepdims=False
    ),
    "again": lambda x: p.again(x * 2.0),
    "stop_gradient": lambda x: p.stop_gradient(x * 2.0),
    "copy": lambda x: p.copy(x),
    "sort": lambda x: p.sort(x, axis=1),
    "argsort": lambda x: p.argsort(x, axis=2),
    "argmax": lambda x: p.argmax(x, axis=1),
    "cumsum": lambda x: p.cumsum(x, axis=1, reverse=False),
    "reverse cumsum": lambda x: p.cumsum(x, axis=2, reverse=True),
    "view of a result": lambda x: p.transpose(p.exp(x), perm=(1, 0, 2)) * 2.0,
}


@pytest.mark.parametrize("name", MOVES)
def test_movement(agree, name):
    agree(MOVES[name], normal(2, 3, 4))


AXES = [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2), (0, 1, 2), ()]


@pytest.mark.parametrize("name", ["sum", "max", "min", "prod"])
@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(agree, name, axes, keepdims):
    reduce = getattr(p, name)
    for dtype in (*FLOATS, "int32"):
        x = normal(3, 4, 5).astype(dtype) if dtype != "int32" else whole(3, 4, 5)
        agree(lambda v: reduce(v, axes=axes, keepdims=keepdims), x)
    agree(
        lambda v: reduce(p.transpose(v, perm=(2, 0, 1)), axes=axes, keepdims=keepdims),
        normal(3, 4, 5),
    )


@pytest.mark.parametrize(
    "shape", [(1000, 3), (1024, 16), (96, 8, 8, 4), (7, 600), (5, 1), (1, 5), (0, 4)], ids=str
)
def test_sums_over_leading_and_trailing_axes(agree, shape):
    x = whole(*shape).astype("float32")  # sums of small integers are exact in any order
    agree(lambda v: p.sum(v, axes=tuple(range(v.ndim - 1)), keepdims=False), x)
    agree(lambda v: p.sum(v, axes=tuple(range(1, v.ndim)), keepdims=True), x)


def test_sums_of_rows_are_at_least_as_accurate_as_those_of_numpy():
    x = np.abs(normal(100_000, 3))
    with Trace("test") as trace:
        total = p.sum(trace.input("x", x.shape, "float32"), axes=(0,), keepdims=False)
    (found,) = NumpyBackend().compile(build_program("test", trace, [total]))(x)
    exact = x.astype(float).sum(0)
    assert np.abs(found - exact).max() <= np.abs(np.add.reduce(x, axis=0) - exact).max()


def test_sum_of_rows_that_are_not_finite(agree):
    agree(
        lambda v: p.sum(v, axes=(0,), keepdims=False),
        np.float32([[np.inf, 1, np.nan], [1, -np.inf, 2]]),
    )


PRODUCTS = [
    ((3, 4), (4, 5)),
    ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((1, 4), (4, 1)),
    ((3, 1), (1, 3)),
    ((200, 300), (300, 100)),
    ((3, 0), (0, 2)),
    ((0, 3), (3, 2)),
]


@pytest.mark.parametrize("shapes", PRODUCTS, ids=str)
def test_matmul(agree, shapes):
    for dtype in (*FLOATS, "int32"):
        a, b = (normal(*s).astype(dtype) if dtype != "int32" else whole(*s) for s in shapes)
        scale = np.asarray(1 if dtype == "int32" else 0.05, dtype)
        agree(lambda x, y, s: p.matmul(x, y) * s, a, b, scale)
    if len(shapes[0]) == 2:
        a, b = normal(*shapes[0][::-1]), normal(*shapes[1][::-1])
        agree(
            lambda x, y: p.matmul(p.transpose(x, perm=(1, 0)), p.transpose(y, perm=(1, 0))) * 0.05,
            a,
            b,
        )


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("shape", [(5,), (2, 3), (), (0,)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_gather_and_scatter(agree, axis, shape, dtype):
    x = normal(4, 5, 6) if dtype == "float32" else whole(4, 5, 6).astype(dtype)
    indices = whole(*shape, low=-4, high=4)
    agree(lambda v, i: p.gather(v, i, axis=axis), x, indices)
    updates = np.ascontiguousarray(np.take(x, indices, axis))
    agree(lambda i, u: p.scatter_add(i, u, shape=(4, 5, 6), axis=axis), indices, updates)


def test_scatter_of_scalars_adds_repeated_positions(agree):
    agree(
        lambda i, u: p.scatter_add(i, u, shape=(7,), axis=0), whole(500, low=0, high=7), normal(500)
    )


def test_position_out_of_range_is_an_error():
    for position in (4, -5):
        for function in (
            lambda v, i: p.gather(v, i, axis=0),
            lambda v, i: p.scatter_add(i, v, shape=(4, 2), axis=0),
        ):
            with Trace("test") as trace:
                x, i = trace.input("x", (4, 2), "float32"), trace.input("i", (4,), "int32")
                y = function(x, i)
            run = NumpyBackend().compile(build_program("test", trace, [y]))
            with pytest.raises(
                IndexError, match=f"Position {position} is out of range for an axis of 4"
            ):
                run(normal(4, 2), np.int32([0, 1, position, 2]))


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 5), (70_001, 3)], ids=str)
def test_random_bits(agree, shape):
    for counter in (0, 1, 2**40):
        agree(
            lambda k, c: p.random_bits(k, c, shape=shape),
            np.array([3, 2**63 - 1], np.int64),
            np.array(counter, np.int64),
            exact=True,
        )


@pytest.mark.parametrize("dtype", ["int32", "float32", "int64"])
def test_iota(agree, dtype):
    agree(lambda x: p.add(p.iota(size=5, dtype=np.dtype(dtype)), x), np.asarray(2, dtype))


@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (3, 2)])
@pytest.mark.parametrize("dilation", [(1, 1), (1, 2)])
def test_fold(agree, strides, dilation):
    attrs = {"axes": (1, 2), "size": (2, 2), "strides": strides, "dilation": dilation}
    windows = PRIMITIVES["windows"].evaluate(normal(2, 7, 6, 3), **attrs).copy()
    agree(lambda g: p.fold(g, shape=(2, 7, 6, 3), **attrs), windows)


def test_every_primitive_is_in_the_table():
    from cornu_backend_numpy.emit.operations import OPERATIONS

    leaves = {"input", "variable", "parameter", "constant", "item", "scan", "iota"}
    portable = {name for name, row in PRIMITIVES.items() if row.is_portable}
    assert portable - set(OPERATIONS) == leaves


def test_single_erf_is_good_to_a_few_units_in_the_last_place():
    x = np.linspace(-6, 6, 100_001).astype("float32")
    x = np.concatenate([x, np.float32([np.inf, -np.inf, 0.0, 1e-30, np.nan])])
    with Trace("test") as trace:
        y = p.erf(trace.input("x", x.shape, "float32"))
    (found,) = NumpyBackend().compile(build_program("test", trace, [y]))(x)
    exact = PRIMITIVES["erf"].evaluate(x.astype(float))
    unit = np.spacing(np.abs(exact[:-1]).astype("float32"))
    assert (np.abs(found[:-1] - exact[:-1]) / unit).max() < 8
    assert np.isnan(found[-1])
    assert np.abs(found[:-1]).max() <= 1
