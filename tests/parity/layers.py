"""The layers that are compared with live Keras: one row each, with the shape that reaches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.parity.numbers import floats


@dataclass(frozen=True)
class Case:
    """One layer to compare.

    Attributes
    ----------
    name
        ``ClassName`` or ``ClassName-what is special``.
    layer
        Makes the layer from a namespace of layers.
    shape
        Input shape without the batch axis; a list of shapes for layers with several inputs.
    vocabulary
        Inputs are integers below this number.
    trained
        False compares inference only (layers that draw random numbers in training).
    single
        Keras computes a part of it in float32 where float64 is asked.
    """

    name: str
    layer: Callable[[Any], Any]
    shape: tuple[int, ...] | list[tuple[int, ...]]
    vocabulary: int = 0
    trained: bool = True
    single: bool = False

    @property
    def symbol(self) -> str:
        return f"keras.layers.{self.name.partition('-')[0]}"

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return self.shape if isinstance(self.shape, list) else [self.shape]

    def model(self, k: Any) -> Any:
        """Return a model of this layer alone; float inputs pass a Dense layer first.

        Its weights' gradients show whether the layer's gradient towards its inputs is right.
        """
        dtype = "int32" if self.vocabulary else None
        inputs = [k.Input(shape, dtype=dtype) for shape in self.shapes]
        values = inputs
        if not self.vocabulary:
            values = [k.layers.Dense(x.shape[-1], use_bias=False)(x) for x in inputs]
        made = self.layer(k.layers)
        outputs = made(values if isinstance(self.shape, list) else values[0])
        return k.Model(inputs if isinstance(self.shape, list) else inputs[0], outputs)

    def batch(self, random: np.random.Generator, count: int = 6) -> Any:
        """Return one batch of inputs."""
        if self.vocabulary:
            arrays = [
                random.integers(0, self.vocabulary, (count, *shape)).astype("int32")
                for shape in self.shapes
            ]
        else:
            arrays = [floats(random.normal(size=(count, *shape))) for shape in self.shapes]
        return arrays if isinstance(self.shape, list) else arrays[0]


def _masked(layer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Put a masking embedding before a layer: word 0 is padding."""

    def chain(layers: Any) -> Any:
        embedding, after = layers.Embedding(7, 5, mask_zero=True), layer(layers)
        return lambda inputs: after(embedding(inputs))

    return chain


