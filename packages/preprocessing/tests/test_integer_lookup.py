"""Vocabularies of integers, counted and looked up as arrays: as dicts would do it."""

from collections import Counter

import numpy as np
import pytest

import cornu
from cornu import layers

DRAW = np.random.default_rng(0)
DATA = {
    "close together": DRAW.integers(-50, 50, (9, 40, 5)),
    "far apart": DRAW.integers(-(2**62), 2**62, 60)[DRAW.integers(0, 60, (9, 40, 5))],
    "at the ends": np.array([2**63 - 1, -(2**63), 0])[DRAW.integers(0, 3, (9, 40, 5))],
    "many": DRAW.integers(0, 10**6, (3, 40_000, 2)) * 10**6,
    "bytes": DRAW.integers(0, 256, (9, 40, 5)).astype("uint8"),
}


@pytest.mark.parametrize("mode", ["int", "tf_idf"])
@pytest.mark.parametrize("kind", DATA)
def test_the_vocabulary_is_that_of_a_counter(kind, mode):
    data = DATA[kind]
    special = int(data.flat[0])
    layer = layers.IntegerLookup(mask_token=special, output_mode=mode)
    if mode == "tf_idf":
        data = data[:, :2000]  # whose vectors are as long as the vocabulary
    layer.adapt(iter(data))
    counts = Counter(data.ravel().tolist())
    del counts[special], counts[-1]  # the latter stands for what is unknown
    expected = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
    assert layer.get_vocabulary(include_special_tokens=False) == expected
    if mode == "tf_idf":
        rows = [set(row) for row in data.reshape(-1, data.shape[-1]).tolist()]
        inside = Counter(token for row in rows for token in row)
        rare = [np.log(1 + len(rows) / (1 + inside[token])) for token in expected]
        np.testing.assert_allclose(layer.get_config()["idf_weights"][1:], rare, rtol=1e-6)


@pytest.mark.parametrize("inside", [False, True], ids=["arrays", "in a model"])
@pytest.mark.parametrize("kind", DATA)
def test_integers_are_found_where_a_dict_has_them(kind, inside):
    data = DATA[kind][0]
    tokens = list(dict.fromkeys(data[::2].ravel().tolist()))
    layer = layers.IntegerLookup(vocabulary=tokens)
    x = np.concatenate([data, data // 2])
    places = {token: 1 + i for i, token in enumerate(tokens)}
    expected = [[places.get(token, 0) for token in row] for row in x.tolist()]
    if inside:
        inputs = cornu.Input(x.shape[1:], dtype=x.dtype.name)
        layer = cornu.Model(inputs, layer(inputs))
    found = layer(x)
    assert np.asarray(found).tolist() == expected
