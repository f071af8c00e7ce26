"""Models that take text: files of tf_keras read here, and ours by Keras: `hatch run tfk:test`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras

import cornu

TEXTS = np.array([["good film"], ["bad film"], ["good good movie"], ["so bad a film"]])
WORDS = np.array([["a"], ["b"], ["a"], ["zz"]])
NUMBERS = np.array([[3], [5], [9], [3]])


def vectorized(k: Any, **arguments: Any) -> Any:
    layer = k.layers.TextVectorization(**arguments)
    layer.adapt(TEXTS[:, 0])
    return layer


def looked_up(k: Any, **arguments: Any) -> Any:
    layer = k.layers.StringLookup(**arguments)
    layer.adapt(WORDS)
    return layer


LAYERS = {
    "vectorization": (TEXTS, lambda k: [vectorized(k, output_sequence_length=4)]),
    "multi-hot": (TEXTS, lambda k: [vectorized(k, output_mode="multi_hot")]),
    "tf-idf": (TEXTS, lambda k: [vectorized(k, output_mode="tf_idf")]),
    "lookup": (WORDS, lambda k: [looked_up(k), k.layers.CategoryEncoding(5, "one_hot")]),
    "one-hot": (WORDS, lambda k: [looked_up(k, output_mode="one_hot")]),
    "given": (WORDS, lambda k: [k.layers.StringLookup(vocabulary=["b", "a"])]),
    "hashing": (WORDS, lambda k: [k.layers.Hashing(6)]),
}


def model_of(k: Any, name: str) -> Any:
    _, made = LAYERS[name]
    shape = () if name in ("multi-hot", "tf-idf") else (1,)
    return k.Sequential([k.Input(shape, dtype="string"), *made(k), k.layers.Rescaling(2.0)])


def predicted(k: Any, model: Any, name: str) -> Any:
    data = LAYERS[name][0]
    data = data[:, 0] if name in ("multi-hot", "tf-idf") else data
    return model.predict(data if k is cornu else tf.constant(data), verbose=0)


@pytest.mark.parametrize("source", [tf_keras, keras, cornu], ids=["tf_keras", "keras", "cornu"])
@pytest.mark.parametrize("name", LAYERS)
def test_files(name: str, source: Any, tmp_path: Path) -> None:
    target = keras if source is cornu else cornu
    model = model_of(source, name)
    model.save(tmp_path / "model.keras")
    again = target.models.load_model(tmp_path / "model.keras")
    found, expected = predicted(target, again, name), predicted(source, model, name)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("k", [tf_keras, keras], ids=["tf_keras", "keras"])
def test_a_graph_of_several_inputs_and_back(k: Any, tmp_path: Path) -> None:
    text, word = k.Input((1,), dtype="string"), k.Input((1,), dtype="string")
    number = k.Input((1,), dtype="int64")
    vectors = k.layers.Embedding(20, 3)(vectorized(k, output_sequence_length=3)(text))
    parts = [
        k.layers.Flatten()(vectors),
        looked_up(k, output_mode="one_hot")(word),
        k.layers.CategoryEncoding(4, "one_hot")(k.layers.IntegerLookup(vocabulary=[3, 5])(number)),
    ]
    model = k.Model([text, word, number], k.layers.Dense(2)(k.layers.Concatenate()(parts)))
    expected = model.predict([tf.constant(TEXTS), tf.constant(WORDS), NUMBERS], verbose=0)
    model.save(tmp_path / "theirs.keras")
    ours = cornu.models.load_model(tmp_path / "theirs.keras")
    found = ours.predict([TEXTS, WORDS, NUMBERS], verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    ours.save(tmp_path / "ours.keras")
    back = keras.models.load_model(tmp_path / "ours.keras")
    again = back.predict([tf.constant(TEXTS), tf.constant(WORDS), NUMBERS], verbose=0)
    np.testing.assert_allclose(again, expected, rtol=1e-5, atol=1e-6)