def _masking(layer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Put ``Masking`` between a ReLU and the layer, so that some whole steps are zero."""

    def chain(layers: Any) -> Any:
        masking, after = layers.Masking(), layer(layers)
        return lambda inputs: after(masking(layers.ReLU()(inputs)))

    return chain


def _joined(layer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Join a layer's several outputs in one."""

    def chain(layers: Any) -> Any:
        first, join = layer(layers), layers.Concatenate()
        return lambda inputs: join(list(first(inputs)))

    return chain


IMAGE, VOLUME, SERIES, ROW = (9, 8, 4), (6, 5, 4, 2), (7, 4), (5,)

DENSE = [
    Case("Dense", lambda L: L.Dense(3), ROW),
    Case("Dense-no bias", lambda L: L.Dense(3, use_bias=False), ROW),
    Case("Dense-relu", lambda L: L.Dense(16, activation="relu"), ROW),
    Case("Dense-softmax", lambda L: L.Dense(4, activation="softmax"), ROW),
    Case("Dense-on a series", lambda L: L.Dense(3, activation="tanh"), SERIES),
    Case("Dense-on images", lambda L: L.Dense(3), IMAGE),
    Case("Dense-max norm", lambda L: L.Dense(3, kernel_constraint="max_norm"), ROW),
    Case(
        "Dense-regularized",
        lambda L: L.Dense(3, kernel_regularizer="l2", bias_regularizer="l1"),
        ROW,
    ),
    Case("Dense-activity", lambda L: L.Dense(3, activity_regularizer="l2"), ROW),
    Case("Embedding", lambda L: L.Embedding(11, 4), (7,), vocabulary=11),
    Case("Embedding-mask", lambda L: L.Embedding(11, 4, mask_zero=True), (7,), vocabulary=11),
    Case("ReversibleEmbedding", lambda L: L.ReversibleEmbedding(11, 4), (7,), vocabulary=11),
    Case("EinsumDense", lambda L: L.EinsumDense("abc,cd->abd", (None, 6), bias_axes="d"), SERIES),
    Case("EinsumDense-dots", lambda L: L.EinsumDense("...x,xy->...y", 3, bias_axes="y"), IMAGE),
    Case(
        "EinsumDense-heads",
        lambda L: L.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de", activation="gelu"),
        SERIES,
    ),
    Case("EinsumDense-two axes", lambda L: L.EinsumDense("abc,bcd->ad", 3, bias_axes="d"), SERIES),
]

ACTIVATIONS = [
    Case(f"Activation-{name}", lambda L, name=name: L.Activation(name), ROW)
    for name in (
        "linear relu sigmoid tanh softmax softplus softsign elu selu gelu silu swish mish "
        "exponential hard_sigmoid relu6 leaky_relu log_softmax celu hard_tanh hard_swish "
        "hard_shrink soft_shrink tanh_shrink squareplus sparse_plus sparse_sigmoid "
        "log_sigmoid"
    ).split()
] + [
    Case("ReLU", lambda L: L.ReLU(), ROW),
    Case("ReLU-all", lambda L: L.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.3), ROW),
    Case("LeakyReLU", lambda L: L.LeakyReLU(), ROW),
    Case("ELU", lambda L: L.ELU(alpha=0.7), ROW),
    Case("PReLU", lambda L: L.PReLU(), SERIES),
    Case("PReLU-shared", lambda L: L.PReLU(shared_axes=[1, 2]), IMAGE),
    Case("Softmax", lambda L: L.Softmax(), ROW),
    Case("Softmax-axis 1", lambda L: L.Softmax(axis=1), SERIES),
    Case("Softmax-two axes", lambda L: L.Softmax(axis=(1, 2)), IMAGE),
]

SHAPES = [
    Case("Flatten", lambda L: L.Flatten(), IMAGE),
    Case("Reshape", lambda L: L.Reshape((4, 7)), SERIES),
    Case("Reshape-rest", lambda L: L.Reshape((2, -1)), SERIES),
    Case("Permute", lambda L: L.Permute((2, 1)), SERIES),
    Case("RepeatVector", lambda L: L.RepeatVector(3), ROW),
    Case("Cropping1D", lambda L: L.Cropping1D((1, 2)), SERIES),
    Case("Cropping2D", lambda L: L.Cropping2D(((1, 2), (0, 3))), IMAGE),
    Case("Cropping3D", lambda L: L.Cropping3D(((1, 2), (0, 1), (1, 1))), VOLUME),
    Case("ZeroPadding1D", lambda L: L.ZeroPadding1D((1, 2)), SERIES),
    Case("ZeroPadding2D", lambda L: L.ZeroPadding2D(((1, 2), (0, 3))), IMAGE),
    Case("ZeroPadding3D", lambda L: L.ZeroPadding3D(2), VOLUME),
    Case("UpSampling1D", lambda L: L.UpSampling1D(3), SERIES),
    Case("UpSampling2D", lambda L: L.UpSampling2D((2, 3)), IMAGE),
    Case("UpSampling2D-bilinear", lambda L: L.UpSampling2D(2, interpolation="bilinear"), IMAGE),
    Case("UpSampling3D", lambda L: L.UpSampling3D(2), VOLUME),
    *(
        Case(f"UpSampling2D-{how}", lambda L, how=how: L.UpSampling2D(2, None, how), IMAGE)
        for how in ("bicubic", "lanczos3", "lanczos5")
    ),
    *(
        Case(
            f"{name}-channels first",
            lambda L, n=name, a=argument: getattr(L, n)(a, data_format="channels_first"),
            IMAGE,
        )
        for name, argument in (
            ("Cropping2D", ((1, 2), (0, 3))),
            ("ZeroPadding2D", ((1, 2), (0, 3))),
            ("UpSampling2D", (2, 3)),
        )
    ),
    Case("Flatten-channels first", lambda L: L.Flatten("channels_first"), IMAGE),
    Case("Pipeline", lambda L: L.Pipeline([L.Dense(3), L.ReLU(), L.Dense(2)]), ROW),
    Case("Lambda", lambda L: L.Lambda(lambda x: x * x + 1.0), ROW),
    Case("Identity", lambda L: L.Identity(), ROW),
    Case("Rescaling", lambda L: L.Rescaling(0.5, offset=1.0), ROW),
]

