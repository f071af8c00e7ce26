"""Activation layers, ReLU and Softmax among them, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.base.layer import get_mask
from cornu.errors import ShapeError

X = np.random.default_rng(8).normal(size=(4, 3, 5))
CASES = [
    (layers.ReLU(), lambda x: np.maximum(x, 0)),
    (layers.ReLU(0.5, 0.1, 0.2), lambda x: np.where(x > 0.2, np.minimum(x, 0.5), 0.1 * (x - 0.2))),
    (layers.LeakyReLU(), lambda x: np.where(x > 0, x, 0.3 * x)),
    (layers.LeakyReLU(alpha=0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
    (layers.ELU(0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x))),
    (layers.ThresholdedReLU(0.5), lambda x: np.where(x > 0.5, x, 0)),
]


@pytest.mark.parametrize(("layer", "formula"), CASES, ids=lambda v: getattr(v, "name", ""))
def test_formula(layer, formula, check_layer_grads):
    twin = type(layer).from_config({**layer.get_config(), "dtype": "float64"})
    np.testing.assert_allclose(twin(X), formula(X), atol=1e-12)
    assert twin.compute_output_shape((None, 3)) == (None, 3)
    check_layer_grads(twin, X)
    mask = np.ones((4, 3), bool)
    np.testing.assert_array_equal(get_mask(layer(X, mask=mask)), mask)


@pytest.mark.parametrize(
    ("shared", "shape"), [(None, (3, 5)), ([1], (1, 5)), (2, (3, 1)), ((1, 2), (1, 1))]
)
def test_prelu(shared, shape, check_layer_grads):
    layer = layers.PReLU("normal", shared_axes=shared, dtype="float64")
    found = layer(X)
    (alpha,) = layer.get_weights()
    assert alpha.shape == shape
    np.testing.assert_allclose(found, np.where(X > 0, X, alpha * X), atol=1e-12)
    check_layer_grads(layer, X)


def test_prelu_of_open_sizes():
    layers.PReLU(shared_axes=[1]).build((None, None, 5))
    with pytest.raises(ShapeError, match="must be known"):
        layers.PReLU().build((None, None, 5))


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
def test_softmax(axis, check_layer_grads):
    layer = layers.Softmax(axis, dtype="float64")
    e = np.exp(X)
    np.testing.assert_allclose(layer(X), e / e.sum(axis, keepdims=True), atol=1e-12)
    check_layer_grads(layer, X)


def test_masked_softmax():
    mask = np.array([True, False, True, True, False])
    found = layers.Softmax(dtype="float64")(X, mask=mask)
    e = np.exp(X) * mask
    np.testing.assert_allclose(found, e / e.sum(-1, keepdims=True), atol=1e-12)
    np.testing.assert_array_equal(layers.Softmax()(X, mask=np.zeros(5, bool)), 0)
    np.testing.assert_allclose(layers.Softmax(dtype="float64")(X, mask=mask * 1.0), found)
    with pytest.raises(ShapeError, match="broadcasts"):
        layers.Softmax()(X, mask=np.ones(4, bool))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: layers.ReLU(max_value=-1), "max_value"),
        (lambda: layers.ReLU(negative_slope=-1), "negative_slope"),
        (lambda: layers.LeakyReLU(-0.1), "negative_slope"),
        (lambda: layers.LeakyReLU(None), "negative_slope"),
        (lambda: layers.ThresholdedReLU(-1), "theta"),
        (lambda: layers.ELU("deep"), "alpha"),
    ],
)
def test_bad_arguments(make, word):
    with pytest.raises(ValueError, match=word):
        make()


def test_keras_2_config():
    """Keras 2 wrote scalars as tagged arrays."""
    config = {"name": "leak", "trainable": True, "alpha": {"type": "ndarray", "value": 0.25}}
    assert layers.LeakyReLU.from_config(config).negative_slope == 0.25
