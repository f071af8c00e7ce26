"""Nadam as Keras 2 configured it: its momentum warms up by `schedule_decay`."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers

# As Keras 2.3.1 writes it.
OF_KERAS_2 = {
    "class_name": "Nadam",
    "config": {
        "learning_rate": 0.0020000000949949026,
        "beta_1": 0.8999999761581421,
        "beta_2": 0.9990000128746033,
        "epsilon": 1e-07,
        "schedule_decay": 0.004,
    },
}
# As tf.keras 2.4 writes it.
OF_TENSORFLOW = {
    "class_name": "Nadam",
    "config": {"name": "Nadam", "learning_rate": 0.002, "decay": 0.004, "beta_1": 0.9,
               "beta_2": 0.999, "epsilon": 1e-07},
}  # fmt: skip


def file_of(optimizer, version, path):
    model = cornu.Sequential([cornu.Input((2,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    model.save(path)
    with h5py.File(path, "r+") as file:
        training = json.loads(file.attrs["training_config"])
        training["optimizer_config"] = optimizer
        file.attrs["training_config"] = json.dumps(training)
        file.attrs["keras_version"] = version
    return path


def keras2(w, gradient, steps):
    """Return the weights after Keras 2.3.1's updates, in float64."""
    return state_of_keras2(w, gradient, steps)[0]


def state_of_keras2(w, gradient, steps, forgets_after=None):
    """Return weights, product of momenta and both means after Keras 2.3.1's updates."""
    m = v = np.zeros_like(w)
    product = 1.0
    for t in range(1, steps + 1):
        now, later = (0.9 * (1 - 0.5 * 0.96 ** (i * 0.004)) for i in (t, t + 1))
        product = now if t - 1 == forgets_after else product * now
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        m_bar = (1 - now) * gradient / (1 - product) + later * m / (1 - product * later)
        w = w - 0.002 * m_bar / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
    return w, product, m, v


@pytest.mark.parametrize(
    ("config", "version"),
    [(OF_KERAS_2, "2.3.1"), (OF_KERAS_2, "2.2.4"), (OF_TENSORFLOW, "2.4.0-tf")],
)
def test_nadam_goes_on_as_it_was_trained(config, version, tmp_path):
    model = cornu.models.load_model(file_of(config, version, tmp_path / "m.h5"))
    assert model.optimizer.schedule_decay == 0.004
    assert not model.optimizer.decay
    variable = cornu.Variable(np.array([0.5, -0.25], "float32"))
    gradient = np.array([0.3, -2.0], "float32")
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    for _ in range(5):
        optimizer.apply_gradients([(gradient, variable)])
    expected = keras2(np.array([0.5, -0.25]), gradient.astype("float64"), 5)
    np.testing.assert_allclose(variable.numpy(), expected, rtol=2e-6)


# What each wrote of its state. 2.2.4 left out the product of momenta, which 2.3.1 then takes as 1.
STATES = {
    "2.3.1": (OF_KERAS_2, ["training/Nadam/iterations:0", "training/Nadam/m_schedule:0"]),
    "2.2.4": (OF_KERAS_2, ["Nadam/iterations:0"]),
    "2.4.0-tf": (OF_TENSORFLOW, ["Nadam/iter:0", "Nadam/momentum_cache:0"]),
}


@pytest.mark.parametrize("version", STATES)
def test_nadam_goes_on_with_its_state(version, tmp_path):
    """A training that was saved after three steps ends as it would have in Keras 2.3.1."""
    config, scalars = STATES[version]
    start, gradient = np.array([[0.5], [-0.25]]), np.array([[0.3], [-2.0]])
    w, product, m, v = state_of_keras2(start, gradient, 3)
    path = file_of(config, version, tmp_path / "m.h5")
    values = [np.int64(3), np.float32(product)][: len(scalars)]
    names = [*scalars, "dense/kernel/m:0", "dense/kernel/v:0"]
    with h5py.File(path, "r+") as file:
        file.pop("optimizer_weights", None)
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [name.encode() for name in names]
        for name, value in zip(names, [*values, m, v], strict=True):
            group.create_dataset(name, data=np.asarray(value, getattr(value, "dtype", "float32")))
    model = cornu.models.load_model(path)
    model.set_weights([w])
    assert int(model.optimizer.iterations) == 3
    for _ in range(2):
        model.optimizer.apply_gradients([(gradient.astype("float32"), model.weights[0])])
    forgets_after = 3 if version == "2.2.4" else None
    expected = state_of_keras2(start, gradient, 5, forgets_after)[0]
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=2e-6)


def test_keras_3_is_told_nothing_that_it_does_not_know():
    saved = cornu.saving.serialize_keras_object(cornu.optimizers.Nadam())
    assert "schedule_decay" not in saved["config"]
