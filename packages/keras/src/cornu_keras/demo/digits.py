"""1,797 real images of digits, 8×8, and a network for them.

They are the test set of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI
Machine Learning Repository, 1998 (CC BY 4.0), as scikit-learn's `load_digits` has them.
"""

from __future__ import annotations

from pathlib import Path
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
    with np.load(Path(__file__).with_name("digits.npz")) as arrays:
        images, labels = arrays["images"], arrays["labels"].astype("int64")
    x = (images / 16).astype("float32")[..., np.newaxis]
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
