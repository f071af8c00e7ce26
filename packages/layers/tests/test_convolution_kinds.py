"""Transposed, depthwise, separable and unshared convolution."""

from __future__ import annotations

import numpy as np
import pytest

from cornu import layers
from cornu.errors import ShapeError

RNG = np.random.default_rng(6)
SIZES = {1: (7,), 2: (5, 6), 3: (3, 4, 3)}


def _first(x):
    return np.moveaxis(x, -1, 1)


def _last(x):
    return np.moveaxis(x, 1, -1)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2)])
def test_transposed_is_the_adjoint(rank, padding, strides, dilation):
    """<conv(x), y> = <x, transposed(y)> for every x and y."""
    shared = {"strides": strides, "padding": padding, "dilation_rate": dilation}
    y = RNG.normal(size=(2, *SIZES[rank], 4))
    back = getattr(layers, f"Conv{rank}DTranspose")(3, 3, use_bias=False, dtype="float64", **shared)
    spread = back(y)
    assert back.compute_output_shape((None, *y.shape[1:])) == (None, *spread.shape[1:])
    assert back.kernel.shape == (*(3,) * rank, 3, 4)
    x = RNG.normal(size=spread.shape)
    forth = getattr(layers, f"Conv{rank}D")(4, 3, use_bias=False, dtype="float64", **shared)
    forth.build(x.shape)
    forth.set_weights(back.get_weights())
    np.testing.assert_allclose((forth(x) * y).sum(), (x * spread).sum(), rtol=1e-10)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_channels_first_and_bias(rank):
    y = RNG.normal(size=(2, *SIZES[rank], 4))
    make = getattr(layers, f"Conv{rank}DTranspose")
    last = make(3, 3, strides=2, activation="tanh", bias_initializer="normal", dtype="float64")
    expected = last(y)
    first = make(3, 3, strides=2, activation="tanh", data_format="channels_first", dtype="float64")
    first.build(_first(y).shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(_last(first(_first(y))), expected, atol=1e-12)
    assert first.compute_output_shape(_first(y).shape) == first(_first(y)).shape


def test_output_padding():
    y = RNG.normal(size=(1, 5, 2))
    plain = layers.Conv1DTranspose(3, 3, strides=3, output_padding=0)
    longer = layers.Conv1DTranspose(3, 3, strides=3, output_padding=2)
    assert (plain(y).shape[1], longer(y).shape[1]) == (15, 17)
    with pytest.raises(ValueError, match="output_padding"):
        layers.Conv2DTranspose(3, 3, strides=2, output_padding=2)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_gradients(rank, check_layer_grads):
    make = getattr(layers, f"Conv{rank}DTranspose")
    for kwargs in ({"padding": "same"}, {"output_padding": 1}):
        layer = make(2, 3, strides=2, dtype="float64", **kwargs)
        check_layer_grads(layer, RNG.normal(size=(2, *SIZES[rank], 3)))


DEPTHWISE = [
    ("valid", 1, 1, 1),
    ("same", 1, 1, 2),
    ("valid", 2, 1, 3),
    ("same", 2, 1, 1),
    ("same", 1, 2, 2),
]


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize(("padding", "strides", "dilation", "multiplier"), DEPTHWISE)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_depthwise_is_one_convolution_per_channel(
    rank, padding, strides, dilation, multiplier, data_format
):
    x = RNG.normal(size=(2, *SIZES[rank], 3))
    shared = {"strides": strides, "padding": padding, "dilation_rate": dilation, "dtype": "float64"}
    layer = getattr(layers, f"DepthwiseConv{rank}D")(
        3,
        depth_multiplier=multiplier,
        bias_initializer="normal",
        data_format=data_format,
        **shared,
    )
    first = data_format == "channels_first"
    given = _first(x) if first else x
    found = layer(given)
    assert layer.compute_output_shape(given.shape) == found.shape
    kernel, bias = layer.get_weights()
    assert kernel.shape == (*(3,) * rank, 3, multiplier)
    one = getattr(layers, f"Conv{rank}D")(multiplier, 3, use_bias=False, **shared)
    one.build((None, *SIZES[rank], 1))
    parts = []
    for c in range(3):
        one.set_weights([kernel[..., c : c + 1, :]])
        parts.append(one(x[..., c : c + 1]))
    expected = np.concatenate(parts, axis=-1) + bias
    np.testing.assert_allclose(_last(found) if first else found, expected, atol=1e-12)


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_separable_is_depthwise_then_pointwise(rank, data_format):
    x = RNG.normal(size=(2, *SIZES[rank], 3))
    given = _first(x) if data_format == "channels_first" else x
    shared = {"data_format": data_format, "dtype": "float64"}
    layer = getattr(layers, f"SeparableConv{rank}D")(
        5, 3, strides=2, padding="same", depth_multiplier=2, activation="tanh", **shared
    )
    found = layer(given)
    assert layer.compute_output_shape(given.shape) == found.shape
    depth, point, bias = layer.get_weights()
    first = getattr(layers, f"DepthwiseConv{rank}D")(
        3, strides=2, padding="same", depth_multiplier=2, use_bias=False, **shared
    )
    second = getattr(layers, f"Conv{rank}D")(5, 1, activation="tanh", **shared)
    first.build(given.shape)
    first.set_weights([depth])
    middle = first(given)
    second.build(middle.shape)
    second.set_weights([point, bias])
    np.testing.assert_allclose(found, second(middle), atol=1e-12)


@pytest.mark.parametrize("kind", ["DepthwiseConv", "SeparableConv"])
@pytest.mark.parametrize("rank", [1, 2])
def test_gradients(kind, rank, check_layer_grads):
    arguments = (3,) if kind == "DepthwiseConv" else (4, 3)
    layer = getattr(layers, f"{kind}{rank}D")(
        *arguments, depth_multiplier=2, strides=2, dtype="float64"
    )
    check_layer_grads(layer, RNG.normal(size=(2, *SIZES[rank], 3)))


@pytest.mark.parametrize("strides", [1, 2])
def test_locally_connected_1d(strides, check_layer_grads):
    x = RNG.normal(size=(2, 7, 3))
    layer = layers.LocallyConnected1D(
        4, 3, strides=strides, activation="tanh", bias_initializer="normal", dtype="float64"
    )
    found = layer(x)
    kernel, bias = layer.get_weights()
    steps = (7 - 3) // strides + 1
    assert (kernel.shape, bias.shape) == ((steps, 9, 4), (steps, 4))
    for t in range(steps):
        patch = x[:, t * strides : t * strides + 3].reshape(2, 9)
        np.testing.assert_allclose(found[:, t], np.tanh(patch @ kernel[t] + bias[t]), atol=1e-12)
    check_layer_grads(layer, x)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_locally_connected_2d(data_format, check_layer_grads):
    x = RNG.normal(size=(2, 6, 5, 3))
    first = data_format == "channels_first"
    layer = layers.LocallyConnected2D(
        4,
        (3, 2),
        strides=(2, 1),
        bias_initializer="normal",
        data_format=data_format,
        dtype="float64",
    )
    given = _first(x) if first else x
    found = layer(given)
    assert layer.compute_output_shape(given.shape) == found.shape
    kernel, bias = layer.get_weights()
    assert (kernel.shape, bias.shape) == ((8, 18, 4), (2, 4, 4))
    found = _last(found) if first else found
    for i in range(2):
        for j in range(4):
            patch = x[:, 2 * i : 2 * i + 3, j : j + 2]
            patch = (_first(patch) if first else patch).reshape(2, 18)
            expected = patch @ kernel[4 * i + j] + bias[i, j]
            np.testing.assert_allclose(found[:, i, j], expected, atol=1e-12)
    check_layer_grads(layer, given)


def test_older_names():
    assert layers.Deconvolution2D is layers.Deconv2D is layers.Conv2DTranspose
    assert layers.SeparableConvolution2D is layers.SeparableConv2D
    assert layers.DepthwiseConv2D(3).get_config()["depthwise_initializer"]


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.DepthwiseConv2D(3), (1, 2, 8, 1), "window of 3"),
        (layers.SeparableConv1D(2, 3), (1, 8), "batch, steps, channels"),
        (layers.LocallyConnected1D(2, 3), (1, 2, 3), "window of 3"),
        (layers.Conv2DTranspose(2, 3), (1, 8, 8), "batch, height, width, channels"),
    ],
)
def test_shape_errors(layer, shape, words):
    with pytest.raises(ShapeError, match=words):
        layer(np.ones(shape, "float32"))
