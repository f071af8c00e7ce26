"""What layers say of inputs and arguments that they cannot take."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import ShapeError

TWO = (4,)
STEPS = (4, 3)
IMAGE = (6, 6, 3)
ONE_INPUT = [
    (layers.Dense(3), TWO),
    (layers.BatchNormalization(), TWO),
    (layers.Embedding(5, 3), TWO),
    (layers.Flatten(), STEPS),
    (layers.Conv2D(2, 2), IMAGE),
    (layers.DepthwiseConv2D(2), IMAGE),
    (layers.SeparableConv2D(2, 2), IMAGE),
    (layers.LocallyConnected1D(2, 2), STEPS),
    (layers.MaxPooling2D(), IMAGE),
    (layers.GlobalAveragePooling2D(), IMAGE),
    (layers.AdaptiveMaxPooling1D(2), STEPS),
    (layers.LayerNormalization(), TWO),
    (layers.GroupNormalization(3), IMAGE),
    (layers.UnitNormalization(), TWO),
    (layers.Reshape((12,)), STEPS),
    (layers.Cropping1D(1), STEPS),
    (layers.UpSampling2D(2), IMAGE),
    (layers.PReLU(), TWO),
    (layers.Masking(), STEPS),
]


@pytest.mark.parametrize(("layer", "shape"), ONE_INPUT, ids=lambda x: getattr(x, "name", ""))
@pytest.mark.parametrize("make", [cornu.Input, lambda s: np.ones((2, *s), "float32")])
def test_several_values_for_a_layer_of_one(layer, shape, make):
    with pytest.raises(ShapeError, match=rf'"{layer.name}".*expects 1 input.*got 2.*Concatenate'):
        layer([make(shape), make(shape)])


@pytest.mark.parametrize("error", [ValueError, TypeError])
@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(2.5),
        lambda: layers.Dense("64"),
        lambda: layers.Embedding(3.7, 2),
        lambda: layers.RepeatVector("3"),
        lambda: layers.UpSampling1D(2.5),
        lambda: layers.Cropping2D("1"),
        lambda: layers.ZeroPadding2D(((1, 2), "3")),
        lambda: layers.MultiHeadAttention(num_heads=1.5, key_dim=2),
    ],
)
def test_what_is_no_integer_is_both_kinds_of_error(make, error):
    with pytest.raises(error, match="must be an integer"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.MultiHeadAttention(2, 4, value_dim=0),
        lambda: layers.MultiHeadAttention(2, 4, output_shape=8.0),
        lambda: layers.MultiHeadAttention(2, 4, flash_attention=True, dropout=0.1),
        lambda: layers.ConvLSTM2D(1, 1, strides=2, dilation_rate=3),
        lambda: layers.Dense(2, trainable="yes"),
        lambda: layers.Add().compute_mask(cornu.Input(TWO), [None, None]),
        lambda: layers.Concatenate().compute_mask([cornu.Input(TWO)] * 2, [None]),
        lambda: layers.Attention()(np.ones((1, 2, 2))),
        lambda: layers.Attention()([np.ones((1, 2, 2))] * 2, mask=np.ones((1, 2))),
        lambda: layers.Bidirectional(layers.LSTM(2))(
            cornu.Input(STEPS), initial_state=cornu.Input((2,))
        ),
        lambda: layers.MultiHeadAttention(2, 4, flash_attention=True)(
            np.ones((1, 2, 4)), np.ones((1, 2, 4)), return_attention_scores=True
        ),
    ],
)
def test_arguments_that_do_not_go_together(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


@pytest.mark.parametrize("cls", [layers.LayerNormalization, layers.UnitNormalization])
def test_axes(cls):
    with pytest.raises(TypeError, match="axis must be an integer or a list"):
        cls(axis={"axis": -1})