CONVOLUTIONS = [
    Case("Conv2D", lambda L: L.Conv2D(5, 3), IMAGE),
    Case("Conv2D-relu", lambda L: L.Conv2D(5, (3, 2), activation="relu"), IMAGE),
    Case("Conv2D-same", lambda L: L.Conv2D(5, 3, padding="same"), IMAGE),
    Case("Conv2D-same even", lambda L: L.Conv2D(5, (2, 4), padding="same"), IMAGE),
    Case("Conv2D-strides", lambda L: L.Conv2D(5, 3, strides=2), IMAGE),
    Case("Conv2D-strides same", lambda L: L.Conv2D(5, 3, strides=(2, 3), padding="same"), IMAGE),
    Case("Conv2D-strides over size", lambda L: L.Conv2D(5, 1, strides=2), IMAGE),
    Case("Conv2D-dilated", lambda L: L.Conv2D(5, 3, dilation_rate=2), IMAGE),
    Case(
        "Conv2D-dilated same", lambda L: L.Conv2D(5, 3, dilation_rate=(2, 3), padding="same"), IMAGE
    ),
    Case("Conv2D-groups", lambda L: L.Conv2D(6, 3, groups=2), IMAGE),
    Case("Conv2D-depthwise groups", lambda L: L.Conv2D(8, 3, groups=4, padding="same"), IMAGE),
    Case(
        "Conv2D-groups strides",
        lambda L: L.Conv2D(4, 3, strides=2, groups=2, padding="same"),
        IMAGE,
    ),
    Case("Conv2D-one by one", lambda L: L.Conv2D(7, 1, use_bias=False), IMAGE),
    Case("Conv2D-whole image", lambda L: L.Conv2D(3, (9, 8)), IMAGE),
    Case("Conv1D", lambda L: L.Conv1D(5, 3), SERIES),
    Case("Conv1D-causal", lambda L: L.Conv1D(5, 3, padding="causal", dilation_rate=2), SERIES),
    Case("Conv1D-strides", lambda L: L.Conv1D(5, 3, strides=2, padding="same"), SERIES),
    Case("Conv3D", lambda L: L.Conv3D(3, 2, padding="same"), VOLUME),
    Case("Conv3D-strides", lambda L: L.Conv3D(3, (2, 3, 2), strides=(2, 1, 2)), VOLUME),
    Case("DepthwiseConv1D", lambda L: L.DepthwiseConv1D(3, depth_multiplier=2), SERIES),
    Case(
        "DepthwiseConv2D", lambda L: L.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), IMAGE
    ),
    Case("SeparableConv1D", lambda L: L.SeparableConv1D(5, 3, padding="same"), SERIES),
    Case("SeparableConv2D", lambda L: L.SeparableConv2D(5, 3, strides=2), IMAGE),
    Case("Conv1DTranspose", lambda L: L.Conv1DTranspose(3, 3, strides=2), SERIES),
    Case("Conv2DTranspose", lambda L: L.Conv2DTranspose(3, 3, strides=2, padding="same"), IMAGE),
    Case("Conv2DTranspose-valid", lambda L: L.Conv2DTranspose(3, (2, 3), strides=(1, 2)), IMAGE),
    Case("Conv3DTranspose", lambda L: L.Conv3DTranspose(2, 2, strides=2), VOLUME),
    Case("Conv1DTranspose-dilated", lambda L: L.Conv1DTranspose(3, 3, dilation_rate=2), SERIES),
    Case(
        "Conv2DTranspose-output padding",
        lambda L: L.Conv2DTranspose(3, 3, strides=(2, 3), output_padding=(1, 2)),
        IMAGE,
    ),
    Case(
        "Conv2DTranspose-output padding same",
        lambda L: L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1),
        IMAGE,
    ),
    Case(
        "DepthwiseConv2D-dilated",
        lambda L: L.DepthwiseConv2D((2, 3), dilation_rate=2, activation="tanh", use_bias=False),
        IMAGE,
    ),
    Case("DepthwiseConv1D-strides", lambda L: L.DepthwiseConv1D(3, 2, padding="same"), SERIES),
    Case(
        "SeparableConv2D-multiplier",
        lambda L: L.SeparableConv2D(3, 2, depth_multiplier=3, activation="relu", padding="same"),
        IMAGE,
    ),
]

