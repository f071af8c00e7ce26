"""A layer and an optimizer of anyone's say how files of Keras 2 keep their numbers."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

import cornu
from cornu.base import Layer, Optimizer
from cornu.base.file_slots import FileSlots
from cornu.models import load_model


class Mix(Layer):
    """A matrix, which files keep transposed."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), initializer=np.ones, name="kernel")

    def call(self, inputs):
        return inputs @ self.kernel

    def from_file_layout(self, arrays):
        return [arrays[0].T]


class Heavy(Optimizer):
    """Gradients gather in speeds, and their signs in turns."""

    elementwise = True
    slots = ("speed", "turns")
    file_slots = FileSlots(blocks=("turns", "speed"), in_turn=("turns", "speed"),
                           words={"moment": "speed"})  # fmt: skip

    def update_step(self, gradient, variable, learning_rate):
        speed = self.slot("speed", variable)
        self.assign(speed, speed * 0.5 + gradient)
        self.assign_sub(variable, learning_rate * speed)


KNOWN = {"Mix": Mix, "Heavy": Heavy}
ARRAYS = {"kernel": np.arange(6.0, dtype="float32").reshape(3, 2)}
TURNS, SPEED = (np.full((2, 3), n, "float32") for n in (1, 2))


def write(path, version, state):
    """Write what Keras of a version would: a model of one `Mix`, and its optimizer's arrays."""
    layer = {"class_name": "Mix", "config": {"name": "mix", "batch_input_shape": [None, 2]}}
    model = {"class_name": "Sequential", "config": {"name": "m", "layers": [layer]}}
    optimizer = {"class_name": "Heavy", "config": {"learning_rate": 0.25}}
    training = {"optimizer_config": optimizer, "loss": None, "metrics": []}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = version, b"tensorflow"
        file.attrs["model_config"] = json.dumps(model).encode()
        file.attrs["training_config"] = json.dumps(training).encode()
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"mix"]
        listed(weights.create_group("mix"), {"mix/kernel:0": ARRAYS["kernel"]})
        listed(file.create_group("optimizer_weights"), state)


def listed(group, arrays):
    group.attrs["weight_names"] = [name.encode() for name in arrays]
    for name, array in arrays.items():
        group[name] = array


STATES = {
    "2.3.1": {"Heavy/iterations:0": np.int64(7), "Heavy/turns_0:0": TURNS, "Heavy/s_0:0": SPEED},
    "2.6.0": {
        "iteration:0": np.int64(7),
        "Heavy/moment/mix/kernel:0": SPEED,
        "Heavy/turns/mix/kernel:0": TURNS,
    },
}


@pytest.mark.parametrize("version", STATES)
def test_a_file_of_keras_2_is_read_as_they_say(tmp_path, version):
    write(tmp_path / "m.h5", version, STATES[version])
    model = load_model(tmp_path / "m.h5", custom_objects=KNOWN)
    np.testing.assert_array_equal(model.layers[0].kernel, ARRAYS["kernel"].T)
    assert int(model.optimizer.iterations.numpy()) == 7
    (kernel,) = model.trainable_variables
    np.testing.assert_array_equal(model.optimizer._slots["turns"][kernel], TURNS)
    np.testing.assert_array_equal(model.optimizer._slots["speed"][kernel], SPEED)


def squares(y_true, y_pred):
    return (y_true - y_pred) ** 2


def test_a_file_is_written_as_they_say(tmp_path):
    model = cornu.Sequential([cornu.Input((2,)), Mix()])
    model.compile(Heavy(0.25), squares)
    model.fit(np.ones((4, 2)), np.ones((4, 3)), epochs=2, verbose=0)
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        names = [name.decode() for name in file["optimizer_weights"].attrs["weight_names"]]
    blocks = ["turns_0", "speed_0"]
    assert names == ["Heavy/iterations:0", *(f"training/Heavy/{name}:0" for name in blocks)]
    again = load_model(tmp_path / "m.h5", custom_objects={**KNOWN, "squares": squares})
    for one, other in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one, other)
