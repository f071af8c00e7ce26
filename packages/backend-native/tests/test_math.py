"""float32 functions of our own: within two units in the last place, over the whole range."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from cornu_engine.primitives.table import p

# Within how many units in the last place, and from which step of bit patterns they are drawn.
FUNCTIONS = {
    "exp": (np.exp, 2, 2_003),
    "expm1": (np.expm1, 2, 2_003),
    "log": (np.log, 2, 2_003),
    "log1p": (np.log1p, 2, 2_003),
    "tanh": (np.tanh, 2, 2_003),
    "erf": (np.vectorize(math.erf), 2, 20_011),
}
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e-45, -1e-45, 1.17549435e-38, 3.4e38)


@pytest.mark.parametrize("op", FUNCTIONS)
def test_within_units_in_the_last_place_of_float64(op: str, native: Callable) -> None:
    function, most, step = FUNCTIONS[op]
    patterns = np.arange(0, 1 << 32, step, dtype=np.uint64).astype(np.uint32)
    near = np.random.default_rng(0).normal(size=100_000).astype("float32")
    x = np.concatenate([np.float32(SPECIAL), near, patterns.view(np.float32)])
    with np.errstate(all="ignore"):
        exact = function(x.astype(np.float64))
        rounded = exact.astype(np.float32)
    (got,) = native(lambda v: [getattr(p, op)(v)], [x])
    np.testing.assert_array_equal(np.isnan(got), np.isnan(rounded))
    number = ~np.isnan(rounded)
    # the largest numbers may round up to infinity
    with np.errstate(all="ignore"):
        infinite = number & (np.isinf(rounded) | np.isinf(got))
        np.testing.assert_array_equal(np.sign(got[infinite]), np.sign(rounded[infinite]))
        assert (np.abs(exact[infinite]) > 3.4028e38).all()
        finite = number & ~infinite
        far = np.abs(got[finite] - exact[finite]) / np.spacing(np.abs(rounded[finite]))
    assert far.max() <= most, (far.max(), x[finite][np.argmax(far)])
    zero = finite & (rounded == 0) & (got == 0)
    np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(rounded[zero]))
