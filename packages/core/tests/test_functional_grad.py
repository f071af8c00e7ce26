"""`cornu.grad` and `cornu.value_and_grad`."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops


def test_orders_one_to_four():
    f = ops.sin
    for expected in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin):
        f = cornu.grad(f)
        assert float(f(np.float64(0.3))) == pytest.approx(expected(0.3), rel=1e-12)


def test_several_arguments():
    value, (da, db) = cornu.value_and_grad(lambda a, b: ops.sum(a * b), argnums=(0, 1))(
        np.float32([1, 2]), np.float32([3, 4])
    )
    assert float(value) == 11
    assert da.tolist() == [3, 4]
    assert db.tolist() == [1, 2]


def test_variables_read_inside_are_current():
    v = cornu.Variable(np.float32(2.0))
    slope = cornu.grad(lambda x: v * x * x)
    assert float(slope(np.float32(3.0))) == 12
    v.assign(np.float32(1.0))
    assert float(slope(np.float32(3.0))) == 6


def test_closures_are_not_confused():
    assert [float(cornu.grad(lambda x, k=k: k * x)(1.0)) for k in (1.0, 2.0, 3.0)] == [1, 2, 3]


def test_a_result_that_is_no_scalar_is_refused():
    with pytest.raises(ValueError, match=r"scalar.*shape \(2,\).*ops\.sum"):
        cornu.grad(lambda x: x * x)(np.float32([1, 2]))


def test_integers_have_no_gradient():
    with pytest.raises(TypeError, match="int32"):
        cornu.grad(lambda x: ops.sum(x))(np.int32([1, 2]))
