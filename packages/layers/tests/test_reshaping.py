"""Layers that rearrange numbers."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import ShapeError

X = np.arange(2 * 3 * 4 * 5, dtype="float32").reshape(2, 3, 4, 5)
CASES = [
    (layers.Flatten(), X, X.reshape(2, 60)),
    (layers.Flatten("channels_first"), X, X.transpose(0, 2, 3, 1).reshape(2, 60)),
    (layers.Flatten(), X[:, 0, 0, 0], X[:, :1, 0, 0]),
    (layers.Reshape((5, 12)), X, X.reshape(2, 5, 12)),
    (layers.Reshape((-1, 4)), X, X.reshape(2, 15, 4)),
    (layers.Reshape((60,)), X, X.reshape(2, 60)),
    (layers.Permute((3, 1, 2)), X, X.transpose(0, 3, 1, 2)),
    (layers.RepeatVector(3), X[:, 0, 0], np.repeat(X[:, 0, 0][:, None], 3, axis=1)),
]


@pytest.mark.parametrize(("layer", "x", "expected"), CASES, ids=lambda v: getattr(v, "name", ""))
def test_values_and_shapes(layer, x, expected):
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *expected.shape[1:])
    symbolic = layer(cornu.Input(x.shape[1:], dtype="int32"))
    assert symbolic.shape == (None, *expected.shape[1:])
    assert symbolic.dtype == "int32"


def test_open_sizes():
    assert layers.Flatten().compute_output_shape((None, None, 3)) == (None, None)
    assert layers.Reshape((-1, 2)).compute_output_shape((None, None, 3)) == (None, None, 2)
    assert layers.Permute((2, 1)).compute_output_shape((None, None, 3)) == (None, 3, None)


@pytest.mark.parametrize("target", [(-1, -1), (2, -3)])
def test_bad_target(target):
    with pytest.raises(ValueError, match="target_shape"):
        layers.Reshape(target)


@pytest.mark.parametrize("dims", [(0, 1), (1, 3), (1, 1)])
def test_bad_dims(dims):
    with pytest.raises(ValueError, match="dims"):
        layers.Permute(dims)


def test_reshape_does_not_fit():
    with pytest.raises(ShapeError, match=r'"reshape".*12 numbers.*multiply to 12'):
        layers.Reshape((5, 2), name="reshape")(np.ones((2, 3, 4)))


@pytest.mark.parametrize("n", [0, 2.5])
def test_bad_repeats(n):
    with pytest.raises((TypeError, ValueError), match="n must be"):
        layers.RepeatVector(n)
