"""Every op with a NumPy counterpart: the same numbers on arrays, and the same again when traced."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu import ops
from cornu_engine.graph import Node
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace, as_node

RNG = np.random.default_rng(7)
X = RNG.normal(size=(3, 4))
Y = RNG.normal(size=(3, 4))
CUBE = RNG.normal(size=(2, 3, 4))
POSITIVE = RNG.uniform(0.2, 3.0, size=(3, 4))
UNIT = RNG.uniform(-0.9, 0.9, size=(3, 4))
WHOLE = RNG.integers(-9, 9, size=(3, 4)).astype(np.int32)
WHOLE2 = RNG.integers(1, 7, size=(3, 4)).astype(np.int32)
BITS = RNG.integers(0, 64, size=(5,)).astype(np.int32)
SHIFTS = RNG.integers(0, 5, size=(5,)).astype(np.int32)
HOLES = np.where(RNG.random((3, 4)) < 0.3, np.nan, X)
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5, 3.5])
TRUTH = RNG.random((3, 4)) < 0.5
VECTOR = RNG.normal(size=(5,))
MATRIX = RNG.normal(size=(4, 5))
SORTED = np.sort(RNG.normal(size=(7,)))

Case = tuple[str, tuple, dict[str, Any], Callable[..., Any]]


def same(name: str, *args: Any, oracle: Callable[..., Any] | None = None, **kwargs: Any) -> Case:
    """The op and its oracle (NumPy's function of the same name) get the same arguments."""
    return name, args, kwargs, oracle or getattr(np, name)


UNARY = [
    same(name, X)
    for name in (
        "abs absolute fabs negative sign exp exp2 expm1 sin cos tan sinh cosh tanh arctan arcsinh "
        "floor ceil round trunc deg2rad rad2deg sinc square cbrt i0 conj conjugate real imag angle"
    ).split()
] + [
    *(same(name, POSITIVE) for name in "log log2 log10 log1p sqrt reciprocal".split()),
    *(same(name, UNIT) for name in "arcsin arccos arctanh".split()),
    same("arccosh", POSITIVE + 1),
    same("rsqrt", POSITIVE, oracle=lambda x: x**-0.5),
    same("i0", X * 30),
    *(
        same(name, SPECIAL)
        for name in "isnan isinf isfinite isposinf isneginf isreal signbit nan_to_num".split()
    ),
    same("nan_to_num", SPECIAL, nan=1.0, posinf=2.0, neginf=3.0),
    same("round", X, 2),
    same("round", WHOLE * 13, -1),
    *(same(name, SPECIAL[3:]) for name in "round trunc floor".split()),
    same("logical_not", TRUTH),
    same("bitwise_not", BITS),
    same("bitwise_invert", BITS, oracle=np.invert),
    same("abs", WHOLE),
    same("negative", WHOLE),
    same("square", WHOLE),
]

BINARY = [
    *(
        same(name, X, Y)
        for name in (
            "add subtract multiply divide true_divide maximum minimum fmax fmin fmod mod "
            "floor_divide arctan2 hypot logaddexp logaddexp2 heaviside equal not_equal less "
            "less_equal greater greater_equal logical_and logical_or logical_xor isclose allclose"
        ).split()
    ),
    *(same(name, CUBE, Y) for name in "add multiply maximum less".split()),
    same("power", POSITIVE, Y),
    *(same("power", X, n) for n in (0, 1, 2, 3, -1)),
    same("power", POSITIVE, 0.5),
    same("fmax", HOLES, Y),
    same("fmin", HOLES, Y),
    same("maximum", HOLES, Y),
    *(same(name, WHOLE, WHOLE2) for name in "mod fmod floor_divide equal less gcd lcm".split()),
    *(
        same(name, BITS, SHIFTS)
        for name in "bitwise_and bitwise_or bitwise_xor left_shift right_shift".split()
    ),
    same("bitwise_left_shift", BITS, SHIFTS, oracle=np.left_shift),
    same("bitwise_right_shift", BITS, SHIFTS, oracle=np.right_shift),
    same(
        "divide_no_nan",
        X,
        np.where(TRUTH, Y, 0.0),
        oracle=lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b)),
    ),
    same("clip", X, -0.5, 0.5),
    same("where", TRUTH, X, Y),
    same("where", TRUTH, X, 0.0),
    same("select", [X < 0, Y < 0], [X, Y], 0.5),
    same("ldexp", X, WHOLE),
    same("isin", WHOLE, np.array([1, 2, 3], np.int32)),
    same("isin", WHOLE, np.array([1, 2, 3], np.int32), invert=True),
    same("logaddexp", SPECIAL[1:3], SPECIAL[1:3]),
    same("nextafter", X, Y),
]

