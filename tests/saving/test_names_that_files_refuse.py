"""What a file could not give back is refused when it is saved, while the model is still there."""

from __future__ import annotations

import re

import numpy as np
import pytest

import cornu
from cornu import layers, losses, metrics, optimizers
from cornu.errors import SavingError
from cornu.models import load_model, model_from_json

NAMES = ["a\nb", "..", ".", "a\\b", "C:x", "x\0y", "\ud800", "\u202e"]


class Scaled(cornu.Layer):
    def __init__(self, word="", number=0, **kwargs):
        super().__init__(**kwargs)
        self.word, self.number = word or "scale", number

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), name=self.word)

    def call(self, inputs):
        return inputs * self.scale


def _functional(of_input=lambda x: x, of_output=lambda y: y, **names):
    x = cornu.Input((2,), name=names.get("input", "x"))
    y = layers.Dense(2, name=names.get("layer", "d"))(Scaled(names.get("weight", ""))(x))
    return cornu.Model(of_input(x), of_output(y), name=names.get("model", "m"))


def _compiled(**arguments):
    model = _functional()
    model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


PLACES = {
    "layer": lambda name: _functional(layer=name),
    "input": lambda name: _functional(input=name),
    "model": lambda name: _functional(model=name),
    "key of the inputs": lambda name: _functional(of_input=lambda x: {name: x}),
    "key of the outputs": lambda name: _functional(of_output=lambda y: {name: y}),
    "optimizer": lambda name: _compiled(optimizer=optimizers.Adam(name=name)),
    "loss": lambda name: _compiled(loss=losses.MeanSquaredError(name=name)),
    "metric": lambda name: _compiled(metrics=[metrics.MeanSquaredError(name=name)]),
    "weight": lambda name: _functional(weight=name),
}


def _said_in_saving(model, path):
    try:
        model.save(path)
    except SavingError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("place", PLACES)
def test_a_model_that_is_saved_is_read_again(place, suffix, tmp_path):
    """Either it is written and read, or nothing is written and the message says what to change."""
    path = tmp_path / f"m.{suffix}"
    for name in [*NAMES, "größe 1", "a.b:0", "a:0"]:
        said = _said_in_saving(PLACES[place](name), path)
        if said:
            assert name in [*NAMES, "a:0"], said
            assert re.search("could not be read again: .* is no (name|key) of", said), said
            assert not path.exists()
        else:
            load_model(path, custom_objects={"Scaled": Scaled})
            path.unlink()


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: Scaled(number=2**70), "number"),
        (lambda: layers.Dense(2, name="a\nb"), "is no name of an object"),
    ],
)
def test_configurations_that_cannot_be_read(layer, message, tmp_path):
    model = cornu.Sequential([cornu.Input((2,)), layer()])
    for write in (lambda: model.save(tmp_path / "m.keras"), model.to_json):
        with pytest.raises(SavingError, match=message):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_text_of_a_model_is_read_again():
    assert model_from_json(_compiled().to_json(), {"Scaled": Scaled}).name == "m"


@pytest.mark.parametrize("backend", ["reference", "numpy", "native"])
def test_whole_numbers_that_need_all_64_bits(backend):
    model = cornu.Sequential([cornu.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.ones((1, 1))])
    model.compile("sgd", "mse", backend=backend)
    x = np.array([[2**64 - 2**12], [2**63], [3]], "uint64")
    np.testing.assert_allclose(model.predict(x, verbose=0), x.astype("float64"), rtol=1e-6)
