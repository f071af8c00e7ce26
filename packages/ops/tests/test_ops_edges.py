"""Ops at the edges: empty axes, infinities, mixed dtypes, numbers beyond a dtype, wrong arguments.

What an op gives is what live Keras 3.15 gave for the same call, on JAX and on NumPy where they
agree; every row is run on arrays and as a program.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu_engine.reference import evaluate
from cornu_engine.trace import Trace, as_node

INF, NAN = math.inf, math.nan
TRUTHS = np.array([True, False, True])
BYTES = np.array([3, -4, 5], np.int8)
EMPTY = np.zeros((2, 0), np.float32)
ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)

Row = tuple[str, Callable[..., Any], tuple, Any, str]

ROWS_OF: list[Row] = [
    # what, call, arguments, result, its dtype
    ("all of none", lambda x: ops.all(x, axis=1), (EMPTY,), [True, True], "bool"),
    ("any of none", lambda x: ops.any(x, axis=1, keepdims=True), (EMPTY,), [[False]] * 2, "bool"),
    ("any of nothing at all", ops.any, (EMPTY,), False, "bool"),
    ("allclose of none", ops.allclose, (EMPTY, EMPTY), True, "bool"),
    ("logsumexp of none", lambda x: ops.logsumexp(x, axis=1), (EMPTY,), [-INF] * 2, "float32"),
    ("max of none", lambda x: ops.max(x, axis=1, initial=2), (EMPTY,), [2, 2], "float32"),
    ("take none", lambda x: ops.take(x, []), (BYTES,), [], "int8"),
    ("median beside -inf", ops.median, (np.float32([-INF, 2]),), -INF, "float32"),
    (
        "quantile beside inf",
        lambda x: ops.quantile(x, 0.25),
        (np.float32([1, INF]),),
        INF,
        "float32",
    ),
    (
        "quantile on inf",
        lambda x: ops.quantile(x, 0.5),
        (np.float32([-INF, -INF, 2]),),
        -INF,
        "float32",
    ),
    (
        "angle",
        ops.angle,
        (np.float32([INF, -INF, NAN, -0.0, 0.0]),),
        [0, math.pi, NAN, math.pi, 0],
        "float32",
    ),
    ("imag", ops.imag, (np.float32([INF, NAN, 1]),), [0, 0, 0], "float32"),
    *(
        (f"{name} of int8", getattr(ops, name), (BYTES, BYTES), 50, dtype)
        for name, dtype in [("dot", "int8"), ("inner", "int8"), ("vdot", "int8")]
    ),
    ("matmul of int8", ops.matmul, (BYTES * 10, BYTES * 10), 5000, "int32"),
    ("matmul of int8 and bool", ops.matmul, (BYTES, TRUTHS), 8, "int8"),
    ("matmul of bool", ops.matmul, (TRUTHS, TRUTHS), True, "bool"),
    ("dot of bool", ops.dot, (TRUTHS, ~TRUTHS), False, "bool"),
    ("tensordot", lambda a, b: ops.tensordot(a, b, 1), (BYTES, BYTES), 50, "int8"),
    (
        "einsum of int8",
        lambda a, b: ops.einsum("i,i->", a, b),
        (BYTES * 10, BYTES * 10),
        5000,
        "int32",
    ),
    ("einsum of bool", lambda a: ops.einsum("i->", a), (TRUTHS,), True, "bool"),
    ("correlate", ops.correlate, (np.int32([1, 2]), np.int32([3, 4])), [11], "float32"),
    ("left_shift of bool", ops.left_shift, (TRUTHS, TRUTHS), [2, 0, 2], "int32"),
    ("vander of bool", ops.vander, (TRUTHS[:2],), [[1, 1], [0, 1]], "int32"),
    (
        "saturate_cast to bool",
        lambda x: ops.saturate_cast(x, "bool"),
        (np.float32([-3, -0.5, 0, 0.5, 2]),),
        [False, False, False, True, True],
        "bool",
    ),
    ("uint8 == -1", lambda x: ops.equal(x, -1), (np.uint8([255, 3]),), [False, False], "bool"),
    ("uint8 > -1", lambda x: ops.greater(x, -1), (np.uint8([255, 3]),), [True, True], "bool"),
    ("int8 < 300", lambda x: ops.less(x, 300), (BYTES,), [True] * 3, "bool"),
    ("uint8 or -1", lambda x: ops.logical_or(x, -1), (np.uint8([0, 3]),), [True, True], "bool"),
    ("-1 in uint8", lambda x: ops.isin(x, -1), (np.uint8([255]),), [False], "bool"),
    ("clip uint8", lambda x: ops.clip(x, -1, 300), (np.uint8([0, 255]),), [0, 255], "uint8"),
    ("bincount", lambda x: ops.bincount(x, minlength=3), (np.uint8([1, 2]),), [0, 1, 1], "int32"),
    ("roll by two", lambda x: ops.roll(x, (1, 2)), (ROWS,), [[3, 4, 5], [0, 1, 2]], "float32"),
    ("roll twice", lambda x: ops.roll(x, (1, 2), 1), (ROWS,), ROWS, "float32"),
    (
        "roll axes",
        lambda x: ops.roll(x, 1, (0, 1)),
        (ROWS,),
        [[5, 3, 4], [2, 0, 1]],
        "float32",
    ),
    (
        "layer_normalization by numbers",
        lambda x: ops.layer_normalization(x, 2.0, 1.0),
        (np.float32([[0, 2]]),),
        [[-1, 3]],
        "float32",
    ),
    (
        "rms_normalization by a number",
        lambda x: ops.rms_normalization(x, 10.0),
        (np.float32([[3, 3]]),),
        [[10, 10]],
        "float32",
    ),
]


@pytest.mark.parametrize("row", ROWS_OF, ids=[row[0] for row in ROWS_OF])
def test_edges(row: Row) -> None:
    _, call, arrays, expected, dtype = row
    found = call(*arrays)
    with Trace("edge") as trace:
        nodes = [trace.input("x", a.shape, a.dtype) for a in arrays]
        result = as_node(call(*nodes))
    traced = evaluate([result], dict(zip(nodes, arrays, strict=True)))[0]
    for x in (found, traced):
        assert np.asarray(x).dtype == dtype
        np.testing.assert_allclose(np.asarray(x), expected, rtol=1e-6, atol=1e-5)


def test_blocks_of_channels_first_stand_behind_the_channels_of_a_pixel() -> None:
    """As `torch.nn.functional.pixel_unshuffle` numbers them, and Keras with it."""
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 6))
    deep = ops.space_to_depth(images, 2, "channels_first")
    expected = np.empty((2, 12, 2, 3))
    for channel, i, j in np.ndindex(3, 2, 2):
        expected[:, 4 * channel + 2 * i + j] = images[:, channel, i::2, j::2]
    np.testing.assert_array_equal(deep, expected)
    np.testing.assert_array_equal(ops.depth_to_space(deep, 2, "channels_first"), images)


def test_without_a_window_every_point_of_a_transform_counts() -> None:
    signal = np.random.default_rng(0).normal(size=12)
    real, imaginary = ops.stft(signal, 4, 3, 6, window=None, center=False)
    frames = np.lib.stride_tricks.sliding_window_view(signal, 6)[::3]
    np.testing.assert_allclose(real + 1j * imaginary, np.fft.rfft(frames), atol=1e-12)


def test_the_bytes_of_a_symbolic_tensor() -> None:
    assert ops.view(cornu.KerasTensor((None, 3), "float32"), "int16").shape == (None, 6)


WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: ops.add(np.uint8([3]), -1),
        OverflowError,
        r"^add\(\): .* -1 is none of uint8.*ops\.cast",
    ),
    (lambda: ops.maximum(BYTES, 300), OverflowError, r"300 is none of int8"),
    (lambda: ops.take(ROWS, [0.5]), TypeError, r"integers, not float32.*ops\.cast"),
    (lambda: ops.average(ROWS, weights=np.ones(3)), ValueError, r"\(3,\).*\(2, 3\).*one axis"),
    (lambda: ops.average(ROWS, 0, weights=np.ones(3)), ValueError, r"as many weights"),
    (lambda: ops.corrcoef(3.0), ValueError, r"corrcoef\(\) needs a vector or a matrix"),
    (lambda: ops.correlate(ROWS, ROWS), ValueError, r"correlate\(\).*\(2, 3\)"),
    (lambda: ops.vander(ROWS), ValueError, r"vander\(\) needs a vector.*\(2, 3\)"),
    (lambda: ops.pad(ROWS, 1, constant_values=(1, 2)), ValueError, r"one number.*\(1, 2\)"),
    (lambda: ops.matmul(ROWS, ROWS), ValueError, r"\(2, 3\) and \(2, 3\).*3 and 2"),
    (lambda: ops.space_to_depth(np.ones((1, 3, 4, 1)), 2), ValueError, r"2 does not divide.*3 by"),
    (lambda: ops.depth_to_space(np.ones((1, 2, 2, 3)), 2), ValueError, r"do not divide 3 channels"),
]


# Errors of the shapes and arguments of any op begin with the op, as the user called it.
WRONG += [
    (lambda: ops.sum(ROWS, axis=5), ValueError, r"^sum\(\): axis 5 is out of range"),
    (lambda: ops.add(ROWS, BYTES[:2]), ValueError, r"^add\(\): .*\(2,\s?3\) \(2,\)"),
    (lambda: ops.reshape(ROWS, (4,)), ValueError, r"^reshape\(\): .*\(2, 3\).*\(4,\)"),
    (lambda: ops.quantile(ROWS, 0.5, method="no"), ValueError, r"^quantile\(\): method must be"),
    (lambda: ops.solve(np.zeros((2, 2)), np.ones(2)), ValueError, r"^solve\(\): Singular"),
    (lambda: ops.glu(ROWS), ValueError, r"^glu\(\) halves"),
    (lambda: ops.concatenate([]), ValueError, r"^concatenate\(\): There is no tensor"),
    (lambda: ops.stack(()), ValueError, r"^stack\(\): There is no tensor"),
    (lambda: ops.hstack([]), ValueError, r"There is no tensor"),
    (lambda: ops.vstack([]), ValueError, r"There is no tensor"),
    (lambda: ops.einsum("ij"), ValueError, r"^einsum\(\): There is no tensor"),
    (lambda: ops.split(ROWS, 0), ValueError, r"^split\(\): Pieces are counted from 1"),
    (lambda: ops.array_split(ROWS, -1), ValueError, r"^array_split\(\): Pieces are counted"),
    (lambda: ops.arange(0, 5, 0), ValueError, r"^arange\(\): step is 0"),
    (lambda: ops.map(ops.abs, np.ones(())), ValueError, r"no first axis to step along"),
    (lambda: ops.bincount([0.5]), TypeError, r"^bincount\(\): Whole numbers are counted"),
    (lambda: ops.quantile(ROWS, [0.5, 30]), ValueError, r"^quantile\(\): q is a share"),
    (lambda: ops.nanquantile(ROWS, -0.1), ValueError, r"^nanquantile\(\): q is a share"),
    (
        lambda: ops.add(cornu.KerasTensor((None, 3)), cornu.KerasTensor((None, 2))),
        ValueError,
        r"^add\(\): Shapes \(None, 3\) and \(None, 2\) do not broadcast",
    ),
]


def test_what_a_function_of_the_user_raises_is_its_own() -> None:
    def refuse(x: Any) -> Any:
        raise ValueError("this is mine")

    with pytest.raises(ValueError, match=r"^this is mine$"):
        ops.map(refuse, ROWS)
    with pytest.raises(ValueError, match=r"^max\(\): axis 7"):
        ops.map(lambda x: ops.max(x, axis=7), ROWS)


@pytest.mark.parametrize(("call", "error", "text"), WRONG)
def test_wrong_arguments(call: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()
