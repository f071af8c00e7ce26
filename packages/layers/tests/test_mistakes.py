"""Mistakes that people make with layers, and what they are told.

Every message begins with the layer, shows what was given, and says what would do. A row is what was
written, and the part of the message that mends it.
"""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers


def data(*shape: int) -> np.ndarray:
    return np.ones(shape, "float32")


ARGUMENTS = [
    (lambda: layers.Dense(-3), "units must be at least 1; it is -3"),
    (lambda: layers.Dense(3.0), r"units must be an integer; it is 3.0 \(float\)"),
    (lambda: layers.Conv2D(0, 3), "filters must be at least 1; it is 0"),
    (lambda: layers.Conv2D(3, (3, 3, 3)), r"kernel_size must be .* 2 of them.*which has 3"),
    (lambda: layers.Conv2D(3, 0), "kernel_size must be at least 1 along every axis; it is 0"),
    (lambda: layers.Conv2D(3, 3, strides=0), "strides must be at least 1"),
    (lambda: layers.Conv2D(3, 3, padding="full"), "padding must be one of 'valid', 'same'"),
    (lambda: layers.Conv2D(3, 3, 3, 3), "padding must be one of 'valid', 'same'; it is 3"),
    (lambda: layers.Conv2D(3, 3, padding="causal"), "padding must be one of 'valid', 'same'"),
    (lambda: layers.DepthwiseConv2D(3, padding="vlid"), "Did you mean 'valid'"),
    (lambda: layers.Conv2D(3, 3, data_format="channel_last"), "Did you mean 'channels_last'"),
    (lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2), "set one to 1"),
    (lambda: layers.Conv2D(3, 3, groups=2), "Use filters=4, or groups that divides 3"),
    (lambda: layers.SeparableConv2D(3, 3, depth_multiplier=0), "depth_multiplier must be at least"),
    (lambda: layers.Conv2DTranspose(3, 3, output_padding=2), r"must be less than strides \(1, 1\)"),
    (lambda: layers.LocallyConnected2D(3, 3, padding="same"), "padding must be one of 'valid'"),
    (lambda: layers.MaxPooling2D(0), "pool_size must be at least 1"),
    (lambda: layers.AveragePooling2D((2, 2, 2)), "pool_size must be .* 2 of them"),
    (lambda: layers.AdaptiveMaxPooling2D(0), "output_size must be at least 1"),
    (lambda: layers.LSTM(0), "units must be at least 1"),
    (lambda: layers.GRU(3, dropout="half"), "dropout must be a number; it is 'half'"),
    (lambda: layers.ConvLSTM2D(3, (3, 3, 3)), "kernel_size must be .* 2 of them"),
    (lambda: layers.RNN([]), "needs at least one cell"),
    (lambda: layers.Bidirectional(layers.Dense(3)), "Pass an LSTM, GRU, SimpleRNN or RNN"),
    (lambda: layers.Bidirectional(layers.LSTM(3), merge_mode="cat"), "Did you mean 'concat'"),
    (
        lambda: layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3)),
        "Give backward_layer go_backwards=True",
    ),
    (lambda: layers.Embedding(0, 3), "input_dim must be at least 1"),
    (lambda: layers.Dropout(50), "rate must be a number from 0 to 1"),
    (lambda: layers.Dropout(0.5, noise_shape=(None, 0)), "noise_shape must be at least 1"),
    (lambda: layers.AlphaDropout(0.5, noise_shape=3), "noise_shape must be a tuple"),
    (lambda: layers.GaussianNoise(-1.0), "stddev must not be negative"),
    (lambda: layers.GaussianDropout(1.0), "rate must be less than 1"),
    (lambda: layers.BatchNormalization(axis="1"), "axis must be an integer"),
    (lambda: layers.BatchNormalization(momentum="high"), "momentum must be a number"),
    (lambda: layers.LayerNormalization(epsilon=None), "epsilon must be a number"),
    (lambda: layers.GroupNormalization(0), "groups must be at least 1"),
    (lambda: layers.Reshape(6), r"target_shape must be a tuple of integers, such as \(28, 28\)"),
    (lambda: layers.Reshape((-1, -1)), "may hold one -1"),
    (lambda: layers.Permute(2), r"dims must hold each of 1 to 1 once"),
    (lambda: layers.Permute((0, 1)), "the batch axis, 0, stays"),
    (lambda: layers.RepeatVector(-1), "n must be at least 1"),
    (lambda: layers.Cropping2D((1, 2, 3)), "cropping must have 2 entries"),
    (lambda: layers.ZeroPadding2D(-1), "padding must be at least 0"),
    (lambda: layers.UpSampling2D(2, interpolation="linear"), "Did you mean 'bilinear'"),
    (lambda: layers.Concatenate(axis="1"), "axis must be an integer"),
    (lambda: layers.Dot(axes="a"), "axes must be an integer or two of them"),
    (lambda: layers.MultiHeadAttention(0, 3), "num_heads must be at least 1"),
    (lambda: layers.GroupQueryAttention(4, 3, 2), r"num_query_heads \(3\) must be a multiple"),
    (lambda: layers.Attention(score_mode="add"), "score_mode must be one of 'dot', 'concat'"),
    (lambda: layers.EinsumDense("abc,cd", 3), "'abc,cd->abd'"),
    (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="b"), r"bias_axes 'b' names \['b'\]"),
    (lambda: layers.ReLU(max_value=-1), "max_value must not be negative"),
    (lambda: layers.ELU(alpha="a"), "alpha must be a number"),
    (lambda: layers.Lambda("x"), "function must be callable"),
    (lambda: layers.Masking("nothing"), "mask_value must be a number"),
    (lambda: layers.STFTSpectrogram("lg"), "Did you mean 'log'"),
    (lambda: layers.STFTSpectrogram(frame_length=8, frame_step=9), "must not exceed frame_length"),
    (lambda: layers.STFTSpectrogram(fft_length=64), r"fft_length \(64\) must be at least"),
    (lambda: layers.MelSpectrogram(window="hat"), "window must be one of 'hann', 'hamming'"),
    (lambda: layers.MelSpectrogram(min_freq=9000.0), "must rise from min_freq"),
    (lambda: layers.MelSpectrogram(64, sequence_length=65), "at least sequence_length"),
    (lambda: layers.Pipeline([abs]), "Wrap functions in Lambda"),
]
INPUTS = [
    (lambda: layers.Dense(3)(data(3)), r"Reshape\(\(1,\)\)"),
    (lambda: layers.Dense(3)(cornu.Input((None,))), "Give Input"),
    (lambda: layers.Conv2D(3, 3)(data(8, 8, 3)), r"Reshape\(\(8, 3, 1\)\)"),
    (lambda: layers.Conv2D(3, 3)(data(1, 2, 2, 3)), r"\(None, 2, 2, 3\) has only 2. Use padding"),
    (lambda: layers.Conv2D(4, 3, groups=2)(data(1, 8, 8, 3)), "Choose groups that divides"),
    (lambda: layers.Conv1D(3, 3)(data(4, 5, 6, 7)), "Merge axes with Flatten"),
    (lambda: layers.LocallyConnected1D(3, 3)(cornu.Input((None, 3))), "Give Input"),
    (lambda: layers.MaxPooling2D(5)(data(1, 3, 3, 1)), "a smaller window"),
    (lambda: layers.GlobalAveragePooling2D()(data(3, 4)), "height and width and channels"),
    (lambda: layers.LSTM(3)(data(4, 5)), "return_sequences=True"),
    (lambda: layers.LSTM(3)(data(2, 0, 5)), "without steps"),
    (lambda: layers.LSTM(3)(data(2, 4, 5), mask=data(2, 3)), "an entry for each step"),
    (lambda: layers.LSTM(3)(data(2, 4, 5), initial_state=[data(2, 3)]), r"2 state\(s\).* holds 1"),
    (
        lambda: layers.LSTM(3)(data(2, 4, 5), initial_state=[data(2, 4)] * 2),
        r"states of shape \(2, 3\) here; initial_state holds one of shape \(2, 4\)",
    ),
    (lambda: layers.LSTM(3, stateful=True)(cornu.Input((4, 5))), "batch_shape="),
    (lambda: layers.TimeDistributed(layers.Dense(3))(data(3, 4)), "drop TimeDistributed"),
    (lambda: layers.Embedding(10, 3)(np.array([[10]])), "Make input_dim at least 11"),
    (lambda: layers.Embedding(10, 3)(np.array([[-1]])), "Indices start at 0"),
    (
        lambda: layers.Dropout(0.5, noise_shape=(1, 2, 3))(data(2, 3), training=True),
        "one size .or None. for each axis",
    ),
    (lambda: layers.SpatialDropout1D(0.5)(cornu.Input((3,))), "expects an input of rank 3"),
    (lambda: layers.BatchNormalization(axis=5)(data(2, 3)), "Set axis to one between -2 and 1"),
    (lambda: layers.LayerNormalization(axis=3)(data(2, 3)), "Set axis to one between -2 and 1"),
    (lambda: layers.GroupNormalization(3)(data(2, 4)), "-1 makes each channel a group"),
    (lambda: layers.Reshape((5,))(data(2, 6)), "must multiply to 6"),
    (lambda: layers.Cropping2D(5)(data(1, 8, 8, 3)), "Cut less"),
    (lambda: layers.Add()(data(2, 3)), r"call it as layer\(\[a, b\]\)"),
    (lambda: layers.Add()([data(2, 3), data(2, 4)]), "sizes 3 and 4 meet"),
    (lambda: layers.Concatenate()([data(2, 3, 4), data(2, 5, 6)]), "differ along axis 1"),
    (lambda: layers.Dot(axes=1)([data(2, 3), data(2, 4)]), "Choose axes of one size"),
    (
        lambda: layers.MultiHeadAttention(2, 3)(data(2, 3, 4), data(2, 5, 4), data(2, 6, 4)),
        "Give both the same length",
    ),
    (
        lambda: layers.MultiHeadAttention(2, 3)(
            data(2, 3, 4), data(2, 5, 4), attention_mask=data(2, 5, 3)
        ),
        r"here \(2, 3, 5\); this one has shape \(2, 5, 3\)",
    ),
    (
        lambda: layers.MultiHeadAttention(2, 3, attention_axes=7)(data(2, 3, 4), data(2, 3, 4)),
        r"attention_axes=\(7,\)",
    ),
    (lambda: layers.Attention()([data(2, 3, 4), data(2, 5, 3)]), "features of queries and keys"),
    (lambda: layers.Attention()([data(2, 3, 4), data(2, 5, 4), data(2, 6, 4)]), "same length"),
    (lambda: layers.EinsumDense("ab,bc->ac", 3)(data(2, 3, 4)), "Write '...' for axes"),
    (lambda: layers.PReLU(shared_axes=[5])(data(2, 3)), "Axes count from 0, the batch"),
    (lambda: layers.Softmax()(data(2, 3), mask=data(4, 3)), r"\(2, 3\); this one has shape \(4, 3"),
    (lambda: layers.SpectralNormalization(layers.ReLU())(data(2, 3)), "ReLU has neither"),
    (lambda: layers.STFTSpectrogram()(np.ones((1, 400, 1), "int16")), r"x.astype\('float32'\)"),
    (lambda: layers.STFTSpectrogram()(data(2, 100, 1)), "has only 100"),
    (lambda: layers.MelSpectrogram()(data(2, 100)), "a smaller fft_length"),
    (lambda: layers.MelSpectrogram()(data(2, 4000, 1)), r"take one channel: x\[..., 0\]"),
]
SECOND_CALLS = [
    (layers.Dense(3), data(2, 4), data(2, 5)),
    (layers.EinsumDense("ab,bc->ac", 3), data(2, 4), data(2, 5)),
    (layers.EinsumDense("...b,bc->...c", 3), data(2, 4, 4), data(2, 4, 5)),
    (layers.Conv2D(3, 2), data(2, 4, 4, 3), data(2, 4, 4, 1)),
    (layers.LSTM(3), data(2, 4, 3), data(2, 4, 4)),
    (layers.ConvLSTM2D(2, 2), data(1, 2, 4, 4, 3), data(1, 2, 4, 4, 2)),
    (layers.PReLU(), data(2, 4), data(2, 5)),
    (layers.BatchNormalization(), data(2, 4), data(2, 5)),
    (layers.LayerNormalization(), data(2, 4), data(2, 5)),
    (layers.RMSNormalization(axis=[1, -1]), data(2, 4, 3), data(2, 5, 3)),
]


