"""Layers for numbers, categories and text: within a model, in front of it, and in files."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import DataError, ShapeError, TracedValueError
from cornu.testing import check_layer

NUMBERS = np.random.default_rng(0).normal([0, 5, -2], [1, 10, 0.1], size=(40, 3))

# Numeric layers: as a layer of a model they give what they give on arrays.
INSIDE = [
    (lambda: adapted(layers.Normalization(), NUMBERS), NUMBERS.astype("float32"), "float32"),
    (lambda: layers.Normalization(mean=[1, 2, 3], variance=4 * np.ones(3)), NUMBERS, "float32"),
    (lambda: adapted(layers.Normalization(invert=True), NUMBERS), NUMBERS, "float32"),
    (lambda: layers.CategoryEncoding(5), [[0, 1], [3, 3], [4, 0]], "int32"),
    (lambda: layers.CategoryEncoding(5, "count"), [[0, 1], [3, 3], [4, 0]], "int32"),
    (lambda: layers.CategoryEncoding(5, "one_hot"), [[0, 1], [3, 3], [4, 0]], "int32"),
    (lambda: layers.Discretization([0.0, 1.0]), NUMBERS, "float32"),
    (lambda: layers.Discretization([0.0, 1.0], output_mode="one_hot"), NUMBERS, "float32"),
    (lambda: adapted(layers.Discretization(num_bins=4), NUMBERS), NUMBERS, "float32"),
    (lambda: layers.IntegerLookup(vocabulary=[7, 3, 9]), [[3, 4], [9, 7]], "int32"),
    (lambda: layers.IntegerLookup(vocabulary=[7, 3], mask_token=9), [[3, 4], [9, 7]], "int32"),
    (lambda: layers.IntegerLookup(vocabulary=[7, 3], num_oov_indices=3), [[8, -4]], "int32"),
    (lambda: layers.IntegerLookup(vocabulary=[7, 3], output_mode="multi_hot"), [[3, 4]], "int32"),
    (lambda: layers.IntegerLookup(vocabulary=[7, 3], invert=True), [[0, 2, 5]], "int32"),
]


def adapted(layer, data):
    layer.adapt(data)
    return layer


@pytest.mark.parametrize(("make", "x", "dtype"), INSIDE)
def test_numeric_layers_work_within_a_model_and_stay_in_its_file(make, x, dtype, tmp_path):
    layer, x = make(), np.asarray(x, dtype)
    expected = layer(x)
    inputs = cornu.Input(x.shape[1:], dtype=dtype)
    model = cornu.Model(inputs, layer(inputs))
    assert model.output_shape == (None, *expected.shape[1:])
    predicted = model.predict(x, verbose=0)
    np.testing.assert_allclose(predicted, expected, rtol=1e-6)
    model.save(tmp_path / "model.keras")
    again = cornu.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), predicted)


def test_normalization_passes_the_checks_of_every_layer():
    x = NUMBERS[:3].astype("float32")
    check_layer(layers.Normalization, {"mean": 2.0, "variance": 9.0, "axis": None}, input_data=x)
    check_layer(layers.Normalization, {"axis": (1,)}, input_data=x, differentiable=False)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.StringLookup(vocabulary=["a"]),
        lambda: layers.TextVectorization(vocabulary=["a"]),
        lambda: layers.IntegerLookup(vocabulary=[1], num_oov_indices=0),
    ],
)
def test_layers_that_cannot_be_in_a_model_say_to_put_them_in_front(make):
    with pytest.raises(TracedValueError, match="in front of the model"):
        make()(cornu.Input((1,), dtype="int32"))


def test_a_text_layer_in_front_of_a_model_is_kept_as_a_configuration():
    texts = np.array(["good film", "bad film", "good good", "so bad"], dtype=object)
    vectorize = adapted(layers.TextVectorization(output_mode="multi_hot"), texts)
    inputs = cornu.Input((vectorize.vocabulary_size(),))
    model = cornu.Model(inputs, layers.Normalization(mean=0.5, variance=0.25, axis=None)(inputs))
    expected = model.predict(vectorize(texts), verbose=0)
    config = cornu.saving.serialize_keras_object(vectorize)
    again = cornu.saving.deserialize_keras_object(config)
    assert again.get_vocabulary() == vectorize.get_vocabulary()
    np.testing.assert_array_equal(model.predict(again(texts), verbose=0), expected)


@pytest.mark.parametrize("kind", ["array", "list", "generator", "batches", "data set"])
def test_adapt_takes_data_in_every_form(kind):
    def batches():
        return (NUMBERS[i : i + 7] for i in range(0, 40, 7))

    data = {
        "array": NUMBERS,
        "list": NUMBERS.tolist(),
        "generator": batches(),
        "batches": list(batches()),
        "data set": cornu.utils.split_dataset(NUMBERS, 39)[0].batch(5),
    }[kind]
    layer = adapted(layers.Normalization(), data)
    rows = NUMBERS[:39] if kind == "data set" else NUMBERS
    np.testing.assert_allclose(layer.adapt_mean.numpy(), rows.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(layer.adapt_variance.numpy(), rows.var(axis=0), rtol=1e-6)


def test_adapt_takes_as_many_batches_as_it_is_told_and_the_inputs_of_pairs():
    pairs = ((np.array([["a"], ["b"]]), np.zeros(2)) for _ in range(3))
    layer = layers.StringLookup()
    layer.adapt(pairs, steps=2)
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
    assert len(list(pairs)) == 1


def test_a_vocabulary_that_was_learned_may_be_learned_anew_after_loading():
    layer = layers.StringLookup()
    layer.adapt(["a", "b", "a"])
    again = layers.StringLookup.from_config(layer.get_config())
    again.adapt(["c"])
    assert again.get_vocabulary() == ["[UNK]", "c"]


def test_a_vocabulary_file_is_read_at_once_and_forgotten(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("uno\ndos\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path))
    path.unlink()
    assert str(tmp_path) not in str(layer.get_config())
    again = layers.StringLookup.from_config(layer.get_config())
    assert again(["dos", "tres"]).tolist() == [2, 0]


def test_text_steps_of_your_own():
    layer = layers.TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "-", " "),
        split=lambda texts: [text.split() for text in texts.tolist()],
        vocabulary=["a", "b"],
    )
    assert layer(["a-b", "b-c-a"]).tolist() == [[2, 3, 0], [3, 1, 2]]
    by_tokens = layers.TextVectorization(split=None, standardize=None, vocabulary=["a", "b"])
    assert by_tokens([["a"], ["b", "c"]]).tolist() == [[2, 0], [3, 1]]


def test_one_text_alone_comes_without_the_axis_of_texts():
    layer = layers.TextVectorization(vocabulary=["a", "b"])
    assert layer("a b a").tolist() == [2, 3, 2]
    assert layers.StringLookup(vocabulary=["a"])("a") == 1


def test_normalization_over_all_values_and_over_several_axes():
    x = np.random.default_rng(1).normal(3, 2, size=(5, 4, 3))
    for axis, kept in ((None, ()), (-1, (2,)), ((1, 2), (1, 2))):
        layer = adapted(layers.Normalization(axis=axis), x)
        others = tuple(a for a in range(3) if a not in kept)
        expected = (x - x.mean(others, keepdims=True)) / x.std(others, keepdims=True)
        np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: layers.Normalization(mean=1.0), DataError, "both mean and variance"),
        (lambda: layers.Normalization(mean=[1], variance=[1, 2]), ShapeError, "the same"),
        (lambda: layers.Normalization(axis=3)(np.ones((2, 2))), ShapeError, r"axis=\(3,\)"),
        (lambda: layers.Normalization().adapt([]), DataError, "shape"),
        (lambda: layers.Normalization().adapt(iter([])), DataError, "not one batch"),
        (lambda: layers.Normalization().adapt([["a"]]), DataError, "adapts to numbers"),
        (lambda: layers.Normalization().adapt(5), DataError, "cannot adapt to 5"),
        (
            lambda: layers.Normalization().adapt([np.ones((2, 2)), np.ones((2, 3))]),
            ShapeError,
            r"\(2, 3\)",
        ),
        (lambda: layers.CategoryEncoding(), DataError, "num_tokens=None"),
        (lambda: layers.CategoryEncoding(3)([[3]]), DataError, "run from 3 to 3"),
        (lambda: layers.CategoryEncoding(3, "onehot"), DataError, "Did you mean 'one_hot'"),
        (lambda: layers.CategoryEncoding(3, sparse=True), DataError, "sparse"),
        (lambda: layers.Discretization(), DataError, "either bin_boundaries or num_bins"),
        (lambda: layers.Discretization([2.0, 1.0]), DataError, "ascending"),
        (lambda: layers.Discretization(num_bins=3)([1.0]), DataError, "call adapt"),
        (lambda: layers.Discretization([1.0]).adapt([1.0]), DataError, "was given its"),
        (lambda: layers.Hashing(0), DataError, "num_bins=0"),
        (lambda: layers.Hashing(3)([["a", None]]), DataError, "element 1 is None"),
        (lambda: layers.HashedCrossing(3)(["a"]), DataError, "two or more arrays"),
        (lambda: layers.HashedCrossing(3)([["a"], ["b", "c"]]), ShapeError, r"\(1,\), \(2,\)"),
        (lambda: layers.HashedCrossing(3)([["a"], [0.5]]), DataError, "not float64"),
        (lambda: layers.StringLookup()(["a"]), DataError, "no vocabulary yet"),
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), DataError, "more than once"),
        (lambda: layers.StringLookup(vocabulary=[]), DataError, "empty vocabulary"),
        (lambda: layers.StringLookup(vocabulary="no.txt"), FileNotFoundError, "no.txt"),
        (
            lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2),
            DataError,
            "max_tokens=2",
        ),
        (
            lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "z"]),
            DataError,
            "does not know 'z'",
        ),
        (lambda: layers.StringLookup(vocabulary=["a"])([["a"], ["b", "c"]]), DataError, "pad_"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), DataError, "does not adapt"),
        (
            lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"),
            DataError,
            "idf_weights",
        ),
        (
            lambda: layers.IntegerLookup(vocabulary=[1], num_oov_indices=0)(np.array([1, 5])),
            DataError,
            "does not know 5",
        ),
        (lambda: layers.IntegerLookup(vocabulary=[1])(np.ones(2)), DataError, "takes integers"),
        (lambda: layers.IntegerLookup().adapt(np.ones(2)), DataError, "adapts to integers"),
        (lambda: layers.TextVectorization()(["a"]), DataError, "no vocabulary yet"),
        (lambda: layers.TextVectorization().adapt([3]), DataError, "element 0 is 3"),
        (
            lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]),
            DataError,
            r"\(texts, 1\)",
        ),
        (lambda: layers.TextVectorization(standardize="lwer"), DataError, "Did you mean 'lower'"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            DataError,
            "output_sequence_length",
        ),
    ],
)
def test_errors_name_the_item_and_what_to_change(action, error, message):
    with pytest.raises(error, match=message):
        action()
