"""Layers with a vocabulary: files and configurations of Keras are read here, and ours there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cornu
from tests.parity.sides import assert_agree

pytest.importorskip("tensorflow", reason="these layers of Keras need it")

DATA = {
    "StringLookup": np.array([["a", "b", "c"], ["b", "b", "d"]]),
    "IntegerLookup": np.array([[1, 2, 3], [2, 2, 7]]),
    "TextVectorization": np.array(["a b c a", "b b d", "c a"]),
}
MODES = ("int", "multi_hot", "count", "tf_idf")
PADDED = {"max_tokens": 10, "pad_to_max_tokens": True}


def made(k: Any, name: str, mode: str, given: bool, padded: bool) -> Any:
    """Return the layer of one side, its vocabulary given or learned."""
    arguments: dict[str, Any] = {"output_mode": mode}
    if padded and mode != "int":
        arguments |= PADDED
    if given:
        arguments["vocabulary"] = [1, 2, 3] if name == "IntegerLookup" else ["a", "b", "c"]
        if mode == "tf_idf":
            arguments["idf_weights"] = [0.5, 0.25, 2.0]
    layer = getattr(k.layers, name)(**arguments)
    if not given:
        layer.adapt(DATA[name])
    return layer


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("given", "theirs_first"),
    [(True, True), (True, False), (False, False)],  # Keras' own hold no learned vocabulary
)
def test_configurations(name: str, mode: str, given: bool, theirs_first: bool) -> None:
    source, target = (keras, cornu) if theirs_first else (cornu, keras)
    layer = made(source, name, mode, given, padded=True)
    again = getattr(target.layers, name).from_config(layer.get_config())
    assert_agree(np.asarray(again(DATA[name])), np.asarray(layer(DATA[name])), name)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("theirs_first", [True, False])
def test_files(mode: str, given: bool, padded: bool, theirs_first: bool, tmp_path: Path) -> None:
    source, target = (keras, cornu) if theirs_first else (cornu, keras)
    layer = made(source, "IntegerLookup", mode, given, padded)
    inputs = source.Input((3,), dtype="int64")
    source.Model(inputs, layer(inputs)).save(tmp_path / "model.keras")
    again = target.models.load_model(tmp_path / "model.keras").layers[-1]
    x = DATA["IntegerLookup"]
    assert_agree(np.asarray(again(x)), np.asarray(layer(x)), mode)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("theirs_first", [True, False])
def test_assets(name: str, theirs_first: bool, tmp_path: Path) -> None:
    source, target = (keras, cornu) if theirs_first else (cornu, keras)
    layer = made(source, name, "count", given=False, padded=False)
    layer.save_assets(str(tmp_path))
    again = getattr(target.layers, name)(output_mode="count")
    again.load_assets(str(tmp_path))
    assert [str(x) for x in again.get_vocabulary()] == [str(x) for x in layer.get_vocabulary()]