AXES = [{}, {"axis": 0}, {"axis": -1}, {"axis": (0, 2)}, {"axis": 1, "keepdims": True}]
REDUCTIONS = [
    *(
        same(name, CUBE, **kwargs)
        for name in "sum mean max min prod var std amax amin median".split()
        for kwargs in AXES
    ),
    *(same(name, CUBE > 0, **kwargs) for name in ("all", "any") for kwargs in AXES),
    same("ptp", CUBE, axis=1),
    same("count_nonzero", CUBE > 0, axis=1),
    *(
        same(name, CUBE, **kwargs)
        for name in ("argmax", "argmin")
        for kwargs in ({}, {"axis": 1}, {"axis": -1, "keepdims": True})
    ),
    *(
        same(name, CUBE, **kwargs)
        for name in ("cumsum", "cumprod")
        for kwargs in ({}, {"axis": 1}, {"axis": -1})
    ),
    same("average", CUBE, axis=1),
    same("average", CUBE, axis=1, weights=np.array([1.0, 2.0, 3.0])),
    same("average", X, weights=POSITIVE),
    *(
        same(name, HOLES, **kwargs)
        for name in "nansum nanmean nanmax nanmin nanprod nanvar nanstd nanmedian".split()
        for kwargs in ({}, {"axis": 1}, {"axis": 0, "keepdims": True})
    ),
    *(same(name, HOLES, axis=1) for name in "nanargmax nanargmin nancumsum nancumprod".split()),
    *(
        same(name, CUBE, q, **kw)
        for name in ("quantile",)
        for q in (0.3, np.array([0.1, 0.9]))
        for kw in AXES
    ),
    *(
        same("quantile", CUBE, 0.3, axis=1, method=m)
        for m in "lower higher nearest midpoint".split()
    ),
    same("percentile", CUBE, 30.0, axis=0),
    same("nanquantile", HOLES, 0.3, axis=1),
    same("nanpercentile", HOLES, 30.0, axis=0),
    same("diff", CUBE, n=2, axis=1),
    same("diff", VECTOR),
    same("trapezoid", CUBE, dx=0.5, axis=1, oracle=getattr(np, "trapezoid", None) or np.trapz),
    same(
        "trapezoid",
        VECTOR,
        np.cumsum(np.abs(VECTOR)),
        oracle=getattr(np, "trapezoid", None) or np.trapz,
    ),
    same("max", np.zeros((0, 2)), axis=0, initial=1.0),
    same("corrcoef", X),
    same("vdot", X, Y),
    same("trace", CUBE, offset=1, axis1=1, axis2=2),
]

MOVEMENT = [
    same("reshape", CUBE, (4, -1)),
    same("ravel", CUBE),
    same("transpose", CUBE),
    same("transpose", CUBE, (1, 2, 0)),
    same("swapaxes", CUBE, 0, -1),
    same("moveaxis", CUBE, 0, -1),
    same("moveaxis", CUBE, (0, 1), (2, 0)),
    same("expand_dims", CUBE, 1),
    same("expand_dims", CUBE, (0, -1)),
    same("squeeze", CUBE[:, :1]),
    same("squeeze", CUBE[:, :1], 1),
    same("broadcast_to", X, (2, 3, 4)),
    same("concatenate", [X, Y], axis=1),
    same("concatenate", [X, Y], axis=None),
    same("stack", [X, Y], axis=-1),
    *(same(name, [X, Y]) for name in ("hstack", "vstack", "dstack")),
    *(same(name, [VECTOR, VECTOR]) for name in ("hstack", "vstack", "dstack")),
    same("append", X, Y),
    same("append", X, Y, axis=0),
    same("split", CUBE, 2, axis=2),
    same("split", CUBE, [1, 2], axis=1),
    same("split", CUBE, [1, -1], axis=2),
    same("array_split", CUBE, 3, axis=2),
    same("hsplit", CUBE, 3),
    same("vsplit", CUBE, 2),
    same("dsplit", CUBE, 2),
    same("flip", CUBE),
    same("flip", CUBE, axis=(0, 2)),
    same("fliplr", CUBE),
    same("flipud", CUBE),
    *(same("rot90", CUBE, k, axes) for k in (1, 2, 3, 4, -1) for axes in ((0, 1), (2, 0))),
    same("roll", CUBE, 2),
    same("roll", CUBE, -1, axis=1),
    same("roll", CUBE, (1, 2), axis=(0, 2)),
    same("tile", X, 2),
    same("tile", X, (2, 1, 3)),
    same("repeat", X, 2),
    same("repeat", X, 2, axis=1),
    same("repeat", X, [1, 0, 2], axis=0),
    same("meshgrid", VECTOR, SORTED),
    same("meshgrid", VECTOR, SORTED, X[0], indexing="ij"),
    same("pad", CUBE, ((1, 0), (0, 2), (1, 1))),
    same("pad", CUBE, 1, constant_values=2.5),
    *(same("pad", X, ((2, 1), (1, 2)), mode=m) for m in "reflect symmetric edge wrap".split()),
    same("diag", VECTOR, 1),
    same("diag", MATRIX, -1),
    same("diagflat", X, -1),
    same("diagonal", CUBE, 1, 2, 0),
    same("tril", CUBE, 1),
    same("triu", CUBE, -1),
    same("take", CUBE, [2, 0, -1], axis=1),
    same("take", CUBE, np.array([[0, 5], [7, 1]])),
    same("take_along_axis", X, np.argsort(X, 0), axis=0),
    same("take_along_axis", X, np.array([[1], [3], [-1]]), axis=1),
    same("take_along_axis", X, np.array([1, 3]), axis=None),
    same("unravel_index", np.array([3, 22]), (2, 3, 4)),
    same("vander", VECTOR),
    same("vander", VECTOR, 3, increasing=True),
    same("unstack", CUBE, axis=1, oracle=lambda x, axis: [x[:, i] for i in range(x.shape[axis])]),
]

