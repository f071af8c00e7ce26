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
    """Keras 2.3.1's update, in float64."""
    m = v = np.zeros_like(w)
    product = 1.0
    for t in range(1, steps + 1):
        now, later = (0.9 * (1 - 0.5 * 0.96 ** (i * 0.004)) for i in (t, t + 1))
        product *= now
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        m_bar = (1 - now) * gradient / (1 - product) + later * m / (1 - product * later)
        w = w - 0.002 * m_bar / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
    return w


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


def test_keras_3_is_told_nothing_that_it_does_not_know():
    saved = cornu.saving.serialize_keras_object(cornu.optimizers.Nadam())
    assert "schedule_decay" not in saved["config"]
