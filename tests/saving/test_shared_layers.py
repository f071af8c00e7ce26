"""A layer that stands in several places of a model is one layer again, however it was kept."""

import copy
import pickle

import numpy as np
import pytest

import cornu
from cornu import Input, Model, Sequential, layers


def in_two_sequentials(x):
    shared = layers.Dense(4)
    one = Sequential([Input((5, 4)), shared])
    return one(x) + Sequential([Input((5, 4)), shared, layers.ReLU()])(x)


def in_two_models(x):
    shared, a, b = layers.Dense(4), Input((5, 4)), Input((5, 4))
    return Model(a, shared(a))(x) + Model(b, shared(b) * 2)(x)


def in_a_model_and_beside_it(x):
    shared, a = layers.Dense(4), Input((5, 4))
    return shared(Model(a, shared(a))(shared(x)))


def in_a_model_and_its_input(x):
    hidden = layers.Dense(4)(x)
    return Model(x, hidden)(x) + hidden


def in_two_wrappers(x):
    shared = layers.Dense(4)
    return layers.TimeDistributed(shared)(layers.TimeDistributed(shared)(x))


def a_model_in_two_wrappers(x):
    shared = Sequential([Input((4,)), layers.Dense(4)])
    return layers.TimeDistributed(shared)(x) + layers.TimeDistributed(shared)(x * 2)


def a_cell_in_two_layers(x):
    shared = layers.SimpleRNNCell(4)
    return layers.RNN(shared)(x) + layers.RNN(shared, go_backwards=True)(x)


@cornu.utils.register_keras_serializable("shared layers")
class Twice(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(self.inner(x))

    def get_config(self):
        return {
            **super().get_config(),
            "inner": cornu.saving.serialize_keras_object(self.inner),
        }

    @classmethod
    def from_config(cls, config):
        inner = cornu.saving.deserialize_keras_object(config.pop("inner"))
        return cls(inner, **config)


def in_two_layers_of_the_user(x):
    shared = layers.Dense(4)
    return Twice(shared)(x) + Twice(shared)(x * 2)


def of_file(extension):
    def kept(model, path):
        model.save(path / f"m.{extension}")
        return cornu.models.load_model(path / f"m.{extension}")

    return kept


def of_json(model, path):
    again = cornu.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    return again


KEPT = {
    "keras": of_file("keras"),
    "h5": of_file("h5"),
    "json": of_json,
    "pickle": lambda model, path: pickle.loads(pickle.dumps(model)),
    "deepcopy": lambda model, path: copy.deepcopy(model),
}
MADE = [
    in_two_sequentials,
    in_two_models,
    in_a_model_and_beside_it,
    in_a_model_and_its_input,
    in_two_wrappers,
    a_model_in_two_wrappers,
    a_cell_in_two_layers,
    in_two_layers_of_the_user,
]


@pytest.mark.parametrize("how", KEPT)
@pytest.mark.parametrize("made", MADE)
def test_one_layer_comes_back_as_one(made, how, tmp_path):
    cornu.set_seed(0)
    x = Input((5, 4))
    model = Model(x, made(x))
    again = KEPT[how](model, tmp_path)
    values = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]
    for each in (model, again):
        each.compile("sgd", "mse")
        each.fit(values, model.predict(values, verbose=0) * 0, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        again.predict(values, verbose=0), model.predict(values, verbose=0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("how", KEPT)
def test_layers_that_are_alike_stay_several(how, tmp_path):
    model = Sequential(
        [Input((4,)), *[Sequential([layers.Dense(4, name="same")]) for _ in range(3)]]
    )
    again = KEPT[how](model, tmp_path)
    assert len(again.weights) == 6
    assert "shared_object_id" not in model.to_json()
