"""A convolutional network that reads handwritten digits.

The pictures are the 1,797 digits of 8 × 8 pixels that come with scikit-learn. `misread.png` shows
the first of those that it gets wrong, with what they are and what it takes them for.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

import cornu
from cornu import layers
from cornu.visualization import plot_image_gallery


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
    predicted = model.predict(x_test, verbose=0).argmax(axis=1)
    wrong = np.flatnonzero(predicted != y_test)
    plot_image_gallery(
        x_test[wrong[:6]],
        y_true=y_test[wrong[:6]],
        y_pred=predicted[wrong[:6]],
        label_map={digit: str(digit) for digit in range(10)},
        rows=2,
        cols=3,
        value_range=(0, 1),
        path="misread.png",
        transparent=False,
        dpi=100,
    )
    print(f"{len(wrong)} of {len(x_test)} digits are misread")
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
