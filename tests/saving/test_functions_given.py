"""A layer of the user's own takes a function: it gets a function back, and no name of one."""

import numpy as np
import pytest

import cornu
from cornu import activations, layers, ops


class Applies(layers.Layer):
    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


@pytest.mark.parametrize(
    "function", [activations.relu, activations.softmax, ops.relu, ops.softmax, ops.sin]
)
def test_a_function_given_to_a_layer_comes_back(function, tmp_path):
    model = cornu.Sequential([cornu.Input((3,)), Applies(function)])
    path = tmp_path / "model.keras"
    model.save(path)
    x = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)
    for copy in (
        cornu.models.clone_model(model),
        cornu.models.load_model(path, custom_objects={"Applies": Applies}),
    ):
        np.testing.assert_allclose(copy(x), function(x))
