"""A variable goes where an array goes, as in Keras, while its number is known."""

from __future__ import annotations

import numpy as np
import pytest

from cornu_engine.errors import TracedValueError
from cornu_engine.trace import Trace
from cornu_ops.core import Variable

A = np.arange(6.0).reshape(2, 3)
CALLS = {
    "sum": np.sum,
    "mean": lambda v: np.mean(v, axis=0),
    "norm": np.linalg.norm,
    "allclose": lambda v: np.allclose(v, A),
    "concatenate": lambda v: np.concatenate([v, A, v]),
    "histogram": lambda v: np.histogram(v)[0],
    "reshape": lambda v: np.reshape(v, -1),
    "shape": np.shape,
    "reduce": np.add.reduce,
    "keyword": lambda v: np.maximum(v, 2.0, dtype="float64"),
    "nan": lambda v: np.isnan(v).any(),
    "abs": lambda v: np.abs(v).max(),
    "text": lambda v: f"{v[0, 1]:.2f}",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_functions_of_numpy_take_its_numbers(call):
    np.testing.assert_array_equal(call(Variable(A)), call(A))


def test_what_would_be_written_into_a_copy_is_refused():
    variable = Variable(np.ones((2, 2)))
    with pytest.raises(ValueError, match="read-only"):
        np.fill_diagonal(variable, 0.0)
    total = np.reshape(variable, -1)
    variable.assign(np.zeros((2, 2)))
    np.testing.assert_array_equal(total, np.ones(4))


def test_in_a_program_the_operation_is_named():
    with Trace("test"), pytest.raises(TracedValueError, match=r"cornu\.ops\.mean"):
        np.mean(Variable(A))
