"""Computing in float16 with weights in float32, as Keras 3.15 does it on JAX."""

import numpy as np
import pytest

import cornu
from cornu import layers


@pytest.fixture
def half():
    cornu.mixed_precision.set_global_policy("mixed_float16")
    yield
    cornu.mixed_precision.set_global_policy(None)


def model_and_data():
    x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
    y = (x.sum(1, keepdims=True) > 0).astype("float32")
    model = cornu.Sequential(
        [
            cornu.Input((5,)),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(1),
        ]
    )
    draw = np.random.default_rng(1)
    model.set_weights(
        [
            draw.normal(size=w.shape) * 0.3 + (1 if "var" in w.path or "gamma" in w.path else 0)
            for w in model.weights
        ]
    )
    return model, x, y


def test_training_follows_keras(half):
    model, x, y = model_and_data()
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=3, shuffle=False, verbose=0).history
    expected = {  # Keras 3.15.1, JAX 0.10
        "loss": [1.3707020282745361, 1.336989164352417, 1.2922661304473877],
        "mae": [0.9138822555541992, 0.9023370742797852, 0.8872213363647461],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-6)
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"
    assert float(model.optimizer.dynamic_scale) == 16384.0  # one step overflowed
    assert {w.dtype.name for w in model.weights} == {"float32"}
    assert model.predict(x, verbose=0).dtype == np.float16
    assert model(x).dtype == np.float16


def test_the_optimizer_is_left_alone_where_that_is_asked_for(half):
    model, _, _ = model_and_data()
    model.compile("adam", "mse", auto_scale_loss=False)
    assert type(model.optimizer).__name__ == "Adam"


def test_one_layer_may_differ(half):
    x = np.ones((2, 3), "float32")
    model = cornu.Sequential(
        [cornu.Input((3,)), layers.Dense(4), layers.Dense(2, dtype="float32", activation="softmax")]
    )
    assert (model.layers[0](x).dtype, model.predict(x, verbose=0).dtype) == ("float16", "float32")
