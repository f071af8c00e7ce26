"""Layers that rearrange numbers."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import ShapeError

X = np.arange(2 * 3 * 4 * 5, dtype="float32").reshape(2, 3, 4, 5)
CASES = [
    (layers.Flatten(), X, X.reshape(2, 60)),
    (layers.Flatten("channels_first"), X, X.transpose(0, 2, 3, 1).reshape(2, 60)),
    (layers.Flatten(), X[:, 0, 0, 0], X[:, :1, 0, 0]),
    (layers.Reshape((5, 12)), X, X.reshape(2, 5, 12)),
    (layers.Reshape((-1, 4)), X, X.reshape(2, 15, 4)),
    (layers.Reshape((60,)), X, X.reshape(2, 60)),
    (layers.Permute((3, 1, 2)), X, X.transpose(0, 3, 1, 2)),
    (layers.RepeatVector(3), X[:, 0, 0], np.repeat(X[:, 0, 0][:, None], 3, axis=1)),
]


@pytest.mark.parametrize(("layer", "x", "expected"), CASES, ids=lambda v: getattr(v, "name", ""))
def test_values_and_shapes(layer, x, expected):
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *expected.shape[1:])
    symbolic = layer(cornu.Input(x.shape[1:], dtype="int32"))
    assert symbolic.shape == (None, *expected.shape[1:])
    assert symbolic.dtype == "int32"


def test_open_sizes():
    assert layers.Flatten().compute_output_shape((None, None, 3)) == (None, None)
    assert layers.Reshape((-1, 2)).compute_output_shape((None, None, 3)) == (None, None, 2)
    assert layers.Permute((2, 1)).compute_output_shape((None, None, 3)) == (None, 3, None)


@pytest.mark.parametrize("target", [(-1, -1), (2, -3)])
def test_bad_target(target):
    with pytest.raises(ValueError, match="target_shape"):
        layers.Reshape(target)


@pytest.mark.parametrize("dims", [(0, 1), (1, 3), (1, 1)])
def test_bad_dims(dims):
    with pytest.raises(ValueError, match="dims"):
        layers.Permute(dims)


def test_reshape_does_not_fit():
    with pytest.raises(ShapeError, match=r'"reshape".*12 numbers.*multiply to 12'):
        layers.Reshape((5, 2), name="reshape")(np.ones((2, 3, 4)))


@pytest.mark.parametrize("n", [0, 2.5])
def test_bad_repeats(n):
    with pytest.raises((TypeError, ValueError), match="n must be"):
        layers.RepeatVector(n)


PADDED = [
    (layers.ZeroPadding1D(2), (2, 4, 3), [(2, 2)]),
    (layers.ZeroPadding1D((1, 3)), (2, 4, 3), [(1, 3)]),
    (layers.ZeroPadding2D(1), (2, 3, 4, 3), [(1, 1), (1, 1)]),
    (layers.ZeroPadding2D((1, 2)), (2, 3, 4, 3), [(1, 1), (2, 2)]),
    (layers.ZeroPadding2D(((0, 1), (2, 0))), (2, 3, 4, 3), [(0, 1), (2, 0)]),
    (layers.ZeroPadding3D((1, 0, (2, 1))), (2, 2, 2, 2, 1), [(1, 1), (0, 0), (2, 1)]),
]


@pytest.mark.parametrize(("layer", "shape", "widths"), PADDED)
def test_zero_padding(layer, shape, widths):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    expected = np.pad(x, [(0, 0), *widths, (0, 0)])
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *expected.shape[1:])
    config = {**layer.get_config(), "data_format": "channels_first"}
    turned = type(layer).from_config(config)(np.moveaxis(x, -1, 1))
    np.testing.assert_array_equal(np.moveaxis(turned, 1, -1), expected)


CUT = [
    (layers.Cropping1D((1, 2)), (2, 7, 3), (slice(1, 5),)),
    (layers.Cropping1D(0), (2, 7, 3), (slice(None),)),
    (layers.Cropping2D(((1, 0), (2, 1))), (2, 5, 6, 3), (slice(1, 5), slice(2, 5))),
    (layers.Cropping3D(1), (2, 4, 5, 3, 2), (slice(1, 3), slice(1, 4), slice(1, 2))),
]


@pytest.mark.parametrize(("layer", "shape", "cut"), CUT)
def test_cropping(layer, shape, cut):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    expected = x[(slice(None), *cut)]
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *expected.shape[1:])
    with pytest.raises(ShapeError, match="Cut less"):
        type(layer)(4)(x)


@pytest.mark.parametrize("bad", [-1, (1, 2, 3, 4), "ab", 1.5])
def test_bad_margins(bad):
    with pytest.raises((TypeError, ValueError), match=r"padding|cropping"):
        layers.ZeroPadding2D(bad)
    with pytest.raises((TypeError, ValueError), match=r"padding|cropping"):
        layers.Cropping2D(bad)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_up_sampling(rank):
    x = np.random.default_rng(0).normal(size=(2, *(4, 3, 2)[:rank], 3)).astype("float32")
    size = (3, 2, 1)[:rank]
    layer = getattr(layers, f"UpSampling{rank}D")(size[0] if rank == 1 else size)
    expected = x
    for axis, factor in enumerate(size, start=1):
        expected = np.repeat(expected, factor, axis=axis)
    np.testing.assert_array_equal(layer(x), expected)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *expected.shape[1:])


def test_bilinear_up_sampling():
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    rows, columns = ((np.arange(n * f) + 0.5) / f - 0.5 for n, f in ((4, 2), (5, 3)))
    tall = np.stack([np.interp(rows, np.arange(4), x[:, j]) for j in range(5)], axis=1)
    expected = np.stack([np.interp(columns, np.arange(5), tall[i]) for i in range(8)])
    for data_format, shape in (("channels_last", (1, 4, 5, 1)), ("channels_first", (1, 1, 4, 5))):
        layer = layers.UpSampling2D((2, 3), data_format, interpolation="bilinear")
        np.testing.assert_allclose(layer(x.reshape(shape)).reshape(8, 15), expected, atol=1e-6)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_interpolation_keeps_a_constant(interpolation):
    layer = layers.UpSampling2D(3, interpolation=interpolation)
    np.testing.assert_allclose(layer(np.full((1, 4, 5, 2), 3.0)), 3.0, rtol=1e-5)


def test_rearrangement_gradients(check_layer_grads):
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 2))
    for layer in (
        layers.UpSampling2D(2, interpolation="bicubic", dtype="float64"),
        layers.UpSampling2D(2, dtype="float64"),
        layers.ZeroPadding2D(1, dtype="float64"),
        layers.Cropping2D(1, dtype="float64"),
        layers.Flatten("channels_first", dtype="float64"),
    ):
        check_layer_grads(layer, x)
