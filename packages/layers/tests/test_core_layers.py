"""Dense, Activation, Embedding, Lambda, Masking and their like."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import cornu
from cornu import layers, ops
from cornu.base.layer import get_mask
from cornu.errors import SavingError, ShapeError

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(4, 7), (4, 3, 7), (2, 4, 3, 7)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense(shape, use_bias, check_layer_grads):
    x = RNG.normal(size=shape)
    layer = layers.Dense(5, "tanh", use_bias=use_bias, bias_initializer="normal", dtype="float64")
    found = layer(x)
    kernel, *bias = layer.get_weights()
    expected = np.tanh(np.einsum("...i,ij->...j", x, kernel) + (bias[0] if bias else 0))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *shape[1:-1], 5)
    assert [w.name for w in layer.weights] == ["kernel", "bias"][: 1 + use_bias]
    check_layer_grads(layer, x)


def test_a_call_on_arrays_takes_a_short_road():
    layer, x, calls = layers.Dense(3), np.ones((64, 2), "float32"), []
    layer(x)
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code) if event == "call" else None)
    try:
        layer(x)
    finally:
        sys.setprofile(before)
    assert 20 < len(calls) <= 136, len(calls)  # functions of Python, those of NumPy among them


def test_dense_arguments_reach_the_weights():
    layer = layers.Dense(
        3,
        kernel_regularizer="l2",
        bias_constraint="nonneg",
        kernel_initializer=cornu.initializers.Constant(2.0),
        name="score",
        trainable=False,
    )
    layer.build((None, 2))
    assert layer.kernel.path == "score/kernel"
    assert type(layer.kernel.regularizer).__name__ == "L2"
    assert type(layer.bias.constraint).__name__ == "NonNeg"
    assert layer.trainable_weights == []
    np.testing.assert_array_equal(layer.get_weights()[0], 2.0)


@pytest.mark.parametrize(
    ("units", "error"), [(0, ValueError), (-3, ValueError), (2.5, TypeError), ("3", TypeError)]
)
def test_bad_units(units, error):
    with pytest.raises(error, match="units"):
        layers.Dense(units)


def test_embedding():
    layer = layers.Embedding(10, 4)
    ids = RNG.integers(0, 10, (2, 5))
    np.testing.assert_array_equal(layer(ids), layer.get_weights()[0][ids])
    np.testing.assert_array_equal(layer(ids.astype("float32")), layer.get_weights()[0][ids])
    assert layer.compute_output_shape((None, None)) == (None, None, 4)
    assert get_mask(layer(ids)) is None


def test_embedding_mask():
    layer = layers.Embedding(10, 4, mask_zero=True)
    ids = np.array([[1, 2, 0], [3, 0, 0]])
    np.testing.assert_array_equal(get_mask(layer(ids)), ids != 0)


def test_embedding_gradient_sums_over_repeats(check_layer_grads):
    layer = layers.Embedding(6, 3, dtype="float64")
    check_layer_grads(layer, np.array([[1, 1, 2], [1, 5, 2]]))


def test_embedding_input_length():
    model = cornu.Sequential([layers.Embedding(10, 4, input_length=7), layers.Flatten()])
    assert model.output_shape == (None, 28)
    assert layers.Embedding(10, 4, input_length=7).get_config()["input_length"] == 7


def test_embedding_weights():
    table = RNG.normal(size=(10, 4)).astype("float32")
    for weights in (table, [table]):
        layer = layers.Embedding(10, 4, weights=weights)
        np.testing.assert_array_equal(layer(np.array([3]))[0], table[3])


@pytest.mark.parametrize(
    ("ids", "words"), [([[3, 10]], "input_dim at least 11"), ([[-1, 3]], "start at 0")]
)
def test_embedding_out_of_range(ids, words):
    with pytest.raises(ValueError, match=words):
        layers.Embedding(10, 4)(np.array(ids))


def test_lambda():
    assert layers.Lambda(lambda x: x**2)(np.array([3.0]))[0] == 9.0
    scaled = layers.Lambda(lambda x, by: x * by, arguments={"by": 2.0})
    assert scaled(np.array([3.0]))[0] == 6.0
    modes = layers.Lambda(lambda x, training: x * (2.0 if training else 1.0))
    assert modes(np.array([3.0]), training=True)[0] == 6.0
    shaped = layers.Lambda(lambda x: ops.sum(x, axis=1), output_shape=(4,))
    assert shaped.compute_output_shape((None, 3, 4)) == (None, 4)
    assert layers.Lambda(lambda x: ops.sum(x, axis=1)).compute_output_shape((None, 3, 4)) == (
        None,
        4,
    )
    with pytest.raises(TypeError, match="callable"):
        layers.Lambda("x ** 2")


def test_lambda_mask():
    mask = np.array([[True, False]])
    layer = layers.Lambda(lambda x: x, mask=lambda inputs, mask: mask)
    np.testing.assert_array_equal(get_mask(layer(np.ones((1, 2, 3)), mask=mask)), mask)


def test_masking():
    x = np.array([[[0.0, 0.0], [1.0, 0.0], [9.0, 9.0]]], "float32")
    layer = layers.Masking(mask_value=9.0)
    out = layer(x)
    np.testing.assert_array_equal(out, [[[0, 0], [1, 0], [0, 0]]])
    np.testing.assert_array_equal(get_mask(out), [[True, True, False]])


def test_activity_regularization():
    layer = layers.ActivityRegularization(l1=0.5, l2=0.25)
    x = np.array([[1.0, -2.0], [0.0, 2.0]], "float32")
    np.testing.assert_array_equal(layer(x), x)
    assert float(layer.losses[0]) == pytest.approx((0.5 * 5 + 0.25 * 9) / 2)
    twin = layers.ActivityRegularization.from_config(layer.get_config())
    assert (twin.l1, twin.l2) == (0.5, 0.25)


def test_masks_pass_through():
    mask = np.array([[True, False, True]])
    for layer in (
        layers.Dense(2),
        layers.Activation("relu"),
        layers.Dropout(0.5),
        layers.Identity(),
    ):
        np.testing.assert_array_equal(
            get_mask(layer(np.ones((1, 3, 2), "float32"), mask=mask)), mask
        )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: layers.Dense(2, name="score")(np.ones(3)),
            '"score" .* shape .batch, ..., features.; .* .None,.*Add',
        ),
        (lambda: layers.Dense(2).build((None, None)), "number must be known"),
        (
            lambda: layers.RepeatVector(2)(np.ones((2, 3, 4))),
            "takes an input of shape .batch, features.",
        ),
    ],
)
def test_shape_errors(call, words):
    with pytest.raises(ShapeError, match=words):
        call()


def test_changed_features():
    layer = layers.Dense(2)
    layer(np.ones((1, 3)))
    with pytest.raises(ShapeError, match=r"dense.*size 3, but got shape .None, 4."):
        layer(np.ones((1, 4)))


def test_reversible_embedding():
    layer = layers.ReversibleEmbedding(6, 4, mask_zero=True, dtype="float64")
    indices = np.array([[1, 0, 5]])
    vectors = layer(indices)
    table = layer.get_weights()[0]
    np.testing.assert_array_equal(vectors, table[indices])
    np.testing.assert_allclose(layer(vectors, reverse=True), table[indices] @ table.T)
    assert len(layer.weights) == 1
    assert layer.compute_output_shape((None, 3, 4), reverse=True) == (None, 3, 6)


def test_reversible_embedding_with_a_table_of_its_own_and_a_cap():
    layer = layers.ReversibleEmbedding(6, 4, tie_weights=False, logit_soft_cap=2.0)
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    scores = layer(x, reverse=True)
    assert [w.name for w in layer.weights] == ["embeddings", "reverse_embeddings"]
    expected = 2 * np.tanh(x @ layer.get_weights()[1] / 2)
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    assert layer(cornu.Input((3, 4)), reverse=True).shape == (None, 3, 6)


def test_an_embedding_with_weights_is_built():
    layer = layers.Embedding(3, 2, weights=np.ones((3, 2)))
    np.testing.assert_array_equal(layer.embeddings, np.ones((3, 2)))


def test_embedding_lengths():
    layer = layers.Embedding(9, 4, input_length=(None, 5))
    assert layer(cornu.Input((3, 5), dtype="int32")).shape == (None, 3, 5, 4)
    with pytest.raises(ShapeError, match="5"):
        layer(cornu.Input((3, 6), dtype="int32"))
    with pytest.raises(ShapeError, match="rank 2"):
        layers.Embedding(9, 4, input_length=2)(cornu.Input((4, 5), dtype="int32"))


def test_an_activation_may_be_taken_away():
    layer = layers.Dense(2, activation="relu", kernel_initializer="ones", use_bias=False)
    layer.activation = None
    np.testing.assert_array_equal(layer(-np.ones((1, 3), "float32")), [[-3.0, -3.0]])


def test_a_lambda_is_rebuilt_within_the_process_but_not_from_a_file(tmp_path):
    layer = layers.Lambda(lambda x, by: x * by, arguments={"by": 2.0}, output_shape=(3,))
    model = cornu.Sequential([cornu.Input((3,)), layer])
    x = np.ones((1, 3), "float32")
    for twin in (
        layers.Lambda.from_config(layer.get_config()),
        cornu.Sequential.from_config(model.get_config()),
        cornu.models.clone_model(model),
    ):
        np.testing.assert_array_equal(np.asarray(twin(x)), [[2.0, 2.0, 2.0]])
    with pytest.warns(UserWarning, match="'lambda x, by'"):
        model.save(tmp_path / "model.keras")
    with pytest.raises(SavingError, match="'lambda x, by'"):
        cornu.models.load_model(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="'lambda x, by'"), pytest.raises(SavingError):
        cornu.models.model_from_json(model.to_json())
