"""The layers for numbers, categories and text give what Keras 3.15.1 gave, on TensorFlow.

Each case in the file holds the layer, its arguments, what it was adapted to, its input, and what
Keras returned.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import cornu
from cornu import layers

CASES = json.loads(
    (Path(__file__).parent / "recorded" / "feature_layers.json").read_text(encoding="utf-8")
)


def made(case):
    layer = getattr(layers, case["layer"])(**case["kwargs"])
    if case["adapt"] is not None:
        layer.adapt(np.array(case["adapt"]))
    return layer


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['layer']}-{json.dumps(case['kwargs'])}"
)
def test_results_and_vocabularies_are_those_of_keras(case):
    layer = made(case)
    weights = {name: np.array(value, "float32") for name, value in case.get("call", {}).items()}
    result = layer(np.array(case["x"]), **weights)
    assert list(result.shape) == case["shape"]
    assert (result.dtype.kind if result.dtype.kind != "O" else "U") == np.dtype(
        "U" if case["dtype"] == "object" else case["dtype"]
    ).kind
    if result.dtype.kind in "fc":
        np.testing.assert_allclose(result, case["y"], rtol=1e-5, atol=1e-6)
    else:
        assert result.tolist() == case["y"]
    if "vocabulary" in case:
        assert layer.get_vocabulary() == case["vocabulary"]
    if "bin_boundaries" in case:
        np.testing.assert_allclose(layer.bin_boundaries, case["bin_boundaries"], rtol=1e-5)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['layer']}-{json.dumps(case['kwargs'])}"
)
def test_what_was_learned_stays_in_the_configuration_or_the_weights(case):
    layer = made(case)
    x = np.array(case["x"])
    expected = layer(x)
    config = json.loads(json.dumps(layer.get_config()))  # as a file holds it
    again = type(layer).from_config(config)
    if layer.weights:
        again.build(x.shape)
        again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), expected)


LETTERS, NUMBERS = ["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]
WORDS = ["x", "a longer string of words", "", "ü", "A"]


@pytest.mark.parametrize(
    ("columns", "bins"),
    [
        ((LETTERS, NUMBERS), [188794891, 645097754, 188794891, 400409576, 57403523]),
        ((LETTERS, NUMBERS, WORDS), [298590095, 734905049, 253465303, 135621745, 364891779]),
        (
            (NUMBERS, [-x for x in NUMBERS]),
            [231189590, 231189590, 231189590, 339225878, 339225878],
        ),
    ],
)
def test_crossings_land_where_those_of_keras_do(columns, bins):
    assert layers.HashedCrossing(10**9)(columns).tolist() == bins
    one_hot = layers.HashedCrossing(5, output_mode="one_hot")(
        [np.array(c)[:, None] for c in columns]
    )
    assert one_hot.dtype == np.float32
    assert one_hot.argmax(axis=1).tolist() == layers.HashedCrossing(5)(columns).tolist()


INTEGERS = [0, 7, 42, 123, -1, -12, -123, 9999, 1234567, 12345678, -12345678, 1234567890123456]
INTEGERS += [-1234567890123456, 99999999999999999, 2**63 - 1, -(2**63)]
# Each length of decimals has a way of its own through the hash.
BINS_OF_INTEGERS = {
    "plain": (
        lambda: layers.Hashing(100),
        [35, 88, 36, 31, 30, 69, 75, 29, 23, 62, 41, 68, 95, 14, 19, 12],
    ),
    "masked": (
        lambda: layers.Hashing(100, mask_value=7),
        [47, 0, 4, 71, 85, 74, 52, 1, 32, 58, 59, 48, 7, 55, 63, 33],
    ),
    "salted": (
        lambda: layers.Hashing(100, salt=[3, 9]),
        [31, 98, 70, 22, 28, 70, 47, 78, 47, 13, 51, 27, 45, 87, 68, 6],
    ),
    "masked and salted": (
        lambda: layers.Hashing(100, mask_value=-1, salt=133),
        [50, 34, 13, 55, 0, 80, 37, 37, 82, 49, 71, 87, 65, 86, 79, 71],
    ),
    "crossed": (
        lambda: layers.HashedCrossing(100),
        [70, 75, 69, 8, 59, 14, 95, 34, 12, 31, 35, 58, 73, 52, 36, 1],
    ),
}


@pytest.mark.parametrize("inside", [False, True], ids=["in front", "in a model"])
@pytest.mark.parametrize("case", BINS_OF_INTEGERS)
def test_integers_land_where_keras_puts_them(case, inside):
    make, bins = BINS_OF_INTEGERS[case]
    layer, x = make(), np.array(INTEGERS, "int64")[:, None]
    x = [x, x[::-1].copy()] if case == "crossed" else x
    if inside:
        inputs = [cornu.Input((1,), dtype="int64") for _ in x] if case == "crossed" else None
        inputs = inputs or cornu.Input((1,), dtype="int64")
        found = cornu.Model(inputs, layer(inputs)).predict(x, verbose=0)
    else:
        found = layer(x)
    assert found.dtype == np.int64
    assert found[:, 0].tolist() == bins


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint64", "float32"])
def test_integers_of_any_width_are_hashed_alike(dtype):
    layer = layers.Hashing(1000003)
    inputs = cornu.Input((3,), dtype=dtype)
    x = np.array([[1, 2, 100]], dtype)
    assert layer(x).tolist() == layer([["1", "2", "100"]]).tolist()
    assert cornu.Model(inputs, layer(inputs)).predict(x, verbose=0).tolist() == layer(x).tolist()
    large = np.array([2**64 - 1], "uint64")
    assert layer(large).tolist() == layer([str(2**64 - 1)]).tolist()


def test_integers_outside_a_vocabulary_are_hashed_within_a_model_too():
    layer = layers.IntegerLookup(
        vocabulary=[7], num_oov_indices=9, oov_method="farmhash", mask_token=42
    )
    inputs = cornu.Input((1,), dtype="int64")
    x = np.array(INTEGERS, "int64")[:, None]
    found = cornu.Model(inputs, layer(inputs)).predict(x, verbose=0)
    assert found.tolist() == layer(x).tolist()
    hashed = 1 + layers.Hashing(9)(x.astype(str))
    expected = np.where(x == 7, 10, np.where(x == 42, 0, hashed))
    assert found.tolist() == expected.tolist()
