"""A convolutional network that reads handwritten digits.

The pictures are the 1,797 digits of 8 × 8 pixels that come with scikit-learn.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

import cornu
from cornu import layers


def main() -> None:
    cornu.set_seed(0)
    digits = load_digits()
    x = (digits.images[..., None] / 16.0).astype("float32")
    y = digits.target
    x_train, y_train, x_test, y_test = x[:1400], y[:1400], x[1400:], y[1400:]

    model = cornu.Sequential(
        [
            cornu.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=64, epochs=12, verbose=0)

    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    wrong = np.flatnonzero(model.predict(x_test, verbose=0).argmax(axis=1) != y_test)
    print(f"{len(wrong)} of {len(x_test)} digits are misread")
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
