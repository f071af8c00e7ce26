"""A model that was compiled and not trained loads without a word: there is no state to miss."""

from __future__ import annotations

import warnings

import pytest

import cornu
from cornu.layers import Dense


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop", "adafactor"])
def test_no_warning(name, optimizer, tmp_path):
    model = cornu.Sequential([cornu.Input((3,)), Dense(2)])
    model.compile(optimizer, "mse")
    model.save(tmp_path / name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = cornu.models.load_model(tmp_path / name)
    assert type(loaded.optimizer) is type(model.optimizer)