#: The same with the channels before the places.
CONVOLUTIONS += [
    Case(f"{name}-channels first", build, shape)
    for name, shape, build in (
        ("Conv1D", SERIES, lambda L, **o: L.Conv1D(4, 3, padding="causal", **o)),
        ("Conv2D", IMAGE, lambda L, **o: L.Conv2D(3, 3, groups=3, padding="same", **o)),
        ("Conv3D", VOLUME, lambda L, **o: L.Conv3D(2, 2, strides=2, **o)),
        ("Conv2DTranspose", IMAGE, lambda L, **o: L.Conv2DTranspose(2, 3, strides=2, **o)),
        ("DepthwiseConv2D", IMAGE, lambda L, **o: L.DepthwiseConv2D(2, depth_multiplier=2, **o)),
        ("SeparableConv1D", SERIES, lambda L, **o: L.SeparableConv1D(3, 2, **o)),
    )
    for build in (lambda L, build=build: build(L, data_format="channels_first"),)
]

POOLING = [
    Case(f"{kind}Pooling{rank}D{label}", build, shape)
    for kind in ("Max", "Average")
    for rank, shape in ((1, SERIES), (2, IMAGE), (3, VOLUME))
    for label, build in (
        ("", lambda L, n=f"{kind}Pooling{rank}D": getattr(L, n)(2)),
        ("-same", lambda L, n=f"{kind}Pooling{rank}D": getattr(L, n)(2, padding="same")),
        ("-overlap", lambda L, n=f"{kind}Pooling{rank}D": getattr(L, n)(3, strides=2)),
        (
            "-overlap same",
            lambda L, n=f"{kind}Pooling{rank}D": getattr(L, n)(3, strides=1, padding="same"),
        ),
    )
] + [
    Case(f"Global{kind}Pooling{rank}D{label}", build, shape)
    for kind in ("Max", "Average")
    for rank, shape in ((1, SERIES), (2, IMAGE), (3, VOLUME))
    for label, build in (
        ("", lambda L, n=f"Global{kind}Pooling{rank}D": getattr(L, n)()),
        ("-keepdims", lambda L, n=f"Global{kind}Pooling{rank}D": getattr(L, n)(keepdims=True)),
    )
]

POOLING += [
    Case(f"Adaptive{kind}Pooling{rank}D", build, shape)
    for kind in ("Max", "Average")
    for rank, shape in ((1, SERIES), (2, IMAGE), (3, VOLUME))
    for build in (lambda L, n=f"Adaptive{kind}Pooling{rank}D": getattr(L, n)(2),)
]

POOLING += [
    Case(f"{name}-channels first", build, IMAGE)
    for name, arguments in (
        ("MaxPooling2D", (2,)),
        ("AveragePooling2D", (3, 2, "same")),
        ("GlobalMaxPooling2D", ()),
        ("GlobalAveragePooling2D", ()),
        ("AdaptiveAveragePooling2D", ((3, 5),)),
        ("AdaptiveMaxPooling2D", ((3, 5),)),
    )
    for build in (lambda L, n=name, a=arguments: getattr(L, n)(*a, data_format="channels_first"),)
]

