"""The digits of scikit-learn, 1,797 real images of 8×8, and a network for them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

_HELD_OUT = 5  # one in five


class Digits(NamedTuple):
    """Images (n, 8, 8, 1) in [0, 1] and labels (n,)."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load(seed: int) -> Digits:
    """Return the images, a fifth of them held out."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x = (images.reshape(-1, 8, 8, 1) / 16).astype("float32")
    order = np.random.default_rng(seed).permutation(len(x))
    held_out, rest = np.split(order, [len(x) // _HELD_OUT])
    return Digits(x[rest], labels[rest], x[held_out], labels[held_out])


def model() -> Any:
    """Return the network, compiled."""
    from cornu import Input, Sequential, layers

    network = Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network
