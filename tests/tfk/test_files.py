"""Files of live tf_keras read by Cornu, and Cornu's by tf_keras: `hatch run tfk:test`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tf_keras

import cornu

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 3)).astype("float32")
ROWS = IMAGES[:, 0, 0, :]
WORDS = np.array([[0, 1], [2, 1]], "int32")

LAYERS = {
    "RandomFlip": (IMAGES, lambda k: k.layers.RandomFlip("horizontal")),
    "RandomRotation": (IMAGES, lambda k: k.layers.RandomRotation(0.1)),
    "RandomZoom": (IMAGES, lambda k: k.layers.RandomZoom(0.2)),
    "RandomContrast": (IMAGES, lambda k: k.layers.RandomContrast(0.3)),
    "RandomBrightness": (IMAGES, lambda k: k.layers.RandomBrightness(0.2)),
    "RandomTranslation": (IMAGES, lambda k: k.layers.RandomTranslation(0.1, 0.2)),
    "RandomCrop": (IMAGES, lambda k: k.layers.RandomCrop(8, 8)),
    "RandomHeight": (IMAGES, lambda k: k.layers.RandomHeight(0.3)),
    "RandomWidth": (IMAGES, lambda k: k.layers.RandomWidth((0.1, 0.4))),
    "Resizing": (IMAGES, lambda k: k.layers.Resizing(4, 5)),
    "CenterCrop": (IMAGES, lambda k: k.layers.CenterCrop(4, 4)),
    "Rescaling": (IMAGES, lambda k: k.layers.Rescaling(1 / 255)),
    "Normalization": (
        ROWS,
        lambda k: k.layers.Normalization(mean=[1.0, 2, 3], variance=[1.0, 2, 4]),
    ),
    "EinsumDense": (ROWS, lambda k: k.layers.EinsumDense("ab,bc->ac", output_shape=4)),
    "Discretization": (ROWS, lambda k: k.layers.Discretization([10.0, 100.0, 200.0])),
    "CategoryEncoding": (WORDS, lambda k: k.layers.CategoryEncoding(3, "multi_hot")),
    "Hashing": (WORDS, lambda k: k.layers.Hashing(100)),
    "Hashing salted": (WORDS, lambda k: k.layers.Hashing(9, mask_value=1, salt=[3, 9])),
    "Hashing one-hot": (WORDS[:, :1], lambda k: k.layers.Hashing(9, output_mode="one_hot")),
    "IntegerLookup": (WORDS, lambda k: k.layers.IntegerLookup(vocabulary=[2, 5])),
    "hard_sigmoid": (ROWS, lambda k: k.layers.Dense(3, activation="hard_sigmoid")),
    "LSTM": (IMAGES[:, 0], lambda k: k.layers.LSTM(3)),
}


def model_of(k: Any, name: str) -> Any:
    x, make = LAYERS[name]
    model = k.Sequential([k.Input(x.shape[1:], dtype=x.dtype.name), make(k)])
    draw = np.random.default_rng(1)
    if name not in ("Normalization", "Discretization"):
        model.set_weights([
            draw.uniform(-1, 1, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
            for w in model.get_weights()
        ])  # fmt: skip
    return model


@pytest.mark.parametrize("file", ["m.keras", "m.h5", "json"])
@pytest.mark.parametrize("name", LAYERS)
def test_cornu_reads_what_tf_keras_writes(name: str, file: str, tmp_path: Any) -> None:
    model = model_of(tf_keras, name)
    if file == "json":
        again = cornu.models.model_from_json(model.to_json())
        again.set_weights(model.get_weights())
    else:
        model.save(tmp_path / file)
        again = cornu.models.load_model(tmp_path / file)
    x = LAYERS[name][0]
    expected = np.asarray(model(x, training=False))
    # TensorFlow's resizing and crops are in float32; 255 of it is 1e-4.
    np.testing.assert_allclose(again(x, training=False), expected, rtol=1e-5, atol=1e-3)


# Keras 3's function has no name in tf_keras: such models are written in Keras 3's words.
@pytest.mark.parametrize("name", [name for name in LAYERS if name != "hard_sigmoid"])
def test_tf_keras_reads_what_cornu_writes(name: str, tmp_path: Any) -> None:
    model = model_of(cornu, name)
    model.save(tmp_path / "m.h5")
    again = tf_keras.models.load_model(str(tmp_path / "m.h5"))
    x = LAYERS[name][0]
    found = np.asarray(again(x, training=False))
    np.testing.assert_allclose(found, model(x, training=False), rtol=1e-5, atol=1e-3)


# Without Nadam, whose product of momenta tf_keras does not keep.
OPTIMIZERS = {
    "SGD": lambda k: k.optimizers.SGD(0.1, momentum=0.9),
    "RMSprop": lambda k: k.optimizers.RMSprop(0.01),
    "RMSprop momentum": lambda k: k.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "Adagrad": lambda k: k.optimizers.Adagrad(0.1),
    "Adadelta": lambda k: k.optimizers.Adadelta(1.0),
    "Adam": lambda k: k.optimizers.Adam(0.01),
    "Adam amsgrad": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "Adam decay": lambda k: k.optimizers.Adam(0.01, weight_decay=0.1),
    "Adam average": lambda k: k.optimizers.Adam(0.01, use_ema=True),
    "AdamW": lambda k: k.optimizers.AdamW(0.01, weight_decay=0.1),
    "Adamax": lambda k: k.optimizers.Adamax(0.01),
    "Ftrl": lambda k: k.optimizers.Ftrl(0.1),
    "Lion": lambda k: k.optimizers.Lion(0.001),
    "Adafactor": lambda k: k.optimizers.Adafactor(0.01),
}
X = np.random.default_rng(2).normal(size=(16, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def trained(k: Any, name: str) -> Any:
    model = k.Sequential([k.Input((4,)), k.layers.Dense(5, activation="tanh"), k.layers.Dense(1)])
    draw = np.random.default_rng(3)
    model.set_weights([draw.uniform(-1, 1, w.shape).astype("float32") for w in model.get_weights()])
    model.compile(OPTIMIZERS[name](k), "mse")
    model.fit(X, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("there", [False, True], ids=["tf_keras reads", "Cornu reads"])
def test_training_goes_on_on_the_other_side(name: str, there: bool, tmp_path: Any) -> None:
    one, two = (tf_keras, cornu) if there else (cornu, tf_keras)
    model = trained(one, name)
    path = str(tmp_path / "m.h5")
    model.save(path)
    again = two.models.load_model(path)
    for side in (model, again):
        side.fit(X, Y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    found, expected = (m.predict(X, verbose=0) for m in (again, model))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