NORMALIZATION = [
    # On jax, unlike on TensorFlow and PyTorch, the kernel forgets that it was normalized.
    Case(
        "SpectralNormalization",
        lambda L: L.SpectralNormalization(L.Dense(3)),
        ROW,
        trained=False,
    ),
    Case("BatchNormalization", lambda L: L.BatchNormalization(), ROW),
    Case("BatchNormalization-images", lambda L: L.BatchNormalization(momentum=0.7), IMAGE),
    Case("BatchNormalization-axis 1", lambda L: L.BatchNormalization(axis=1), SERIES),
    Case(
        "BatchNormalization-plain", lambda L: L.BatchNormalization(center=False, scale=False), ROW
    ),
    Case("BatchNormalization-frozen", lambda L: L.BatchNormalization(trainable=False), IMAGE),
    Case("LayerNormalization", lambda L: L.LayerNormalization(), SERIES),
    Case("LayerNormalization-axes", lambda L: L.LayerNormalization(axis=[1, 2]), SERIES),
    Case(
        "LayerNormalization-plain",
        lambda L: L.LayerNormalization(axis=1, center=False, scale=False, epsilon=0.1),
        SERIES,
    ),
    Case("GroupNormalization", lambda L: L.GroupNormalization(groups=2), IMAGE),
    Case("GroupNormalization-each", lambda L: L.GroupNormalization(-1, center=False), IMAGE),
    Case("GroupNormalization-axis 1", lambda L: L.GroupNormalization(3, axis=1), IMAGE),
    Case("RMSNormalization-axes", lambda L: L.RMSNormalization(axis=[1, 2], epsilon=0.1), SERIES),
    Case("UnitNormalization-axes", lambda L: L.UnitNormalization(axis=[1, 2]), SERIES),
    Case("RMSNormalization", lambda L: L.RMSNormalization(), SERIES),
    Case("UnitNormalization", lambda L: L.UnitNormalization(), SERIES),
]

RANDOM = [
    Case("Dropout-rate 0", lambda L: L.Dropout(0.0), ROW),
    Case("Dropout", lambda L: L.Dropout(0.5), ROW, trained=False),
    Case("SpatialDropout1D", lambda L: L.SpatialDropout1D(0.5), SERIES, trained=False),
    Case("SpatialDropout2D", lambda L: L.SpatialDropout2D(0.5), IMAGE, trained=False),
    Case("SpatialDropout3D", lambda L: L.SpatialDropout3D(0.5), VOLUME, trained=False),
    Case("GaussianNoise", lambda L: L.GaussianNoise(0.5), ROW, trained=False),
    Case("GaussianDropout", lambda L: L.GaussianDropout(0.5), ROW, trained=False),
    Case("AlphaDropout", lambda L: L.AlphaDropout(0.5), ROW, trained=False),
    Case("ActivityRegularization", lambda L: L.ActivityRegularization(l1=0.1, l2=0.2), ROW),
]

_VARIANTS: list[tuple[str, dict]] = [
    ("", {}),
    ("-sequences", {"return_sequences": True}),
    ("-backwards", {"go_backwards": True}),
    ("-backwards sequences", {"go_backwards": True, "return_sequences": True}),
    ("-no bias", {"use_bias": False}),
    ("-unrolled", {"unroll": True}),
    ("-relu", {"activation": "relu"}),
]

