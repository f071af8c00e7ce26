"""Layer, group, RMS, unit and spectral normalisation against NumPy in float64."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.errors import ShapeError

RNG = np.random.default_rng(7)
X = RNG.normal(size=(4, 3, 6, 8)) * 2 + 1


def _over(values, rank, axes):
    shape = [1] * rank
    for axis, size in zip(axes, np.shape(values), strict=True):
        shape[axis] = size
    return np.reshape(values, shape)


@pytest.mark.parametrize("axis", [-1, 1, (2, 3), [1, -1]])
@pytest.mark.parametrize(("center", "scale"), [(True, True), (False, True), (False, False)])
def test_layer_normalization(axis, center, scale, check_layer_grads):
    layer = layers.LayerNormalization(
        axis=axis,
        center=center,
        scale=scale,
        epsilon=0.01,
        beta_initializer="normal",
        gamma_initializer="normal",
        dtype="float64",
    )
    axes = tuple(sorted(a % 4 for a in np.atleast_1d(axis)))
    mean, variance = X.mean(axes, keepdims=True), X.var(axes, keepdims=True)
    found = layer(X)
    expected = (X - mean) / np.sqrt(variance + 0.01)
    if scale:
        expected = expected * _over(layer.gamma.numpy(), 4, axes)
    if center:
        expected = expected + _over(layer.beta.numpy(), 4, axes)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    check_layer_grads(layer, X[:2])


@pytest.mark.parametrize(("groups", "axis"), [(4, -1), (1, -1), (-1, -1), (3, 1), (2, 2)])
def test_group_normalization(groups, axis, check_layer_grads):
    layer = layers.GroupNormalization(
        groups, axis, gamma_initializer="normal", beta_initializer="normal", dtype="float64"
    )
    found = layer(X)
    moved = np.moveaxis(X, axis, -1)
    count = moved.shape[-1] if groups == -1 else groups
    parts = np.split(moved, count, axis=-1)
    normal = [
        (part - part.mean((1, 2, 3), keepdims=True))
        / np.sqrt(part.var((1, 2, 3), keepdims=True) + 1e-3)
        for part in parts
    ]
    gamma, beta = layer.get_weights()
    expected = np.concatenate(normal, axis=-1) * gamma + beta
    np.testing.assert_allclose(found, np.moveaxis(expected, -1, axis), atol=1e-12)
    check_layer_grads(layer, X[:2])


def test_bad_groups():
    with pytest.raises(ShapeError, match="3 groups, but there are 8"):
        layers.GroupNormalization(3)(X)
    with pytest.raises(ValueError, match="groups"):
        layers.GroupNormalization(0)


@pytest.mark.parametrize("axis", [-1, [1, 2]])
def test_rms_and_unit(axis, check_layer_grads):
    axes = tuple(np.atleast_1d(axis) % 4)
    square = (X**2).mean(axes, keepdims=True)
    rms = layers.RMSNormalization(axis=axis, dtype="float64")
    np.testing.assert_allclose(rms(X), X / np.sqrt(square + 1e-6), atol=1e-12)
    assert [w.name for w in rms.weights] == ["scale"]
    unit = layers.UnitNormalization(axis=axis, dtype="float64")
    length = np.sqrt((X**2).sum(axes, keepdims=True))
    np.testing.assert_allclose(unit(X), X / length, atol=1e-12)
    check_layer_grads(rms, X[:2])
    check_layer_grads(unit, X[:2])


@pytest.mark.parametrize("make", [lambda: layers.Dense(5), lambda: layers.Conv2D(5, 2)])
def test_spectral_normalization(make):
    layer = layers.SpectralNormalization(make(), power_iterations=50)
    x = X.astype("float32")
    layer.build(x.shape)
    before = layer.layer.get_weights()[0]
    largest = np.linalg.norm(before.reshape(-1, 5), 2)
    layer(x)
    np.testing.assert_array_equal(layer.layer.get_weights()[0], before)
    layer(x, training=True)
    np.testing.assert_allclose(layer.layer.get_weights()[0], before / largest, rtol=1e-3)
    assert [w.name for w in layer.weights] == ["kernel", "vector_u", "bias"]


def test_spectral_normalization_leaves_zeros():
    layer = layers.SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    np.testing.assert_array_equal(layer(np.ones((2, 4), "float32"), training=True), 0)


def test_nothing_to_normalize():
    with pytest.raises(ValueError, match="ReLU has neither"):
        layers.SpectralNormalization(layers.ReLU())(np.ones((2, 3)))


@pytest.mark.parametrize(
    "layer",
    [
        layers.LayerNormalization(axis=4),
        layers.RMSNormalization(axis=4),
        layers.UnitNormalization(axis=4),
    ],
)
def test_no_such_axis(layer):
    with pytest.raises(ShapeError, match="has rank 4"):
        layer(X)


def test_half_precision_is_measured_in_single():
    x = np.full((2, 4096), 60.0, "float16")
    x[:, ::2] = -60.0
    found = layers.LayerNormalization(dtype="mixed_float16")(x)
    assert found.dtype == np.float16
    np.testing.assert_allclose(np.abs(found), 1.0, rtol=1e-3)
