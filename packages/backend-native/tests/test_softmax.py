"""Softmax and its logarithm: any axes, any length, any dtype; NaN and infinity as defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from cornu_backend_native.settings import limits
from cornu_ops.composites.softmax import log_softmax, softmax

PRECISION = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-15}
CASES: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((5, 10), (1,)),
    ((40, 10), (1,)),
    ((3, 64), (1,)),
    ((3, 1000), (1,)),
    ((7, 5), (0,)),
    ((3, 7, 35), (1,)),
    ((3, 7, 16), (1,)),
    ((2, 3, 5, 4), (1, 2)),
    ((2, 3, 5, 4), (0, 3)),
    ((4, 3), (0, 1)),
    ((4, 1), (1,)),
    ((3, 4), ()),
    ((0, 4), (1,)),
]


@pytest.mark.parametrize("share", [1, limits.share], ids=["in parts", "whole"])
@pytest.mark.parametrize(("shape", "axes"), CASES)
def test_softmax_is_what_scipy_has(
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    share: int,
    monkeypatch: pytest.MonkeyPatch,
    rng: np.random.Generator,
    run_both: Callable[..., Any],
) -> None:
    monkeypatch.setattr(limits, "share", share)
    for dtype, precision in PRECISION.items():
        x = (5 * rng.standard_normal(shape)).astype(dtype)
        found, _ = run_both(lambda x: [softmax(x, axes=axes), log_softmax(x, axes=axes)], x)
        wide = x.astype(np.float64)
        np.testing.assert_allclose(found[0], special.softmax(wide, axes), precision, precision)
        # the shift by the largest number is what a logarithm near 0 is precise to
        expected = special.log_softmax(wide, axes)
        np.testing.assert_allclose(found[1], expected, precision, 20 * precision)
        assert all(f.dtype == x.dtype for f in found)


@pytest.mark.parametrize("length", [5, 100])
@pytest.mark.parametrize("turned", [False, True], ids=["rows", "columns"])
@pytest.mark.parametrize("dtype", PRECISION)
def test_what_is_not_finite_goes_where_the_definition_takes_it(
    length: int, turned: bool, dtype: str, run_both: Callable[..., Any]
) -> None:
    x = np.zeros((6, length), dtype)
    x[0, 1] = np.nan
    x[1, -1] = np.inf
    x[2, 2] = -np.inf
    x[3] = -np.inf
    x[4] = np.nan
    x[5, 3] = np.finfo(dtype).max
    x = x.T.copy() if turned else x
    axes = (0,) if turned else (1,)
    with np.errstate(all="ignore"):
        pairs = run_both(lambda x: [softmax(x, axes=axes), log_softmax(x, axes=axes)], x)
    for found, expected in zip(*pairs, strict=True):
        np.testing.assert_allclose(found, expected, PRECISION[dtype], PRECISION[dtype])
