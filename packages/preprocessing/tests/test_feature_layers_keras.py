"""The layers for numbers, categories and text give what Keras 3.15.1 gave, on TensorFlow.

Each case in the file holds the layer, its arguments, what it was adapted to, its input, and what
Keras returned.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

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
