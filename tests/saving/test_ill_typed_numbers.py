"""A text in the place of a number is refused when a file is read, not when the model is used."""

from __future__ import annotations

import pytest

from cornu.errors import BadFileError
from cornu.saving.config import deserialize
from cornu.saving.rules import reading

CASES = [
    ("optimizer", "Adam", "beta_1"),
    ("optimizer", "SGD", "momentum"),
    ("optimizer", "RMSprop", "rho"),
    ("optimizer", "Nadam", "epsilon"),
    ("loss", "Huber", "delta"),
    ("metric", "FBetaScore", "beta"),
    ("layer", "Dropout", "rate"),
]


@pytest.mark.parametrize(("kind", "name", "argument"), CASES)
@pytest.mark.parametrize("value", ["0.9", "x", [0.9], {"a": 1}], ids=str)
def test_a_number_is_a_number(kind, name, argument, value):
    with pytest.raises(BadFileError) as caught, reading("a file"):
        deserialize({"class_name": name, "config": {argument: value}}, kind=kind)
    assert caught.value.rule == "config"
    assert argument in str(caught.value)
