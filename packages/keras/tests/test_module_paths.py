"""The paths of Keras 2 are the modules of today."""

from __future__ import annotations

from importlib import import_module

import pytest

import cornu
from cornu import models
from cornu.aliases import brought
from cornu.base import Layer

PATHS = {
    name: real
    for name, (real, distribution) in brought().items()
    if distribution == "cornu-keras" and not real.startswith("cornu_keras")
}


@pytest.mark.parametrize("name", PATHS)
def test_an_older_path_is_the_same_module(name):
    assert import_module(name) is import_module(PATHS[name])
    assert import_module(name).__name__ == PATHS[name]
    assert import_module(name.replace("cornu.", "cornu.keras.")) is import_module(PATHS[name])


@pytest.mark.parametrize(
    ("alias", "real"),
    [
        ("cornu.layers.core", "cornu.layers"),
        ("cornu.layers.experimental.preprocessing", "cornu.layers"),
        ("cornu.engine.topology", "cornu.layers"),
        ("cornu.callbacks.callbacks", "cornu.callbacks"),
        ("cornu.objectives", "cornu.losses"),
        ("cornu.optimizers.legacy", "cornu.optimizers"),
        ("cornu.utils.np_utils", "cornu.utils"),
    ],
)
def test_paths_that_scripts_use(alias, real):
    assert PATHS[alias] == real


def test_an_older_path_is_an_attribute():
    from cornu.layers import core

    assert core is cornu.layers is cornu.layers.recurrent
    assert cornu.utils.np_utils is cornu.utils


def test_what_stood_in_keras_engine():
    from cornu.keras.engine import InputSpec, Model
    from cornu.keras.engine import Layer as layer

    assert layer is Layer
    assert Model is models.Model
    assert InputSpec.__name__ == "InputSpec"
