"""Parts of a concatenation that are computed in their place in the whole."""

from __future__ import annotations

import numpy as np
import pytest

from cornu.engine.primitives.table import p


@pytest.mark.parametrize("axis", [0, 1])
def test_a_part_that_stands_there_twice(agree, axis):
    x = np.random.default_rng(0).normal(size=(1, 3)).astype("float32")
    agree(lambda a: p.concat(p.exp(a), a, p.exp(a), axis=axis), x)
