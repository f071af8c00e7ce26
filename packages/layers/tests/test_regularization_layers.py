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
