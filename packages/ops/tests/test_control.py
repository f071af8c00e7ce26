"""Choices and loops: values as Python's, gradients from what was chosen only."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import grad, ops
from cornu.errors import TracedValueError

X = np.float32


def log_or_double(x):
    return ops.cond(x > 0, lambda: ops.log(x), lambda: x * 2.0)


def three_ways(x):
    ways = [ops.sqrt, lambda y: y * 3.0, lambda y: 1.0 / y]
    return ops.switch(ops.cast(x, "int32"), ways, x)


def steps_of_roots(x):
    """sqrt(y - 0.5) while y > 0.5: one more step would leave where it has a derivative."""
    return ops.while_loop(lambda y: y > 0.5, lambda y: ops.sqrt(y - 0.5), x, maximum_iterations=4)


@pytest.mark.parametrize(
    ("function", "x", "slope"),
    [
        (log_or_double, 2.0, 0.5),
        (log_or_double, 0.0, 2.0),  # log would give an infinite one
        (log_or_double, -1.0, 2.0),
        (three_ways, 0.25, 1.0),
        (three_ways, 1.0, 3.0),
        (three_ways, 2.0, -0.25),
        (three_ways, 7.0, -1 / 49),  # the last way, held within their number
        (steps_of_roots, 1.0, 1 / (4 * np.sqrt(0.5) * np.sqrt(np.sqrt(0.5) - 0.5))),
    ],
)
def test_gradients_come_from_what_is_chosen(function, x, slope):
    np.testing.assert_allclose(grad(function)(X(x)), slope, rtol=1e-5)


def test_second_derivatives_do_too():
    assert float(grad(grad(log_or_double))(X(0.0))) == 0.0
    np.testing.assert_allclose(grad(grad(log_or_double))(X(2.0)), -0.25, rtol=1e-6)


def test_branches_may_use_arrays_weights_and_loops_from_outside():
    w = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")

    def function(x, w):
        doubled = x * 2.0

        def loop():
            return ops.scan(lambda s, row: (s + ops.sum(row / doubled), None), X(0.0), w)[0]

        return ops.cond(ops.sum(x) > 0, lambda: ops.sum(ops.matmul(w, x)), loop)

    x = np.ones(2, "float32")
    by_x, by_w = grad(function, argnums=(0, 1))(x, w)
    np.testing.assert_allclose(by_x, w.sum(axis=0))
    np.testing.assert_allclose(by_w, np.ones((2, 2)))
    by_x, by_w = grad(function, argnums=(0, 1))(-x, w)
    np.testing.assert_allclose(by_w, np.full((2, 2), -0.5))


def test_a_loop_whose_condition_is_known_needs_no_bound_under_a_gradient():
    def cube(x):
        return ops.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, X(1.0)))[1]

    np.testing.assert_allclose(grad(cube)(X(2.0)), 12.0)


def test_a_loop_whose_condition_is_traced_needs_one():
    with pytest.raises(TracedValueError, match="maximum_iterations"):
        grad(lambda x: ops.while_loop(lambda y: y < 9, lambda y: y * 2.0, x))(X(1.0))


def test_a_bound_counts_all_steps():
    assert int(ops.while_loop(lambda i: i < 10, lambda i: i + 1, 0, maximum_iterations=4)) == 4


def test_loop_variables_have_the_dtypes_of_keras():
    count, total = ops.while_loop(lambda i, t: i < 2, lambda i, t: (i + 1, t + 0.5), (0, 1.0))
    assert (count.dtype, total.dtype) == ("int32", "float32")
    assert isinstance(ops.while_loop(lambda i: i < 2, lambda i: [i + 1], [0]), list)
