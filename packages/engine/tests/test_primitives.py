"""Every primitive: its shape rule and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import cornu_engine.scan  # noqa: F401  completes the table
from cornu_engine.graph import constant
from cornu_engine.primitives import PRIMITIVES
from cornu_ops.testing.cases import primitive_cases
from cornu_ops.testing.gradients import check_grads

CASES = primitive_cases()
SMOOTH = [c for c in CASES if c.smooth]
ONCE = {"max", "min", "sort", "abs", "maximum", "minimum"}  # their second derivative is zero


def test_every_primitive_has_three_cases():
    counts = {
        name: sum(c.op == name for c in CASES)
        for name, row in PRIMITIVES.items()
        if row.is_portable
    }
    untried = {n for n, count in counts.items() if count < 3}
    leaves = {n for n, row in PRIMITIVES.items() if row.kind == "leaf"}
    assert untried == leaves | {"item", "scan", "stop_gradient"}  # have tests of their own


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_shape_rule_agrees_with_the_definition(case, dtype):
    operands = case.draw(dtype=dtype)
    row = PRIMITIVES[case.op]
    with np.errstate(all="ignore"):
        value = np.asarray(row.evaluate(*operands, **case.attrs))
    assert (value.shape, value.dtype) == row.infer(*map(constant, operands), **case.attrs)


@pytest.mark.parametrize("case", SMOOTH, ids=str)
def test_derivative_agrees_with_finite_differences(case):
    check_grads(case, case.draw(), order=1 if case.op in ONCE else 2, rtol=1e-4)
