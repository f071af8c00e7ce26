"""Padding puts every element where its definition has it, whether by lines or by a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.settings import limits
from cornu_engine.primitives.table import p

Size = tuple[int, ...]
# shape, before, behind, between the elements, around
CASES: dict[str, tuple[Size, Size, Size, Size, float]] = {
    "an image": ((3, 5, 6, 4), (0, 1, 2, 0), (0, 2, 1, 0), (0, 0, 0, 0), 0.0),
    "a volume": ((2, 3, 4, 5, 2), (0, 1, 1, 2, 0), (0, 1, 0, 1, 0), (0, 0, 0, 0, 0), 0.0),
    "a series": ((3, 7, 2), (0, 2, 0), (0, 0, 0), (0, 0, 0), 0.0),
    "the first axis": ((3, 4), (2, 0), (1, 0), (0, 0), 0.0),
    "the last axis": ((3, 4), (0, 2), (0, 1), (0, 0), 0.0),
    "channels too": ((2, 3, 3, 2), (1, 1, 1, 1), (0, 1, 1, 2), (0, 0, 0, 0), 0.0),
    "an axis of one": ((2, 1, 5), (0, 1, 0), (0, 1, 3), (0, 0, 0), 0.0),
    "apart": ((2, 4, 3), (0, 1, 0), (0, 1, 0), (0, 2, 0), 0.0),
    "another number": ((2, 4, 3), (0, 1, 0), (0, 1, 0), (0, 0, 0), -1.5),
    "zero below": ((2, 4, 3), (0, 1, 0), (0, 1, 0), (0, 0, 0), -0.0),
    "nothing": ((2, 6, 3), (0, 0, 0), (0, 0, 0), (0, 0, 0), 0.0),
    "of nothing": ((0, 2, 3), (1, 1, 0), (1, 1, 0), (0, 0, 0), 0.0),
}
VIEWS: dict[str, Callable[[Any], Any]] = {
    "in order": lambda x: x,
    "turned": lambda x: p.transpose(
        p.copy(p.transpose(x, perm=tuple(reversed(range(x.ndim))))),
        perm=tuple(reversed(range(x.ndim))),
    ),
    "flipped": lambda x: p.flip(x, axes=(x.ndim - 2,)),
    "every second": lambda x: p.slice(
        p.concat(x, x, axis=0),
        start=(0,) * x.ndim,
        stop=(2 * x.shape[0], *x.shape[1:]),
        step=(2, *(1,) * (x.ndim - 1)),
    ),
}


@pytest.mark.parametrize("share", [1, limits.share], ids=["in parts", "whole"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", CASES)
def test_padding_is_what_its_definition_has(
    case: str,
    view: str,
    share: int,
    monkeypatch: pytest.MonkeyPatch,
    rng: np.random.Generator,
    run_both: Callable[..., Any],
) -> None:
    shape, low, high, interior, value = CASES[case]
    attrs = {"low": low, "high": high, "interior": interior, "value": value}
    monkeypatch.setattr(limits, "share", share)
    for dtype in ("float32", "float64", "int8"):
        x = rng.integers(1, 100, shape).astype(dtype)
        found, expected = run_both(lambda x: [p.pad(VIEWS[view](x), **attrs)], x)
        assert found[0].tobytes() == expected[0].tobytes()
        assert found[0].shape == expected[0].shape
