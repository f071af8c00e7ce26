"""Merging layers against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.base.layer import get_mask
from cornu.errors import ShapeError

RNG = np.random.default_rng(5)
A, B, C = RNG.normal(size=(3, 2, 4, 3))
ELEMENTWISE = {
    "Add": lambda *x: sum(x),
    "Multiply": lambda *x: np.prod(np.broadcast_arrays(*x), axis=0),
    "Average": lambda *x: sum(x) / len(x),
    "Maximum": lambda *x: np.max(np.broadcast_arrays(*x), axis=0),
    "Minimum": lambda *x: np.min(np.broadcast_arrays(*x), axis=0),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize(
    "inputs",
    [[A, B], [A, B, C], [A], [A, B[:, :1]], [A, B[:, :, :1], C[:, :1]], [A, B[:, 0]]],
    ids=["two", "three", "one", "broadcast", "both ways", "lower rank"],
)
def test_elementwise(name, inputs):
    layer = getattr(layers, name)(dtype="float64")
    raised = [x if x.ndim == 3 else x[:, None] for x in inputs]
    np.testing.assert_allclose(layer(inputs), ELEMENTWISE[name](*raised), atol=1e-12)
    shapes = [(None, *x.shape[1:]) for x in inputs]
    assert layer.compute_output_shape(shapes) == (None, *layer(inputs).shape[1:])
    functional = getattr(layers, name.lower())([cornu.Input(s[1:]) for s in shapes])
    assert functional.shape == (None, 4, 3)


def test_subtract():
    np.testing.assert_array_equal(layers.Subtract(dtype="float64")([A, B]), A - B)
    np.testing.assert_array_equal(layers.subtract([A, B], dtype="float64"), A - B)
    with pytest.raises(ShapeError, match="exactly 2"):
        layers.Subtract()([A, B, C])


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_concatenate(axis):
    layer = layers.Concatenate(axis=axis, dtype="float64")
    np.testing.assert_array_equal(layer([A, B, C]), np.concatenate([A, B, C], axis=axis))
    shape = layer.compute_output_shape([(None, 4, 3)] * 3)
    assert shape == (None, *np.concatenate([A, B, C], axis=axis).shape[1:])
    np.testing.assert_array_equal(
        layers.concatenate([A, B], axis=axis, dtype="float64"), np.concatenate([A, B], axis)
    )


DOTS = [
    ((2, 3), (2, 3), 1, "bi,bi->b"),
    ((2, 3, 5), (2, 7, 3), (1, 2), "bki,bjk->bij"),
    ((2, 4, 5), (2, 7, 5), 2, "bik,bjk->bij"),
    ((2, 4, 5), (2, 7, 5), -1, "bik,bjk->bij"),
    ((2, 3, 4, 5), (2, 6, 5), -1, "bhik,bjk->bhij"),
    ((2, 3, 4, 5), (2, 5), (3, 1), "bhik,bk->bhi"),
    ((2, 5), (2, 3, 5, 4), (1, 2), "bk,bikj->bij"),
    ((2, 3, 4, 5), (2, 4, 6, 7), (2, 1), "bhki,bkjl->bhijl"),
]


@pytest.mark.parametrize(("one", "other", "axes", "equation"), DOTS)
def test_dot(one, other, axes, equation, check_layer_grads):
    x, y = RNG.normal(size=one), RNG.normal(size=other)
    layer = layers.Dot(axes, dtype="float64")
    expected = np.einsum(equation, x, y)
    expected = expected[:, None] if expected.ndim == 1 else expected
    np.testing.assert_allclose(layer([x, y]), expected, atol=1e-12)
    assert layer.compute_output_shape([one, other]) == expected.shape
    np.testing.assert_allclose(layers.dot([x, y], axes, dtype="float64"), expected, atol=1e-12)
    check_layer_grads(layer, [x, y])


def test_cosine():
    x, y = RNG.normal(size=(2, 5, 3))
    found = layers.Dot(1, normalize=True, dtype="float64")([x, y])
    expected = (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "Concatenate"])
def test_gradients(name, check_layer_grads):
    check_layer_grads(getattr(layers, name)(dtype="float64"), [A, B, C])


ONE = np.array([[True, True, False, False], [True, False, True, False]])
OTHER = np.array([[True, False, True, False], [True, True, True, True]])


def test_output_mask():
    for name in ELEMENTWISE:
        merged = getattr(layers, name)()([A, B], mask=[ONE, OTHER])
        np.testing.assert_array_equal(get_mask(merged), ONE | OTHER)
        assert get_mask(getattr(layers, name)()([A, B], mask=[ONE, None])) is None


def test_masked_maximum_leaves_out_masked_steps():
    found = layers.Maximum(dtype="float64")([A, B], mask=[ONE, OTHER])
    both = np.maximum(A, B)
    np.testing.assert_array_equal(found[ONE & OTHER], both[ONE & OTHER])
    np.testing.assert_array_equal(found[ONE & ~OTHER], A[ONE & ~OTHER])
    np.testing.assert_array_equal(found[~ONE & OTHER], B[~ONE & OTHER])


def test_masked_product():
    found = layers.Multiply(dtype="float64")([A, B], mask=[ONE, OTHER])
    np.testing.assert_array_equal(found[ONE & ~OTHER], A[ONE & ~OTHER])
    np.testing.assert_array_equal(found[~ONE & ~OTHER], 0)


def test_concatenated_mask():
    layer = layers.Concatenate(axis=1)
    found = get_mask(layer([A, B], mask=[ONE, None]))
    np.testing.assert_array_equal(found, np.concatenate([ONE, np.ones((2, 4), bool)], axis=1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.Add()(A), "list of inputs"),
        (lambda: layers.Add(name="sum")([A, B[:, :3]]), '"sum".*sizes 4 and 3 meet'),
        (lambda: layers.Add()([A, B[:1]]), "sizes 2 and 1 meet as batch sizes"),
        (lambda: layers.Concatenate()([A, B[:, :3]]), "differ along axis 1"),
        (lambda: layers.Concatenate()([A, B[:, 0]]), "different ranks"),
        (lambda: layers.Dot(axes=0)([A, B]), "0 is the batch"),
        (lambda: layers.Dot(axes=(1, 2))([A, B]), "sizes are 4 and 3"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ShapeError, match=words):
        call()


@pytest.mark.parametrize("axes", [(1, 2, 3), "1", (1.0, 2)])
def test_bad_axes(axes):
    with pytest.raises(ValueError, match="axes"):
        layers.Dot(axes)
