"""Models that ask more of an export than layers one after the other: each with its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu import Input, Model, Sequential, ops
from cornu import layers as L

Made = tuple[Model, list[np.ndarray]]
BATCH = 3


def _real(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(BATCH, *shape)).astype("float32")


def _whole(most: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, most, (BATCH, *shape)).astype("int32")


def _gappy(*shape: int) -> np.ndarray:
    x = _real(*shape)
    x[:, 1], x[1, -1] = 0, 0
    return x


class Call(L.Layer):
    """A layer that computes what a function says."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def call(self, x: Any) -> Any:
        return self.function(x)


def _of(function: Callable[[Any], list[Any]], x: np.ndarray) -> Made:
    given = Input(x.shape[1:], dtype=x.dtype.name)
    return Model(given, list(Call(function)(given))), [x]


def _shared() -> Made:
    twice, a, b = L.Dense(6, activation="tanh"), Input((6,), name="for"), Input((6,), name="π")
    joined = L.Concatenate(name="__init__")([twice(a), twice(b), twice(twice(a))])
    return Model([a, b], {"one": joined, "two": [a, joined]}, name="class"), [_real(6)] * 2


def _nested() -> Made:
    inner = Sequential([Input((8, 8, 3)), L.Conv2D(4, 3, padding="same"), L.BatchNormalization()])
    x = Input((8, 8, 4))
    block = Model(x, L.Add()([x, L.Conv2D(4, 1)(x)]))
    y = Input((8, 8, 3))
    return Model(y, L.GlobalMaxPooling2D()(block(block(inner(y))))), [_real(8, 8, 3)]


def _windows() -> Made:
    x = Input((5, 4, 3))
    ys = [
        L.Conv2D(2, 7, padding="same")(x),
        L.MaxPooling2D(2, 5, padding="same")(x),
        L.AveragePooling2D((4, 3), 1, padding="same")(x),
        L.Conv2D(2, 2, dilation_rate=3, padding="same")(x),
        L.Conv2DTranspose(2, 2, strides=3)(x),
        L.Conv2DTranspose(2, 3, strides=2, output_padding=1, padding="same")(x),
        L.SeparableConv2D(4, 2, depth_multiplier=2)(x),
    ]
    return Model(x, ys), [_real(5, 4, 3)]


def _lines() -> Made:
    """Kernels of three lines over enough channels, odd and even numbers of lines."""
    x = Input((7, 9, 8))
    y = L.Conv2D(8, 3, padding="same", activation="relu")(x)
    ys = [
        y,
        L.Conv2D(9, 3)(y),
        L.Conv2D(17, (3, 2), strides=(1, 2), padding="same")(y),
        L.Conv2D(8, (3, 1))(L.ZeroPadding2D(((0, 1), (0, 0)))(y)),
        L.Conv2D(8, 3, groups=2)(y),
        L.TimeDistributed(L.Conv2D(8, (3, 3)))(L.Reshape((1, 7, 9, 8))(y)),
        L.ConvLSTM2D(8, 3)(L.Reshape((1, 7, 9, 8))(y)),
    ]
    return Model(x, ys), [_real(7, 9, 8)]


def _masks() -> Made:
    x = Input((6, 3))
    known = L.Masking()(x)
    whole = L.LSTM(4, return_sequences=True, zero_output_for_mask=True)(known)
    back = L.LSTM(3, return_sequences=True, go_backwards=True)
    both = L.Bidirectional(L.GRU(3, return_sequences=True), backward_layer=back)(known)
    state = L.LSTM(2, return_state=True)(known)
    mixed = L.MultiHeadAttention(2, 4)(known, known)
    rows = L.TimeDistributed(L.Dense(2))(both)
    short = L.SimpleRNN(2, unroll=True)(known)
    return Model(x, [whole, rows, short, *state, mixed]), [_gappy(6, 3)]


def _attention() -> Made:
    q, k, m = Input((5, 8)), Input((7, 8)), Input((5, 7), dtype="bool")
    ys = [
        L.MultiHeadAttention(2, 4, value_dim=3)(q, k, attention_mask=m),
        L.Attention(use_scale=True)([q, k]),
        L.AdditiveAttention()([q, k]),
        L.GroupQueryAttention(4, 4, 2)(q, q, use_causal_mask=True),
    ]
    return Model([q, k, m], ys), [_real(5, 8), _real(7, 8), _real(5, 7) < 1]


