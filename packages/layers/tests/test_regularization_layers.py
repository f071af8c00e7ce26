"""Layers that disturb their input while training."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers

ONES = np.ones((200, 30, 10), "float32")


def test_dropout():
    layer = layers.Dropout(0.3, seed=0)
    found = layer(ONES, training=True)
    assert set(np.unique(found.round(5))) == {np.float32(0), np.float32(1 / 0.7).round(5)}
    assert abs((found == 0).mean() - 0.3) < 0.01
    for quiet in (
        layer(ONES),
        layer(ONES, training=False),
        layers.Dropout(0.0)(ONES, training=True),
    ):
        np.testing.assert_array_equal(quiet, ONES)
    np.testing.assert_array_equal(layers.Dropout(1.0)(ONES, training=True), 0)


def test_noise_shape():
    found = layers.Dropout(0.5, noise_shape=(None, 1, None), seed=0)(ONES, training=True)
    np.testing.assert_array_equal(found, np.broadcast_to(found[:, :1], found.shape))
    assert (found[:, 0] == 0).any()


def test_draws_advance_and_repeat():
    one, other = layers.Dropout(0.5, seed=1), layers.Dropout(0.5, seed=1)
    first = one(ONES, training=True)
    np.testing.assert_array_equal(first, other(ONES, training=True))
    assert (one(ONES, training=True) != first).any()
    cornu.set_seed(1)
    unseeded = layers.Dropout(0.5)(ONES, training=True)
    cornu.set_seed(1)
    np.testing.assert_array_equal(unseeded, layers.Dropout(0.5)(ONES, training=True))


def test_dropout_has_no_weights():
    layer = layers.Dropout(0.5)
    layer(ONES, training=True)
    assert layer.weights == []
    assert layer.get_weights() == []


@pytest.mark.parametrize("rate", [-0.1, 1.5, "half", None])
def test_bad_rate(rate):
    with pytest.raises(ValueError, match="rate"):
        layers.Dropout(rate)


@pytest.mark.parametrize("noise_shape", ["ab", 3, (0, 1), (1.5,)])
def test_bad_noise_shape(noise_shape):
    with pytest.raises((TypeError, ValueError), match="noise_shape"):
        layers.Dropout(0.5, noise_shape=noise_shape)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_spatial_dropout_drops_whole_channels(rank):
    x = np.ones((30, *(5,) * rank, 20), "float32")
    axes = tuple(range(1, rank + 1))
    make = getattr(layers, f"SpatialDropout{rank}D")
    found = make(0.4, seed=0)(x, training=True)
    per_channel = found.mean(axes)
    assert set(np.unique(per_channel.round(4))) == {np.float32(0), np.float32(1 / 0.6).round(4)}
    assert abs((per_channel == 0).mean() - 0.4) < 0.06
    np.testing.assert_array_equal(make(0.4)(x), x)
    if rank > 1:
        turned = make(0.4, data_format="channels_first", seed=0)(
            np.moveaxis(x, -1, 1), training=True
        )
        assert set(np.unique(turned.mean(tuple(a + 1 for a in axes)).round(4))) <= {
            np.float32(0),
            np.float32(1 / 0.6).round(4),
        }


def test_gaussian_noise():
    found = layers.GaussianNoise(0.5, seed=0)(ONES, training=True) - 1
    assert abs(found.mean()) < 0.01
    assert abs(found.std() - 0.5) < 0.01
    np.testing.assert_array_equal(layers.GaussianNoise(0.5)(ONES), ONES)
    with pytest.raises(ValueError, match="stddev"):
        layers.GaussianNoise(-1)


def test_gaussian_dropout():
    found = layers.GaussianDropout(0.2, seed=0)(3 * ONES, training=True) / 3
    assert abs(found.mean() - 1) < 0.01
    assert abs(found.var() - 0.25) < 0.01
    np.testing.assert_array_equal(layers.GaussianDropout(0.2)(ONES), ONES)
    with pytest.raises(ValueError, match="less than 1"):
        layers.GaussianDropout(1.0)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(400, 500)).astype("float32")
    for rate in (0.1, 0.5):
        found = layers.AlphaDropout(rate, seed=0)(x, training=True)
        assert abs(found.mean()) < 0.01
        assert abs(found.std() - 1) < 0.01
        values, counts = np.unique(found, return_counts=True)
        assert abs(counts.max() / found.size - rate) < 0.01  # dropped numbers share one value
        assert values[counts.argmax()] < 0
    np.testing.assert_array_equal(layers.AlphaDropout(0.3)(x), x)
    shared = layers.AlphaDropout(0.5, noise_shape=(None, 1), seed=0)(x, training=True)
    assert {len(np.unique(row)) == 1 for row in shared} == {True, False}
