"""Clones of models: their layers exchanged, models inside reached, compiled alike."""

from __future__ import annotations

import numpy as np
import pytest

import cornu


def _chain(parts):
    x = cornu.Input((4,), name="x")
    h = parts.Linear(3)(x)
    return cornu.Model(x, parts.Linear(2)(h))


def test_layers_are_exchanged_while_cloning(parts):
    model = _chain(parts)

    def wider(layer):
        if layer.name != "linear":
            return type(layer).from_config(layer.get_config())
        return parts.Linear(7, name="wide")

    clone = cornu.models.clone_model(model, clone_function=wider)
    assert [layer.name for layer in clone.layers] == ["x", "wide", "linear_1"]
    assert clone.layers[2].kernel.shape == (7, 2)


def _nested(parts, kind):
    if kind == "sequential":
        inner = cornu.Sequential([parts.Linear(3, name="inner")])
        return cornu.Sequential([cornu.Sequential([inner]), parts.Linear(2, name="last")])
    x, y = cornu.Input((4,)), cornu.Input((4,))
    inner = cornu.Model(y, parts.Linear(3, name="inner")(y))
    return cornu.Model(x, parts.Linear(2, name="last")(inner(x)))


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_a_recursive_clone_reaches_the_layers_of_models_inside(parts, kind):
    reached = []

    def mark(layer):
        reached.append(layer.name)
        return type(layer).from_config(layer.get_config())

    model = _nested(parts, kind)
    clone = cornu.models.clone_model(model, clone_function=mark, recursive=True)
    assert [name for name in reached if "input" not in name] == ["inner", "last"]
    data = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(clone(data), model(data))


def test_what_is_no_model_is_named():
    with pytest.raises(ValueError, match=r"takes a model, not 3"):
        cornu.models.clone_model(3)
