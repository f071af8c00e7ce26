"""Vocabularies in files: beside the weights as Keras has them, and with the weights of "tf_idf"."""

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.errors import DataError

DATA = {
    "StringLookup": np.array([["a", "b", "c"], ["b", "b", "d"]]),
    "IntegerLookup": np.array([[1, 2, 3], [2, 2, 7]]),
    "TextVectorization": np.array(["a b c", "b b d"]),
}


def learned(name, **arguments):
    layer = getattr(layers, name)(**arguments)
    layer.adapt(DATA[name])
    return layer


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("mode", ["int", "count"])
def test_assets(name, mode, tmp_path):
    layer = learned(name, output_mode=mode)
    layer.save_assets(tmp_path)
    again = getattr(layers, name)(output_mode=mode)
    again.load_assets(tmp_path)
    assert again.get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(again(DATA[name]), layer(DATA[name]))
    as_bytes = getattr(layers, name)(output_mode=mode)
    as_bytes.load_assets({"vocabulary.txt": (tmp_path / "vocabulary.txt").read_bytes() + b"\n\n"})
    assert as_bytes.get_vocabulary() == layer.get_vocabulary()


def test_a_vocabulary_that_was_given_is_no_asset(tmp_path):
    layer = layers.StringLookup(vocabulary=["a", "b"])
    layer.save_assets(tmp_path)
    assert not list(tmp_path.iterdir())
    layer.load_assets(tmp_path)  # so there is none to read
    assert layer.get_vocabulary() == ["[UNK]", "a", "b"]


@pytest.mark.parametrize("name", DATA)
def test_weights_of_rarity_come_with_those_of_the_model(name, tmp_path):
    layer = learned(name, output_mode="tf_idf")
    layer.save_assets(tmp_path)
    store = {}
    layer.save_own_variables(store)
    again = getattr(layers, name)(output_mode="tf_idf")
    again.load_assets(tmp_path)
    with pytest.raises(DataError, match="no idf_weights: load them"):
        again(DATA[name])
    with pytest.raises(DataError, match=r"5 tokens; the file has idf_weights of shape \(2,\)"):
        again.load_own_variables({"idf_weights": np.ones(2)})
    again.load_own_variables(store)
    np.testing.assert_array_equal(again(DATA[name]), layer(DATA[name]))


@pytest.mark.parametrize("arguments", [{}, {"max_tokens": 9, "pad_to_max_tokens": True}])
def test_in_a_model(arguments, tmp_path):
    layer = learned("IntegerLookup", output_mode="tf_idf", **arguments)
    inputs = cornu.Input((3,), dtype="int64")
    model = cornu.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = cornu.models.load_model(tmp_path / "model.keras")
    x = DATA["IntegerLookup"]
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    again.layers[-1].adapt(x)  # what was learned may be learned anew


MODES = {"int": (2, 3), "one_hot": (2, 3, 4), "multi_hot": (2, 4), "count": (2, 4)}


@pytest.mark.parametrize(
    "layer",
    [
        lambda mode: layers.Hashing(4, output_mode=mode),
        lambda mode: layers.StringLookup(vocabulary=["a", "b", "c"], output_mode=mode),
        lambda mode: layers.IntegerLookup(vocabulary=[1, 2, 3], output_mode=mode),
        lambda mode: layers.Discretization([1, 2, 3], output_mode=mode),
    ],
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [(2, 3), (2, 1), (5,), (2, 3, 4), (2, 3, 1)])
def test_shapes_are_known_without_a_call(layer, mode, shape):
    layer = layer(mode)
    x = np.ones(shape, "int32")
    found = layer(x.astype(str) if isinstance(layer, layers.StringLookup) else x)
    assert layer.compute_output_shape(shape) == found.shape
    if shape == (2, 3):
        assert found.shape == MODES[mode]
    if len(shape) > 1:
        spec = layer.compute_output_spec(cornu.KerasTensor((None, *shape[1:]), "int32"))
        assert spec.shape == (None, *found.shape[1:])


def test_shapes_of_texts_and_crossings():
    crossing = layers.HashedCrossing(5, output_mode="one_hot")
    assert crossing.compute_output_shape(((None, 1), (None, 1))) == (None, 5)
    texts = layers.TextVectorization(vocabulary=["a"], output_sequence_length=7)
    assert texts.compute_output_shape((None, 1)) == (None, 7)
    counts = layers.TextVectorization(vocabulary=["a"], output_mode="count")
    assert counts.compute_output_shape((None,)) == (None, 2)


def test_more_than_two_axes_are_counted_along_the_second_as_in_keras():
    x = np.array([[[0, 1], [0, 2]], [[3, 3], [3, 0]]])
    found = layers.CategoryEncoding(4, output_mode="count")(x)
    expected = [[np.bincount(column, minlength=4) for column in sample.T] for sample in x]
    np.testing.assert_array_equal(found, expected)
    weights = np.arange(8.0).reshape(x.shape)
    weighted = layers.CategoryEncoding(4, output_mode="count")(x, count_weights=weights)
    expected = [
        [np.bincount(i, w, 4) for i, w in zip(a.T, b.T, strict=True)]
        for a, b in zip(x, weights, strict=True)
    ]
    np.testing.assert_array_equal(weighted, expected)


def test_tokens_of_one_text_and_of_many():
    layer = layers.TextVectorization(split=None, vocabulary=["a", "b"], output_sequence_length=3)
    np.testing.assert_array_equal(layer(["a", "b"]), [2, 3, 0])
    np.testing.assert_array_equal(layer([["a"], ["z"]]), [[2, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(layer(np.array([["a", "b"]])), [[2, 3, 0]])
    with pytest.raises(DataError, match="ngrams='two' must be an integer above 0"):
        layers.TextVectorization(ngrams="two")
