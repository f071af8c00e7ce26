"""Copies move every element, whatever the strides on either side, the dtype, and the size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cornu_backend_native.settings import limits
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p

DTYPES = "bool int8 uint16 float16 int32 float32 int64 float64".split()
VIEWS: dict[str, tuple[tuple[int, ...], Callable[[Node], Any]]] = {
    "in order": ((7, 5), lambda x: x),
    "scalar": ((), lambda x: x),
    "empty": ((3, 0), lambda x: p.transpose(x, perm=(1, 0))),
    "turned": ((33, 50), lambda x: p.transpose(x, perm=(1, 0))),
    "turned, whole tiles": ((32, 48), lambda x: p.transpose(x, perm=(1, 0))),
    "channels first": ((2, 5, 9, 21), lambda x: p.transpose(x, perm=(0, 3, 1, 2))),
    "few channels last": ((2, 3, 9, 21), lambda x: p.transpose(x, perm=(0, 2, 3, 1))),
    "heads": ((2, 10, 4, 8), lambda x: p.transpose(x, perm=(0, 2, 1, 3))),
    "pairs": ((6, 7, 2), lambda x: p.transpose(x, perm=(1, 0, 2))),
    "all turned": ((5, 6, 7, 8), lambda x: p.transpose(x, perm=(3, 1, 2, 0))),
    "flipped": ((6, 40), lambda x: p.flip(x, axes=(0, 1))),
    "every second": (
        (9, 41),
        lambda x: p.slice(x, start=(1, 2), stop=(9, 41), step=(2, 3)),
    ),
    "spread": ((1, 30), lambda x: p.expand(x, shape=(20, 30))),
    "spread along lines": ((20, 1), lambda x: p.expand(x, shape=(20, 30))),
    "spread and turned": (
        (4, 1, 20),
        lambda x: p.transpose(p.expand(x, shape=(4, 5, 20)), perm=(2, 1, 0)),
    ),
}


@pytest.mark.parametrize("share", [1, limits.share], ids=["in parts", "whole"])
@pytest.mark.parametrize("case", VIEWS)
def test_a_copy_is_what_numpy_has(
    case: str,
    share: int,
    monkeypatch: pytest.MonkeyPatch,
    rng: np.random.Generator,
    run_both: Callable[..., Any],
) -> None:
    shape, view = VIEWS[case]
    monkeypatch.setattr(limits, "share", share)
    for dtype in DTYPES:
        x = rng.integers(0, 2 if dtype == "bool" else 100, shape).astype(dtype)
        for found, expected in zip(*run_both(lambda x: made_of(view(x)), x), strict=True):
            np.testing.assert_array_equal(found, expected, strict=True)


def made_of(y: Any) -> list[Any]:
    """Return a copy, and where there is an axis, twice the value beside itself."""
    return [p.copy(y), *([p.concat(y, y, axis=y.ndim - 1)] if y.ndim else [])]