RECURRENT = (
    [
        Case(f"{name}{label}", lambda L, n=name, o=options: getattr(L, n)(3, **o), SERIES)
        for name in ("LSTM", "GRU", "SimpleRNN")
        for label, options in _VARIANTS
    ]
    + [
        Case(
            f"{name}-masked{label}",
            _masked(lambda L, n=name, o=options: getattr(L, n)(3, **o)),
            (6,),
            vocabulary=7,
        )
        for name in ("LSTM", "GRU", "SimpleRNN")
        for label, options in _VARIANTS[:4]
    ]
    + [
        Case("Masking", lambda L: L.Masking(), SERIES),
        Case("LSTM-masking layer", _masking(lambda L: L.LSTM(3, return_sequences=True)), (7, 2)),
        Case("LSTM-hard sigmoid", lambda L: L.LSTM(3, recurrent_activation="hard_sigmoid"), SERIES),
        Case("LSTM-state", _joined(lambda L: L.LSTM(3, return_state=True)), SERIES),
        Case("LSTM-regularized", lambda L: L.LSTM(3, recurrent_regularizer="l2"), SERIES),
        Case("GRU-reset before", lambda L: L.GRU(3, reset_after=False), SERIES),
        Case("RNN", lambda L: L.RNN(L.LSTMCell(3), return_sequences=True), SERIES),
        Case("RNN-stacked", lambda L: L.RNN([L.LSTMCell(3), L.GRUCell(2)]), SERIES),
        Case("LSTMCell", lambda L: L.RNN(L.LSTMCell(3, unit_forget_bias=False)), SERIES),
        Case("GRUCell", lambda L: L.RNN(L.GRUCell(3)), SERIES),
        Case("SimpleRNNCell", lambda L: L.RNN(L.SimpleRNNCell(3)), SERIES),
        Case(
            "StackedRNNCells",
            lambda L: L.RNN(L.StackedRNNCells([L.GRUCell(3), L.SimpleRNNCell(2)])),
            SERIES,
        ),
        Case("Bidirectional", lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True)), SERIES),
        Case("Bidirectional-sum", lambda L: L.Bidirectional(L.GRU(3), merge_mode="sum"), SERIES),
        Case("Bidirectional-mul", lambda L: L.Bidirectional(L.GRU(3), merge_mode="mul"), SERIES),
        Case("Bidirectional-ave", lambda L: L.Bidirectional(L.SimpleRNN(3), "ave"), SERIES),
        Case(
            "Bidirectional-masked",
            _masked(lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True))),
            (6,),
            vocabulary=7,
        ),
        Case(
            "LSTM-masked zeros",
            _masked(lambda L: L.LSTM(3, return_sequences=True, zero_output_for_mask=True)),
            (6,),
            vocabulary=7,
        ),
        Case(
            "GRU-reset before, no bias",
            lambda L: L.GRU(3, reset_after=False, use_bias=False),
            SERIES,
        ),
        Case(
            "SimpleRNN-max norm", lambda L: L.SimpleRNN(3, recurrent_constraint="max_norm"), SERIES
        ),
        Case("TimeDistributed", lambda L: L.TimeDistributed(L.Dense(3)), SERIES),
        Case("TimeDistributed-images", lambda L: L.TimeDistributed(L.Conv2D(2, 2)), (3, 5, 4, 2)),
        Case(
            "ConvLSTM2D-sequences",
            lambda L: L.ConvLSTM2D(2, 2, strides=2, return_sequences=True, go_backwards=True),
            (3, 5, 4, 2),
        ),
        Case(
            "ConvLSTM1D-channels first",
            lambda L: L.ConvLSTM1D(
                2, 2, data_format="channels_first", dilation_rate=2, unit_forget_bias=False
            ),
            (3, 2, 6),
        ),
        Case("ConvLSTM1D", lambda L: L.ConvLSTM1D(2, 3), (4, 6, 2)),
        Case("ConvLSTM3D", lambda L: L.ConvLSTM3D(2, 2), (2, 3, 2, 3, 1)),
        Case("ConvLSTM2D", lambda L: L.ConvLSTM2D(2, 3, padding="same"), (3, 5, 4, 2)),
    ]
)

MERGING = [
    Case(name, lambda L, n=name: getattr(L, n)(), [ROW] * 3)
    for name in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
] + [
    Case("Subtract", lambda L: L.Subtract(), [ROW, ROW]),
    Case("Add-broadcast", lambda L: L.Add(), [(7, 4), (1, 4)]),
    Case("Concatenate-axis 1", lambda L: L.Concatenate(axis=1), [(7, 4), (2, 4)]),
    Case("Dot", lambda L: L.Dot(axes=1), [ROW, ROW]),
    Case("dot", lambda L: lambda xs: L.dot(xs, axes=1), [ROW, ROW]),
    Case("Dot-axes", lambda L: L.Dot(axes=(2, 1)), [(3, 4), (4, 5)]),
    Case("Dot-normalized", lambda L: L.Dot(axes=2, normalize=True), [(3, 4), (5, 4)]),
    *(
        Case(name, lambda L, n=name: lambda xs: getattr(L, n)(xs), [ROW, ROW])
        for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate")
    ),
]