SORTING = [
    *(
        same(name, CUBE, **kw)
        for name in ("sort", "argsort")
        for kw in ({}, {"axis": 0}, {"axis": None})
    ),
    *(same("searchsorted", SORTED, np.r_[X.ravel(), SORTED], side=s) for s in ("left", "right")),
    same("digitize", X, SORTED),
    same("bincount", BITS),
    same("bincount", BITS, np.float64(SHIFTS), 70),
    same("histogram", X, 5),
    same("histogram", X, 4, (-1.0, 1.0)),
]

PRODUCTS = [
    same("matmul", X, MATRIX),
    same("matmul", CUBE, MATRIX),
    same("matmul", VECTOR, MATRIX.T),
    same("matmul", CUBE, MATRIX[:, 0]),
    same("matmul", VECTOR, VECTOR),
    same("matmul", CUBE, np.swapaxes(CUBE, 1, 2)),
    same("matmul", CUBE[:, None], RNG.normal(size=(5, 4, 2))),
    same("dot", CUBE, MATRIX),
    same("dot", X, RNG.normal(size=(2, 4, 5))),
    same("dot", VECTOR, VECTOR),
    same("dot", X, 2.0),
    same("tensordot", CUBE, MATRIX, 1),
    same("tensordot", CUBE, CUBE, 3),
    same("tensordot", CUBE, X, ((1, 2), (0, 1))),
    same("tensordot", CUBE, X, (2, 1)),
    same("tensordot", X, Y, 0),
    same("inner", X, Y),
    same("outer", X, VECTOR),
    same("kron", X, MATRIX),
    same("kron", CUBE, VECTOR),
    same("cross", X[:, :3], Y[:, :3]),
    same("cross", X[:, :3], Y[:, :3], axis=0),
    *(
        same("einsum", text, *operands)
        for text, operands in (
            ("ij,jk->ik", (X, MATRIX)),
            ("ij,jk", (X, MATRIX)),
            ("bij,jk->bik", (CUBE, MATRIX)),
            ("bij,bij->b", (CUBE, CUBE)),
            ("bij->jb", (CUBE,)),
            ("bij->", (CUBE,)),
            ("ii->i", (MATRIX[:, :4],)),
            ("ii", (MATRIX[:, :4],)),
            ("i,j->ij", (VECTOR, SORTED)),
            ("...ij,jk->...ik", (CUBE, MATRIX)),
            ("...i,...i->...", (CUBE, X)),
            ("ij,jk,kl->il", (X, MATRIX, MATRIX.T)),
            ("bhqd,bhkd->bhqk", (CUBE[None], CUBE[None])),
            ("ij,ij->ij", (X, Y)),
            ("ij,kj->ik", (X, Y)),
            ("ab,cd->abcd", (X, MATRIX)),
            ("b i j, b i j -> i", (CUBE, CUBE)),
            ("aij,bij->ab", (CUBE, CUBE[:1])),
            ("iij->ij", (RNG.normal(size=(3, 3, 2)),)),
        )
    ),
]

