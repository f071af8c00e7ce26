"""Parts of a concatenation that are computed in their place in the whole."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import ops
from cornu_engine.primitives.table import p


@pytest.mark.parametrize("axis", [0, 1])
def test_a_part_that_stands_there_twice(agree, axis):
    x = np.random.default_rng(0).normal(size=(1, 3)).astype("float32")
    agree(lambda a: p.concat(p.exp(a), a, p.exp(a), axis=axis), x)


def test_a_part_of_two_wholes(agree):
    def both(a):
        h = p.exp(a)
        return p.concat(h, a, axis=1), p.concat(a, a, h, axis=1), p.concat(h, p.neg(a), axis=1)

    agree(both, np.random.default_rng(0).normal(size=(1, 3)).astype("float32"))


@pytest.mark.parametrize("rows", [1, 2])
def test_parts_of_wholes_in_a_loop(agree, rows):
    def step(state, row):
        once, twice, other = p.exp(row * state), p.tanh(state), p.abs(state)
        wide = p.concat(once, twice, twice, axis=1)
        wider = p.concat(other, wide, p.neg(other), axis=1)
        return p.slice(wider, start=(0, 2), stop=(rows, 5), step=(1, 1)) * 0.5, wider

    x = np.random.default_rng(0).normal(size=(4, rows, 3)).astype("float32")
    agree(lambda a, b: ops.scan(step, a, b), x[0], x)
