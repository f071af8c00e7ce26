"""Batch normalisation against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.errors import ShapeError

RNG = np.random.default_rng(3)
CASES = [((8, 5), -1), ((4, 3, 5), -1), ((4, 3, 6, 5), -1), ((4, 3, 6, 5), 1), ((4, 6, 3), 2)]


def _along(values, rank, axis):
    shape = [1] * rank
    shape[axis] = -1
    return values.reshape(shape)


@pytest.mark.parametrize(("shape", "axis"), CASES)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_training(shape, axis, center, scale):
    x = RNG.normal(size=shape) * 2 + 1
    layer = layers.BatchNormalization(
        axis=axis,
        center=center,
        scale=scale,
        momentum=0.8,
        beta_initializer="normal",
        gamma_initializer="normal",
        dtype="float64",
    )
    found = layer(x, training=True)
    assert [w.name for w in layer.weights] == (
        ["gamma"] * scale + ["beta"] * center + ["moving_mean", "moving_variance"]
    )
    axes = tuple(i for i in range(len(shape)) if i != axis % len(shape))
    mean, variance = x.mean(axes), x.var(axes)
    gamma = layer.gamma.numpy() if scale else np.ones_like(mean)
    beta = layer.beta.numpy() if center else np.zeros_like(mean)
    m, v, g, b = (_along(a, len(shape), axis) for a in (mean, variance, gamma, beta))
    np.testing.assert_allclose(found, (x - m) / np.sqrt(v + 1e-3) * g + b, atol=1e-12)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.2 * mean, rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.8 + 0.2 * variance, rtol=1e-12)


@pytest.mark.parametrize(("shape", "axis"), CASES)
def test_inference(shape, axis):
    x = RNG.normal(size=shape)
    layer = layers.BatchNormalization(axis=axis, dtype="float64")
    layer.build(shape)
    size = shape[axis]
    weights = [
        RNG.normal(size=size),
        RNG.normal(size=size),
        RNG.normal(size=size),
        RNG.uniform(0.5, 2, size),
    ]
    layer.set_weights(weights)
    g, b, m, v = (_along(w, len(shape), axis) for w in weights)
    expected = (x - m) / np.sqrt(v + 1e-3) * g + b
    for training in (False, None):
        np.testing.assert_allclose(layer(x, training=training), expected, atol=1e-12)
    for before, after in zip(weights, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_frozen_is_inference():
    layer = layers.BatchNormalization()
    x = RNG.normal(size=(8, 3)).astype("float32")
    layer.build(x.shape)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    np.testing.assert_array_equal(layer.moving_mean.numpy(), 0.0)
    assert layer.trainable_weights == []


def test_masked_statistics():
    x = RNG.normal(size=(2, 4, 3))
    mask = np.array([[True, True, False, False], [True, False, True, True]])
    layer = layers.BatchNormalization(momentum=0.0, dtype="float64")
    found = layer(x, training=True, mask=mask)
    rows = x[mask]
    count = len(rows) + 1e-7  # as in Keras, where there may be none
    mean = rows.sum(0) / count
    variance = ((rows - mean) ** 2).sum(0) / count
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-9)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-9)
    np.testing.assert_allclose(found, (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-9)


def test_gradients(check_layer_grads):
    for shape, axis in CASES:
        for training in (True, False):
            layer = layers.BatchNormalization(axis=axis, dtype="float64")
            check_layer_grads(layer, RNG.normal(size=shape), training=training)


def test_half_precision_does_not_overflow():
    x = np.full((4096, 2), 200.0, "float16")
    x[::2] = 100.0
    layer = layers.BatchNormalization(dtype="mixed_float16")
    found = layer(x, training=True)
    assert found.dtype == np.float16
    np.testing.assert_allclose(np.abs(found), 1.0, rtol=1e-3)


def test_renorm_is_off_at_first_bounds():
    """With the correction clipped away, renormalisation is plain batch normalisation."""
    x = RNG.normal(size=(8, 3)) * 3
    plain = layers.BatchNormalization(dtype="float64")
    clipped = layers.BatchNormalization(
        renorm=True, renorm_clipping={"rmin": 1.0, "rmax": 1.0, "dmax": 0.0}, dtype="float64"
    )
    np.testing.assert_allclose(clipped(x, training=True), plain(x, training=True), atol=1e-12)


def test_renorm_free_uses_slow_statistics():
    """Without bounds the output is what the slow statistics give."""
    x = RNG.normal(size=(8, 3)) * 3 + 1
    layer = layers.BatchNormalization(renorm=True, dtype="float64")
    layer.build(x.shape)
    layer.renorm_mean.assign([1.0, 2.0, 3.0])
    layer.renorm_stddev.assign([1.0, 2.0, 3.0])
    expected = (x - [1.0, 2.0, 3.0]) / [1.0, 2.0, 3.0]
    np.testing.assert_allclose(layer(x, training=True), expected, atol=1e-12)


@pytest.mark.parametrize("bounds", [{"rmix": 1.0}, {"rmin": 2.0, "rmax": 1.0}, {"dmax": -1.0}])
def test_bad_renorm_clipping(bounds):
    with pytest.raises(ValueError, match="renorm_clipping"):
        layers.BatchNormalization(renorm=True, renorm_clipping=bounds)


def test_no_such_axis():
    with pytest.raises(ShapeError, match=r"axis 3.*rank 2"):
        layers.BatchNormalization(axis=3)(np.ones((2, 3)))
