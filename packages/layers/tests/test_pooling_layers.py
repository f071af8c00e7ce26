"""Pooling against loops over windows in float64."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cornu import layers
from cornu.errors import ShapeError

RNG = np.random.default_rng(2)
SIZES = {1: (7,), 2: (7, 6), 3: (5, 4, 6)}


def slow_pooling(x, window, strides, padding, reduce):
    """Reduce each window of channels-last `x`; places outside of it do not exist."""
    rank = x.ndim - 2
    places = []
    for n in x.shape[1:-1]:
        if padding == "valid":
            places.append([(i, i + window) for i in range(0, n - window + 1, strides)])
        else:
            count = -(-n // strides)
            low = max(0, (count - 1) * strides + window - n) // 2
            places.append([(i * strides - low, i * strides - low + window) for i in range(count)])
    out = np.zeros((len(x), *map(len, places), x.shape[-1]))
    for where in itertools.product(*(range(len(p)) for p in places)):
        ranges = [p[i] for p, i in zip(places, where, strict=True)]
        cut = tuple(slice(max(0, a), b) for a, b in ranges)
        out[(slice(None), *where)] = reduce(x[(slice(None), *cut)], axis=tuple(range(1, rank + 1)))
    return out


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("window", "strides"), [(2, None), (3, 2), (2, 3)])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_pooling(rank, kind, padding, window, strides, data_format):
    x = RNG.normal(size=(2, *SIZES[rank], 3))
    layer = getattr(layers, f"{kind}Pooling{rank}D")(
        window, strides=strides, padding=padding, data_format=data_format, dtype="float64"
    )
    first = data_format == "channels_first"
    given = np.moveaxis(x, -1, 1) if first else x
    found = layer(given)
    reduce = np.max if kind == "Max" else np.mean
    expected = slow_pooling(x, window, strides or window, padding, reduce)
    np.testing.assert_allclose(np.moveaxis(found, 1, -1) if first else found, expected, atol=1e-12)
    assert layer.compute_output_shape(given.shape) == found.shape


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_global_pooling(rank, kind, keepdims, data_format):
    x = RNG.normal(size=(2, *SIZES[rank], 3))
    layer = getattr(layers, f"Global{kind}Pooling{rank}D")(
        data_format=data_format, keepdims=keepdims, dtype="float64"
    )
    axes = (
        tuple(range(1, rank + 1)) if data_format == "channels_last" else tuple(range(2, rank + 2))
    )
    reduce = np.max if kind == "Max" else np.mean
    np.testing.assert_allclose(layer(x), reduce(x, axis=axes, keepdims=keepdims), atol=1e-12)
    assert layer.compute_output_shape(x.shape) == layer(x).shape


@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_gradients(kind, check_layer_grads):
    for rank in (1, 2, 3):
        x = RNG.normal(size=(2, *SIZES[rank], 3))
        for padding in ("valid", "same"):
            layer = getattr(layers, f"{kind}Pooling{rank}D")(
                3, strides=2, padding=padding, dtype="float64"
            )
            check_layer_grads(layer, x)
        check_layer_grads(getattr(layers, f"Global{kind}Pooling{rank}D")(dtype="float64"), x)


def test_masked_average():
    x = RNG.normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True, False, True, True]])
    expected = np.stack([x[0, :2].mean(0), x[1, [0, 2, 3]].mean(0)])
    np.testing.assert_allclose(layers.GlobalAveragePooling1D()(x, mask=mask), expected, rtol=1e-6)
    turned = layers.GlobalAveragePooling1D(data_format="channels_first")(
        x.transpose(0, 2, 1), mask=mask
    )
    np.testing.assert_allclose(turned, expected, rtol=1e-6)


def test_open_sizes():
    assert layers.MaxPooling2D().compute_output_shape((None, None, 9, 3)) == (None, None, 4, 3)
    assert layers.GlobalAvgPool2D().compute_output_shape((None, None, None, 3)) == (None, 3)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.MaxPool2D(3), (1, 2, 8, 1), "window of 3 along axis 1.*only 2"),
        (layers.MaxPool2D(), (1, 8, 8), r"\(batch, height, width, channels\)"),
        (layers.GlobalMaxPool1D(), (1, 8), r"\(batch, steps, channels\)"),
    ],
)
def test_shape_errors(layer, shape, words):
    with pytest.raises(ShapeError, match=words):
        layer(np.ones(shape, "float32"))