ATTENTION = [
    Case("Attention", lambda L: L.Attention(), [(3, 4), (5, 4)]),
    Case("Attention-scaled", lambda L: L.Attention(use_scale=True), [(3, 4), (5, 4)]),
    Case("Attention-concat", lambda L: L.Attention(score_mode="concat"), [(3, 4), (5, 4)]),
    Case(
        "Attention-causal",
        lambda L: lambda xs: L.Attention()(xs, use_causal_mask=True),
        [(5, 4), (5, 4)],
    ),
    Case("Attention-keys", lambda L: L.Attention(), [(3, 4), (5, 6), (5, 4)]),
    Case("AdditiveAttention", lambda L: L.AdditiveAttention(), [(3, 4), (5, 4)]),
    Case("AdditiveAttention-plain", lambda L: L.AdditiveAttention(False), [(3, 4), (5, 4)]),
    # Without biases first: that of the keys has no gradient, and Adam would magnify its rounding.
    Case("MultiHeadAttention", lambda L: _self(L.MultiHeadAttention(2, 3, use_bias=False)), SERIES),
    Case(
        "GroupQueryAttention",
        lambda L: _self(L.GroupQueryAttention(3, 4, 2, use_bias=False)),
        SERIES,
    ),
    Case("MultiHeadAttention-bias", lambda L: _self(L.MultiHeadAttention(2, 3)), SERIES),
    Case("GroupQueryAttention-bias", lambda L: _self(L.GroupQueryAttention(3, 4, 2)), SERIES),
    *(
        Case(
            f"MultiHeadAttention-{label}",
            lambda L, o=options: _self(L.MultiHeadAttention(2, 3, use_bias=False, **o)),
            shape,
        )
        for label, options, shape in (
            ("sizes", {"value_dim": 5, "output_shape": 6}, SERIES),
            ("gate", {"use_gate": True}, SERIES),
            ("window", {"sliding_window": 2}, SERIES),
            ("axes", {"attention_axes": (1, 2)}, (3, 2, 4)),
        )
    ),
    Case(
        "MultiHeadAttention-causal",
        lambda L: _self(L.MultiHeadAttention(2, 3, use_bias=False), use_causal_mask=True),
        SERIES,
    ),
    Case(
        "GroupQueryAttention-gate",
        lambda L: _self(L.GroupQueryAttention(3, 4, 2, use_bias=False, use_gate=True)),
        SERIES,
    ),
    Case(
        "MultiHeadAttention-in one",
        lambda L: _in_one(L.MultiHeadAttention(2, 3)),
        SERIES,
        single=True,
    ),
    Case(
        "GroupQueryAttention-in one",
        lambda L: _in_one(L.GroupQueryAttention(3, 4, 2)),
        SERIES,
        single=True,
    ),
]


def _self(attention: Any, **options: Any) -> Callable[[Any], Any]:
    """Call a layer so that Keras computes its scores apart, and in the float type of the layer."""
    return lambda x: attention(x, x, return_attention_scores=True, **options)[0]


def _in_one(attention: Any) -> Callable[[Any], Any]:
    """Call a layer so that Keras leaves it all to jax, which takes the softmax in float32."""
    return lambda x: attention(x, x)


SIGNALS = [
    Case(
        f"STFTSpectrogram-{mode}{label}",
        lambda L, m=mode, o=options: L.STFTSpectrogram(m, frame_length=8, frame_step=3, **o),
        shape,
    )
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
    for label, options, shape in (
        ("", {}, (20, 2)),
        (" in channels", {"expand_dims": True, "padding": "same"}, (20, 2)),
    )
] + [
    Case(
        "MelSpectrogram",
        lambda L: L.MelSpectrogram(
            64, 15, 48, window="hamming", num_mel_bins=5, power_to_db=False, mag_exp=1.5
        ),
        (104,),
        single=True,
    ),
    Case(
        "MelSpectrogram-decibels",  # of powers above 1: a logarithm of next to nothing magnifies
        lambda L: L.MelSpectrogram(64, 16, num_mel_bins=3, min_power=1.0),
        (100,),
        single=True,
    ),
]

CASES = [
    *DENSE,
    *ACTIVATIONS,
    *SHAPES,
    *CONVOLUTIONS,
    *POOLING,
    *NORMALIZATION,
    *RANDOM,
    *RECURRENT,
    *MERGING,
    *ATTENTION,
    *SIGNALS,
]
