"""A model for every layer of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cornu
from cornu import layers as L

ROW, SERIES, IMAGE, VOLUME = (5,), (7, 4), (9, 8, 4), (6, 5, 4, 2)

# Name of the layer: how to make it, and the shape of its input (several for several inputs).
LAYERS: dict[str, tuple[Callable[[], Any], Any]] = {
    "Activation": (lambda: L.Activation("tanh"), ROW),
    "ActivityRegularization": (lambda: L.ActivityRegularization(l1=0.1), ROW),
    "AdaptiveAveragePooling1D": (lambda: L.AdaptiveAveragePooling1D(3), SERIES),
    "AdaptiveAveragePooling2D": (lambda: L.AdaptiveAveragePooling2D(2), IMAGE),
    "AdaptiveAveragePooling3D": (lambda: L.AdaptiveAveragePooling3D(2), VOLUME),
    "AdaptiveMaxPooling1D": (lambda: L.AdaptiveMaxPooling1D(3), SERIES),
    "AdaptiveMaxPooling2D": (lambda: L.AdaptiveMaxPooling2D(2), IMAGE),
    "AdaptiveMaxPooling3D": (lambda: L.AdaptiveMaxPooling3D(2), VOLUME),
    "Add": (L.Add, [ROW, ROW]),
    "AdditiveAttention": (L.AdditiveAttention, [(3, 4), (5, 4)]),
    "AlphaDropout": (lambda: L.AlphaDropout(0.3), ROW),
    "AtrousConvolution1D": (lambda: L.AtrousConvolution1D(3, 2, atrous_rate=2), SERIES),
    "AtrousConvolution2D": (lambda: L.AtrousConvolution2D(3, (2, 2), atrous_rate=(2, 2)), IMAGE),
    "Attention": (lambda: L.Attention(use_scale=True), [(3, 4), (5, 4)]),
    "Average": (L.Average, [ROW, ROW]),
    "AveragePooling1D": (lambda: L.AveragePooling1D(2), SERIES),
    "AveragePooling2D": (lambda: L.AveragePooling2D(2), IMAGE),
    "AveragePooling3D": (lambda: L.AveragePooling3D(2), VOLUME),
    "BatchNormalization": (L.BatchNormalization, IMAGE),
    "Bidirectional": (lambda: L.Bidirectional(L.LSTM(3)), SERIES),
    "Concatenate": (L.Concatenate, [ROW, ROW]),
    "Conv1D": (lambda: L.Conv1D(3, 3), SERIES),
    "Conv1DTranspose": (lambda: L.Conv1DTranspose(3, 3), SERIES),
    "Conv2D": (lambda: L.Conv2D(3, 3, kernel_regularizer="l2"), IMAGE),
    "Conv2DTranspose": (lambda: L.Conv2DTranspose(3, 3, strides=2), IMAGE),
    "Conv3D": (lambda: L.Conv3D(3, 2), VOLUME),
    "Conv3DTranspose": (lambda: L.Conv3DTranspose(3, 2), VOLUME),
    "ConvLSTM1D": (lambda: L.ConvLSTM1D(2, 3), (3, 6, 2)),
    "ConvLSTM2D": (lambda: L.ConvLSTM2D(2, 3), (3, 6, 5, 2)),
    "ConvLSTM3D": (lambda: L.ConvLSTM3D(2, 2), (2, 4, 4, 3, 2)),
    "Cropping1D": (lambda: L.Cropping1D((1, 2)), SERIES),
    "Cropping2D": (lambda: L.Cropping2D(((1, 2), (0, 3))), IMAGE),
    "Cropping3D": (lambda: L.Cropping3D(((1, 2), (0, 1), (1, 1))), VOLUME),
    "CuDNNGRU": (lambda: L.CuDNNGRU(3), SERIES),
    "CuDNNLSTM": (lambda: L.CuDNNLSTM(3), SERIES),
    "Dense": (lambda: L.Dense(3, activation="relu", kernel_constraint="max_norm"), ROW),
    "DepthwiseConv1D": (lambda: L.DepthwiseConv1D(3, depth_multiplier=2), SERIES),
    "DepthwiseConv2D": (lambda: L.DepthwiseConv2D(3, depth_multiplier=2), IMAGE),
    "Dot": (lambda: L.Dot(axes=1), [ROW, ROW]),
    "Dropout": (lambda: L.Dropout(0.3), ROW),
    "ELU": (lambda: L.ELU(0.7), ROW),
    "EinsumDense": (lambda: L.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d"), SERIES),
    "Embedding": (lambda: L.Embedding(11, 4), "words"),
    "Flatten": (L.Flatten, IMAGE),
    "GRU": (lambda: L.GRU(3), SERIES),
    "GRUCell": (lambda: L.RNN(L.GRUCell(3)), SERIES),
    "GaussianDropout": (lambda: L.GaussianDropout(0.3), ROW),
    "GaussianNoise": (lambda: L.GaussianNoise(0.3), ROW),
    "GlobalAveragePooling1D": (L.GlobalAveragePooling1D, SERIES),
    "GlobalAveragePooling2D": (L.GlobalAveragePooling2D, IMAGE),
    "GlobalAveragePooling3D": (L.GlobalAveragePooling3D, VOLUME),
    "GlobalMaxPooling1D": (L.GlobalMaxPooling1D, SERIES),
    "GlobalMaxPooling2D": (L.GlobalMaxPooling2D, IMAGE),
    "GlobalMaxPooling3D": (L.GlobalMaxPooling3D, VOLUME),
    "GroupNormalization": (lambda: L.GroupNormalization(groups=2), IMAGE),
    "GroupedQueryAttention": (lambda: L.GroupedQueryAttention(3, 4, 2), [SERIES, SERIES]),
    "Highway": (lambda: L.Highway(), ROW),
    "Identity": (L.Identity, ROW),
    "LSTM": (lambda: L.LSTM(3, return_sequences=True), SERIES),
    "LSTMCell": (lambda: L.RNN(L.LSTMCell(3)), SERIES),
    "LayerNormalization": (L.LayerNormalization, SERIES),
    "LeakyReLU": (lambda: L.LeakyReLU(0.2), ROW),
    "LocallyConnected1D": (lambda: L.LocallyConnected1D(3, 3), SERIES),
    "LocallyConnected2D": (lambda: L.LocallyConnected2D(3, 3), IMAGE),
    "Masking": (L.Masking, SERIES),
    "MaxPooling1D": (lambda: L.MaxPooling1D(2), SERIES),
    "MaxPooling2D": (lambda: L.MaxPooling2D(2), IMAGE),
    "MaxPooling3D": (lambda: L.MaxPooling3D(2), VOLUME),
    "Maximum": (L.Maximum, [ROW, ROW]),
    "MaxoutDense": (lambda: L.MaxoutDense(3), ROW),
    "Minimum": (L.Minimum, [ROW, ROW]),
    "MultiHeadAttention": (lambda: L.MultiHeadAttention(2, 3), [SERIES, SERIES]),
    "Multiply": (L.Multiply, [ROW, ROW]),
    "PReLU": (lambda: L.PReLU(shared_axes=[1]), SERIES),
    "Permute": (lambda: L.Permute((2, 1)), SERIES),
    "RMSNormalization": (L.RMSNormalization, SERIES),
    "RNN": (lambda: L.RNN([L.LSTMCell(3), L.GRUCell(2)]), SERIES),
    "ReLU": (lambda: L.ReLU(max_value=1.0, negative_slope=0.2), ROW),
    "RepeatVector": (lambda: L.RepeatVector(3), ROW),
    "Rescaling": (lambda: L.Rescaling(0.5, offset=1.0), ROW),
    "Reshape": (lambda: L.Reshape((4, 7)), SERIES),
    "SeparableConv1D": (lambda: L.SeparableConv1D(3, 3), SERIES),
    "SeparableConv2D": (lambda: L.SeparableConv2D(3, 3), IMAGE),
    "SimpleRNN": (lambda: L.SimpleRNN(3), SERIES),
    "SimpleRNNCell": (lambda: L.RNN(L.SimpleRNNCell(3)), SERIES),
    "Softmax": (lambda: L.Softmax(axis=1), SERIES),
    "SpatialDropout1D": (lambda: L.SpatialDropout1D(0.3), SERIES),
    "SpatialDropout2D": (lambda: L.SpatialDropout2D(0.3), IMAGE),
    "SpatialDropout3D": (lambda: L.SpatialDropout3D(0.3), VOLUME),
    "SpectralNormalization": (lambda: L.SpectralNormalization(L.Dense(3)), ROW),
    "StackedRNNCells": (lambda: L.RNN(L.StackedRNNCells([L.GRUCell(3), L.GRUCell(2)])), SERIES),
    "Subtract": (L.Subtract, [ROW, ROW]),
    "ThresholdedReLU": (lambda: L.ThresholdedReLU(0.1), ROW),
    "TimeDistributed": (lambda: L.TimeDistributed(L.Dense(3)), SERIES),
    "UnitNormalization": (L.UnitNormalization, SERIES),
    "UpSampling1D": (lambda: L.UpSampling1D(2), SERIES),
    "UpSampling2D": (lambda: L.UpSampling2D(2, interpolation="bilinear"), IMAGE),
    "UpSampling3D": (lambda: L.UpSampling3D(2), VOLUME),
    "ZeroPadding1D": (lambda: L.ZeroPadding1D((1, 2)), SERIES),
    "ZeroPadding2D": (lambda: L.ZeroPadding2D(((1, 2), (0, 3))), IMAGE),
    "ZeroPadding3D": (lambda: L.ZeroPadding3D(2), VOLUME),
}  # fmt: skip
CALLED_APART = ("MultiHeadAttention", "GroupedQueryAttention")  # several inputs, not in a list


def model_of(name: str) -> Any:
    """Return a functional model of that layer alone, its weights drawn."""
    make, shape = LAYERS[name]
    words = shape == "words"
    shapes = shape if isinstance(shape, list) else [(7,) if words else shape]
    inputs = [cornu.Input(s, dtype="int32" if words else "float32") for s in shapes]
    layer = make()
    single = len(inputs) == 1
    called = layer(*inputs) if single or name in CALLED_APART else layer(inputs)
    model = cornu.Model(inputs[0] if single else inputs, called)
    rng = np.random.default_rng(0)
    model.set_weights([
        rng.uniform(0.1, 0.9, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
        for w in model.get_weights()
    ])  # fmt: skip
    return model


def batch_for(model: Any, count: int = 3) -> Any:
    """Return values for the inputs of a model."""
    rng = np.random.default_rng(1)
    values = [
        rng.integers(0, 11, (count, *t.shape[1:])).astype("int32")
        if t.dtype == "int32" else rng.normal(size=(count, *t.shape[1:])).astype("float32")
        for t in model.inputs
    ]  # fmt: skip
    return values if len(values) > 1 else values[0]
