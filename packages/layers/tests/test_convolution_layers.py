"""Convolution against loops over places in float64."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cornu import layers
from cornu.errors import ShapeError

RNG = np.random.default_rng(1)
SIZES = {1: (9,), 2: (6, 7), 3: (4, 5, 4)}
CONV = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}


def slow_convolution(x, kernel, strides, padding, dilation, groups):
    """Convolve channels-last `x` by the definition, one place and one filter at a time."""
    rank = kernel.ndim - 2
    reach = [(k - 1) * d + 1 for k, d in zip(kernel.shape, [dilation] * rank, strict=False)]
    if padding == "same":
        totals = [
            max(0, (-(-n // strides) - 1) * strides + r - n)
            for n, r in zip(x.shape[1:-1], reach, strict=True)
        ]
        pads = [(t // 2, t - t // 2) for t in totals]
    elif padding == "causal":
        pads = [(reach[0] - 1, 0)]
    else:
        pads = [(0, 0)] * rank
    x = np.pad(x, [(0, 0), *pads, (0, 0)])
    places = [range(0, n - r + 1, strides) for n, r in zip(x.shape[1:-1], reach, strict=True)]
    filters, per_group = kernel.shape[-1], kernel.shape[-2]
    out = np.zeros((len(x), *map(len, places), filters))
    for where in itertools.product(*(range(len(p)) for p in places)):
        for tap in itertools.product(*map(range, kernel.shape[:-2])):
            at = tuple(p[i] + t * dilation for p, i, t in zip(places, where, tap, strict=True))
            values = x[(slice(None), *at)]
            for f in range(filters):
                group = f // (filters // groups)
                mine = values[:, group * per_group : (group + 1) * per_group]
                out[(slice(None), *where, f)] += mine @ kernel[(*tap, slice(None), f)]
    return out


CASES = [
    (rank, padding, strides, dilation, groups)
    for rank in (1, 2, 3)
    for padding in ("valid", "same")
    for strides, dilation, groups in ((1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2))
    if not (rank == 3 and dilation == 2)
]
CASES += [(1, "causal", 1, 1, 1), (1, "causal", 2, 1, 1), (1, "causal", 1, 3, 2)]


@pytest.mark.parametrize(("rank", "padding", "strides", "dilation", "groups"), CASES)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_convolution(rank, padding, strides, dilation, groups, data_format):
    x = RNG.normal(size=(2, *SIZES[rank], 4))
    layer = CONV[rank](
        6,
        2 if dilation > 1 else 3,
        strides=strides,
        padding=padding,
        dilation_rate=dilation,
        groups=groups,
        data_format=data_format,
        bias_initializer="normal",
        dtype="float64",
    )
    first = data_format == "channels_first"
    found = layer(np.moveaxis(x, -1, 1) if first else x)
    kernel, bias = layer.get_weights()
    expected = slow_convolution(x, kernel, strides, padding, dilation, groups) + bias
    np.testing.assert_allclose(np.moveaxis(found, 1, -1) if first else found, expected, atol=1e-12)
    assert layer.compute_output_shape((np.moveaxis(x, -1, 1) if first else x).shape) == found.shape


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_gradients(rank, check_layer_grads):
    x = RNG.normal(size=(2, *SIZES[rank], 4))
    check_layer_grads(CONV[rank](2, 2, strides=2, padding="same", dtype="float64"), x)
    check_layer_grads(CONV[rank](4, 2, groups=2, activation="tanh", dtype="float64"), x)


def test_weights():
    layer = layers.Convolution2D(6, (3, 2), groups=2, kernel_regularizer="l2")
    layer.build((None, 8, 8, 4))
    assert [(w.path, w.shape) for w in layer.weights] == [
        ("conv2d/kernel", (3, 2, 2, 6)),
        ("conv2d/bias", (6,)),
    ]
    assert layer.kernel.regularizer is not None


def test_open_sizes():
    layer = layers.Conv2D(4, 3, strides=2, padding="same")
    layer.build((None, None, None, 3))
    assert layer.compute_output_shape((None, None, 9, 3)) == (None, None, 5, 4)


@pytest.mark.parametrize(
    ("kwargs", "word"),
    [
        ({"filters": 0}, "filters"),
        ({"kernel_size": (3, 3, 3)}, "kernel_size"),
        ({"kernel_size": 0}, "kernel_size"),
        ({"strides": 0}, "strides"),
        ({"padding": "sane"}, "'same'"),
        ({"padding": "causal"}, "padding"),
        ({"data_format": "channels_lost"}, "'channels_last'"),
        ({"groups": 2, "filters": 3}, "groups"),
        ({"strides": 2, "dilation_rate": 2}, "cannot both exceed 1"),
    ],
)
def test_bad_arguments(kwargs, word):
    with pytest.raises(ValueError, match=word):
        layers.Conv2D(**{"filters": 4, "kernel_size": 3, **kwargs})


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (
            (2, 28, 28),
            r'"conv2d".*\(batch, height, width, channels\).*28, 28\).*Reshape\(\(28, 28, 1\)\)',
        ),
        ((2, 2, 2, 3), "window of 3 along axis 1.*has only 2.*padding='same'"),
        ((2, 8, 8, 3, 1), "TimeDistributed"),
    ],
)
def test_shape_errors(shape, words):
    with pytest.raises(ShapeError, match=words):
        layers.Conv2D(4, 3)(np.ones(shape, "float32"))


def test_groups_must_divide_channels():
    with pytest.raises(ShapeError, match="2 groups, but there are 3"):
        layers.Conv2D(4, 3, groups=2)(np.ones((1, 8, 8, 3)))