CASES: list[Case] = [*UNARY, *BINARY, *REDUCTIONS, *MOVEMENT, *SORTING, *PRODUCTS]
IDS = [f"{i}-{case[0]}" for i, case in enumerate(CASES)]


def arrays_of(result: Any) -> list[np.ndarray]:
    return (
        [np.asarray(r) for r in result]
        if isinstance(result, (list, tuple))
        else [np.asarray(result)]
    )


def agree(found: Any, expected: Any, rtol: float = 1e-11) -> None:
    for a, b in zip(arrays_of(found), arrays_of(expected), strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a.astype(float), b.astype(float), rtol=rtol, atol=1e-12)


def is_operand(x: Any) -> bool:
    return isinstance(x, np.ndarray)


def traced(name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The op on traced operands, evaluated by the reference."""
    values: dict[Node, Any] = {}
    with Trace("case") as trace:

        def enter(x: Any) -> Any:
            if isinstance(x, list) and x and is_operand(x[0]):
                return [enter(v) for v in x]
            if not is_operand(x):
                return x
            node = trace.input("x", x.shape, x.dtype)
            values[node] = x
            return node

        result = getattr(ops, name)(*map(enter, args), **kwargs)
        nodes = list(result) if isinstance(result, (list, tuple)) else [result]
    # the imaginary part is 0 whatever the value is
    assert any(isinstance(n, Node) for n in nodes) or name == "imag"
    nodes = [as_node(n) for n in nodes]
    found = evaluate(nodes, values)
    for node, array in zip(nodes, found, strict=True):
        assert (node.shape, node.dtype) == (array.shape, array.dtype)
    return found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_arrays_agree_with_numpy(case):
    name, args, kwargs, oracle = case
    with np.errstate(all="ignore"):
        agree(getattr(ops, name)(*args, **kwargs), oracle(*args, **kwargs))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_is_returned_changes_under_no_other_name(case):
    name, args, kwargs, _ = case
    result = getattr(ops, name)(*args, **kwargs)
    for kept in result if isinstance(result, (list, tuple)) else [result]:
        if isinstance(kept, np.ndarray):
            before, other = np.array(kept), kept
            with np.errstate(all="ignore"):
                other += other
            np.testing.assert_array_equal(kept, before)
            with pytest.raises(ValueError, match="read-only"):
                kept[...] = 0


# what tells about values, and functions of functions
OTHERS = {*"dtype is_tensor ndim shape size convert_to_numpy".split()} | {
    *"custom_gradient jvp vectorize".split()
}


@pytest.mark.parametrize("module", [ops, ops.image], ids=lambda module: module.__name__)
def test_every_operation_returns_values(module):
    functions = {n for n in dir(module) if inspect.isroutine(getattr(module, n)) and n[0] != "_"}
    assert {n for n in functions if not hasattr(getattr(module, n), "__wrapped__")} <= OTHERS


# `nextafter` is for arrays, a traced `bincount` needs `minlength`, the maximum of nothing is a
# constant
NOT_TRACED = {"nextafter", "bincount"}
TRACED = [c for c in CASES if c[0] not in NOT_TRACED and "initial" not in c[2]]


@pytest.mark.parametrize("case", TRACED, ids=[f"{i}-{c[0]}" for i, c in enumerate(TRACED)])
def test_traced_values_agree_with_arrays(case):
    name, args, kwargs, _ = case
    eager = arrays_of(getattr(ops, name)(*args, **kwargs))
    for a, b in zip(eager, traced(name, args, kwargs), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


OF_FLOATS = [c for c in UNARY + REDUCTIONS if c[1][0].dtype == np.float64 and c[1][0].size]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("case", OF_FLOATS, ids=[f"{i}-{c[0]}" for i, c in enumerate(OF_FLOATS)])
def test_floats_keep_their_dtype(case, dtype):
    name, args, kwargs, _oracle = case
    args = tuple(a.astype(dtype) if is_operand(a) and a.dtype == np.float64 else a for a in args)
    kwargs = {k: v.astype(dtype) if is_operand(v) else v for k, v in kwargs.items()}
    found = arrays_of(getattr(ops, name)(*args, **kwargs))
    assert {f.dtype.kind for f in found} <= {"b", "i"} or {str(f.dtype) for f in found} == {dtype}


def test_reduction_of_small_integers_does_not_wrap():
    image = np.full((10, 10), 200, np.uint8)
    assert int(ops.sum(image)) == 20000
    assert float(ops.mean(image)) == 200.0
    assert math.isclose(float(ops.std(np.array([1, 3], np.uint8))), 1.0)