def _normalizations() -> Made:
    x = Input((6, 5, 8))
    ys = [
        L.LayerNormalization(axis=[1, 2, 3])(x),
        L.GroupNormalization(4)(x),
        L.UnitNormalization(axis=(1, 2))(x),
        L.RMSNormalization()(x),
        L.BatchNormalization(axis=1, scale=False)(x),
        L.SpectralNormalization(L.Conv2D(3, 3))(x),
    ]
    return Model(x, ys), [_real(6, 5, 8)]


def _categories() -> Made:
    a, b = Input((3,), dtype="int32"), Input((1,), dtype="int32")
    scale = L.Normalization(mean=2.0, variance=3.0)
    near = L.Discretization([-1.0, 0.0, 0.5])(scale(ops.cast(a, "float32")))
    ys = [
        L.CategoryEncoding(4, output_mode="multi_hot")(near),
        L.CategoryEncoding(9, output_mode="count")(a),
        L.Embedding(7, 2)(L.Hashing(7)(a)),
        L.HashedCrossing(6, output_mode="one_hot")((b, b)),
    ]
    return Model([a, b], ys), [_whole(9, 3), _whole(9, 1)]


def _pictures() -> Made:
    turn = np.float32([1.0, 0.1, 0.5, 0.0, 0.9, 0.2, 0.0, 0.0])

    def pictures(x: Any) -> list[Any]:
        return [
            ops.image.affine_transform(x, turn),
            ops.image.extract_patches(x, (2, 2)),
            ops.image.resize(x, (3, 9), interpolation="bicubic"),
            ops.image.rgb_to_hsv(x),
        ]

    return _of(pictures, np.abs(_real(6, 6, 3)) % 1)


def _loops() -> Made:
    def loops(x: Any) -> list[Any]:
        carry, ys = ops.scan(lambda c, t: (c + t, c * t), ops.zeros_like(x[:, 0]), ops.transpose(x))
        return [
            carry,
            ys,
            ops.fori_loop(0, 5, lambda i, v: v * 0.5 + ops.cast(i, "float32"), x),
            ops.associative_scan(lambda a, b: a + b, x, axis=1),
            ops.vectorized_map(lambda row: ops.sum(row) * row, x),
        ]

    return _of(loops, _real(4))


def _matrices() -> Made:
    def matrices(x: Any) -> list[Any]:
        square = ops.matmul(x, ops.transpose(x, (0, 2, 1))) + 3 * ops.eye(3)
        return [ops.cholesky(square), ops.inv(square), ops.solve(square, x), ops.det(square)]

    return _of(matrices, _real(3, 4))


def _places() -> Made:
    def places(x: Any) -> list[Any]:
        largest = ops.top_k(x, 3)
        return [
            largest.values,
            largest.indices,
            ops.median(x, axis=-1),
            ops.take_along_axis(x, ops.argsort(x, axis=-1), axis=-1),
            ops.pad(x, [[0, 0], [0, 0], [2, 1]], mode="reflect"),
            ops.one_hot(ops.argmax(x, axis=-1), 6),
        ]

    return _of(places, _real(4, 6))


def _numbers() -> Made:
    def numbers(x: Any) -> list[Any]:
        n = ops.cast(x * 10, "int32")
        return [
            ops.mean(x),  # no axis is left
            ops.cast(n, "int8"),
            x > 0,
            ops.left_shift(n, 3),
            ops.right_shift(n, 2),
            ops.where(x > 0, ops.cast(n, "uint32"), ops.cast(n * 2, "uint32")),
        ]

    return _of(numbers, _real(4))


MODELS: dict[str, Callable[[], Made]] = {
    make.__name__[1:]: make
    for make in (
        _shared, _nested, _windows, _lines, _masks, _attention, _normalizations, _categories,
        _pictures, _loops, _matrices, _places, _numbers,
    )
}  # fmt: skip