@pytest.mark.parametrize(("make", "mend"), ARGUMENTS)
def test_an_argument_that_no_layer_takes(make, mend):
    with pytest.raises((ValueError, TypeError), match=rf'^(Layer "\w+" \(\w+\)|[A-Z]\w+:).*{mend}'):
        make()


@pytest.mark.parametrize(("call", "mend"), INPUTS)
def test_an_input_that_the_layer_cannot_take(call, mend):
    with pytest.raises((ValueError, TypeError), match=rf'^Layer "\w+" \(\w+\).*{mend}'):
        call()


@pytest.mark.parametrize(
    ("layer", "first", "second"), SECOND_CALLS, ids=lambda x: getattr(x, "name", "")
)
def test_another_number_of_features_than_the_weights_were_made_for(layer, first, second):
    size = next(b for a, b in zip(first.shape[1:], second.shape[1:], strict=True) if a != b)
    layer(first)
    with pytest.raises(ValueError, match=rf"expects an input whose axis .* has size \d.*{size}"):
        layer(second)


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        (layers.LSTMCell, r"write LSTMCell\(...\), not LSTMCell"),
        (layers.LSTM(3), r"RNN\(LSTMCell\(...\)\)"),
        (layers.Dense(3), "A cell needs state_size"),
    ],
)
def test_what_is_no_cell(cell, mend):
    with pytest.raises(ValueError, match=mend):
        layers.RNN(cell)
