"""Layers in half precision and in mixed precision: as described, so computed."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers

SHAPES = {"vector": (4,), "steps": (5, 4), "image": (6, 6, 4)}
CASES = [
    (lambda **k: layers.Dense(3, **k), "vector"),
    (lambda **k: layers.EinsumDense("ab,bc->ac", 3, **k), "vector"),
    (lambda **k: layers.BatchNormalization(**k), "vector"),
    (lambda **k: layers.LayerNormalization(**k), "vector"),
    (lambda **k: layers.GroupNormalization(2, **k), "image"),
    (lambda **k: layers.RMSNormalization(**k), "vector"),
    (lambda **k: layers.PReLU(**k), "vector"),
    (lambda **k: layers.Conv1D(3, 2, **k), "steps"),
    (lambda **k: layers.SeparableConv2D(3, 2, **k), "image"),
    (lambda **k: layers.Conv2DTranspose(3, 2, **k), "image"),
    (lambda **k: layers.MaxPooling2D(**k), "image"),
    (lambda **k: layers.LSTM(3, **k), "steps"),
    (lambda **k: layers.GRU(3, return_sequences=True, **k), "steps"),
    (lambda **k: layers.Bidirectional(layers.SimpleRNN(3), **k), "steps"),
    (lambda **k: layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], **k), "steps"),
    (lambda **k: layers.TimeDistributed(layers.Dense(3), **k), "steps"),
    (lambda **k: layers.SpectralNormalization(layers.Dense(3), **k), "vector"),
]


@pytest.mark.parametrize(("make", "shape"), CASES)
@pytest.mark.parametrize("dtype", ["float16", "float64", "mixed_float16"])
def test_the_output_has_the_dtype_that_is_described(make, shape, dtype):
    layer = make(dtype=dtype)
    described = layer(cornu.Input(SHAPES[shape]))
    x = np.random.default_rng(0).normal(size=(2, *SHAPES[shape])).astype("float32")
    found = layer(x)
    assert found.dtype == described.dtype
    assert np.isfinite(found).all()
    stored = "float32" if dtype == "mixed_float16" else dtype
    if not layer._parts.layers:
        assert {w.dtype.name for w in layer.weights} <= {stored}


@pytest.mark.parametrize(
    "layer", [layers.GroupNormalization(2, dtype="mixed_float16"),
              layers.LayerNormalization(dtype="mixed_float16"),
              layers.BatchNormalization(dtype="mixed_float16")]
)  # fmt: skip
def test_numbers_beyond_half_precision_are_normalised(layer):
    x = np.full((4, 8), 7e4, "float32")  # the largest number of float16 is 65504
    x[:, ::2] = -7e4
    found = layer(x, training=True) if "batch" in layer.name else layer(x)
    assert found.dtype == "float16"
    assert np.isfinite(found).all()
