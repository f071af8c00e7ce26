"""A network that learns digits from a folder of pictures, each changed at random every time.

The digits of scikit-learn are written to `augmented-digits/train` and `…/test` as PNG files, one
subfolder per digit. `augmented-digits/augmentations.png` shows one picture of each digit, and what
the network gets to see of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import cornu
from cornu import layers
from cornu.preprocessing.image import ImageDataGenerator, img_to_array, load_img, save_img

FOLDER = Path("augmented-digits")
FEW = 300  # pictures to learn from; the others tell how well that went


def write_pictures() -> None:
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.images))
    for number, i in enumerate(order):
        subset = "train" if number < FEW else "test"
        path = FOLDER / subset / str(digits.target[i]) / f"{i:04d}.png"
        if not path.exists():
            save_img(path, digits.images[i][..., None] * (255 / 16), scale=False)


def show(generator: ImageDataGenerator, columns: int = 10, enlarged: int = 4) -> None:
    """Save a row for each digit: the picture, a gap, and the same picture changed at random."""
    rows = []
    for digit in range(10):
        first = min((FOLDER / "train" / str(digit)).iterdir())
        x = img_to_array(load_img(first, color_mode="grayscale"))
        changed = [generator.random_transform(x, seed=seed) for seed in range(columns)]
        framed = [np.pad(picture, ((2, 2), (2, 2), (0, 0))) for picture in (x, *changed)]
        rows.append(np.hstack([framed[0], np.zeros((12, 4, 1)), *framed[1:]]))
    sheet = np.vstack(rows).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    save_img(FOLDER / "augmentations.png", sheet)


def network() -> cornu.Sequential:
    model = cornu.Sequential(
        [
            cornu.Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def accuracy(generator: ImageDataGenerator) -> float:
    """Learn from the pictures as the generator changes them; return how many others are read."""
    cornu.set_seed(0)
    options = {"target_size": (8, 8), "color_mode": "grayscale", "class_mode": "sparse"}
    train = generator.flow_from_directory(FOLDER / "train", batch_size=30, seed=0, **options)
    plain = ImageDataGenerator(rescale=1 / 255)
    test = plain.flow_from_directory(FOLDER / "test", batch_size=500, shuffle=False, **options)
    model = network()
    model.fit(train, epochs=40, verbose=0)
    return model.evaluate(test, verbose=0)[1]


def main() -> None:
    write_pictures()
    changing = ImageDataGenerator(
        rescale=1 / 255,
        rotation_range=12,
        width_shift_range=0.1,
        height_shift_range=0.1,
        zoom_range=0.1,
    )
    show(changing)
    print(f"without changes: accuracy {accuracy(ImageDataGenerator(rescale=1 / 255)):.3f}")
    print(f"with changes, as in {FOLDER / 'augmentations.png'}:")
    print(f"accuracy {accuracy(changing):.3f}")


if __name__ == "__main__":
    main()
