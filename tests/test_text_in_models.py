"""Layers of text at the beginning of models that take strings."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import DataError, TracedValueError
from cornu.utils import FeatureSpace

TEXTS = np.array(["good film", "bad film", "so good a good one", "bad"] * 4, dtype=object)
WORDS = np.array(["a", "b", "c", "a"] * 4)
NUMBERS = np.array([3, 5, 9, 3] * 4)
TARGETS = np.array([1.0, 0.0, 1.0, 0.0] * 4)


def vectorization(**arguments):
    layer = layers.TextVectorization(**arguments)
    layer.adapt(TEXTS)
    return layer


# Each a layer, what it is given, and the same layer's own result as the oracle.
CASES = {
    "TextVectorization": (lambda: vectorization(output_sequence_length=3), TEXTS),
    "TextVectorization open": (vectorization, TEXTS),
    "TextVectorization counts": (lambda: vectorization(output_mode="count"), TEXTS),
    "TextVectorization tf-idf": (lambda: vectorization(output_mode="tf_idf"), TEXTS),
    "TextVectorization ngrams": (lambda: vectorization(ngrams=2, max_tokens=9), TEXTS),
    "StringLookup": (lambda: layers.StringLookup(vocabulary=["b", "a"]), WORDS),
    "StringLookup one-hot": (
        lambda: layers.StringLookup(vocabulary=["b", "a"], output_mode="one_hot"),
        WORDS,
    ),
    "StringLookup hashes": (
        lambda: layers.StringLookup(vocabulary=["b"], num_oov_indices=3),
        WORDS,
    ),
    "Hashing": (lambda: layers.Hashing(5), WORDS),
    "Hashing salted": (lambda: layers.Hashing(5, salt=7, output_mode="one_hot"), WORDS),
}


def model_of(name):
    make, data = CASES[name]
    layer = make()
    x = cornu.Input((1,), dtype="string")
    made = layer(x)
    return cornu.Model(x, made + 0), layer, data.reshape(-1, 1)


@pytest.mark.parametrize("name", CASES)
def test_a_model_gives_what_the_layer_gives(name, tmp_path):
    model, layer, data = model_of(name)
    expected = np.asarray(layer(data))
    found = model.predict(data, verbose=0)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.asarray(model(data)), expected)
    symbolic = model.output
    assert len(symbolic.shape) == expected.ndim
    assert all(a in (None, b) for a, b in zip(symbolic.shape, expected.shape, strict=True))
    assert np.dtype(symbolic.dtype).kind == expected.dtype.kind
    model.save(tmp_path / "model.keras")
    again = cornu.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(data, verbose=0), expected)


def test_a_classifier_of_texts(tmp_path):
    model = cornu.Sequential([
        cornu.Input((1,), dtype="string"),
        vectorization(output_sequence_length=4),
        layers.Embedding(10, 8),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.compile(cornu.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    model.fit(TEXTS, TARGETS, epochs=40, verbose=0)
    assert model.evaluate(TEXTS, TARGETS, verbose=0)[1] == 1.0
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    assert "TextVectorization" in "".join(lines)
    model.save(tmp_path / "model.keras")
    again = cornu.models.load_model(tmp_path / "model.keras")
    assert again.predict(["so good", "bad film"], verbose=0).round().ravel().tolist() == [1, 0]


def test_layers_of_numbers_after_those_of_text():
    word, number = cornu.Input((1,), dtype="string"), cornu.Input((1,), dtype="int64")
    lookup = layers.StringLookup(vocabulary=["a", "b"])
    integers = layers.IntegerLookup(vocabulary=[3, 5])
    crossed = layers.HashedCrossing(6, output_mode="one_hot")
    encoded = [
        layers.CategoryEncoding(3, "one_hot")(lookup(word)),
        layers.CategoryEncoding(3, "one_hot")(integers(number)),
        crossed([word, number]),
    ]
    model = cornu.Model([word, number], layers.Concatenate()(encoded))
    rows = WORDS.reshape(-1, 1), NUMBERS.reshape(-1, 1)
    expected = np.concatenate([
        np.eye(3)[lookup(WORDS)], np.eye(3)[integers(NUMBERS)], crossed(rows)
    ], axis=1)  # fmt: skip
    np.testing.assert_array_equal(model.predict(rows, verbose=0), expected)


def test_an_index_beyond_a_table_is_named():
    x = cornu.Input((1,), dtype="string")
    made = layers.Embedding(3, 2, name="table")(vectorization()(x))
    with pytest.raises(DataError, match=r"what layer 'text_vec\w+' returns.*'table'"):
        cornu.Model(x, made).predict(TEXTS, verbose=0)


def test_words_are_given_back_behind_a_model():
    layer = layers.StringLookup(vocabulary=["a"], invert=True)
    with pytest.raises(TracedValueError, match=r"layer\(model.predict\(x\)\)"):
        layer(cornu.Input((1,), dtype="int64"))


TABLE = {"age": np.arange(16.0), "city": WORDS, "kind": NUMBERS}


@pytest.mark.parametrize("mode", ["concat", "dict"])
def test_a_feature_space_at_the_beginning_of_a_model(mode, tmp_path):
    kinds = {"age": "float_normalized", "city": "string_categorical", "kind": "integer_categorical"}
    space = FeatureSpace(kinds, crosses=[("city", "kind")], crossing_dim=8, output_mode=mode)
    space.adapt(TABLE)
    encoded = space.get_encoded_features()
    whole = encoded if mode == "concat" else layers.Concatenate()(list(encoded.values()))
    outputs = layers.Dense(1)(whole)
    behind, before = cornu.Model(encoded, outputs), cornu.Model(space.get_inputs(), outputs)
    before.compile("sgd", "mse")
    before.fit(TABLE, TARGETS, verbose=0)
    expected = behind.predict(space(TABLE), verbose=0)
    np.testing.assert_allclose(before.predict(TABLE, verbose=0), expected, rtol=1e-6)
    before.save(tmp_path / "model.keras")
    again = cornu.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(TABLE, verbose=0), expected, rtol=1e-6)


def test_a_feature_space_of_numbers_alone():
    space = FeatureSpace({"age": "float_normalized"})
    space.adapt(TABLE)
    model = cornu.Model(space.get_inputs(), space.get_encoded_features() * 1.0)
    found = model.predict({"age": TABLE["age"]}, verbose=0)
    np.testing.assert_allclose(found, space({"age": TABLE["age"]}), rtol=1e-6)
