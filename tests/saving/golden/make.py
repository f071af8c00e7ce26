"""Write the golden files of a release: `python tests/saving/golden/make.py`.

They stay for good: every later release must read them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import cornu
from cornu import layers


def main() -> None:
    """Write one file of each kind, and what the model computes."""
    folder = Path(__file__).parent / f"cornu-{cornu.__version__}"
    folder.mkdir(exist_ok=True)
    cornu.set_seed(0)
    x = cornu.Input((4,), name="x")
    inner = cornu.Sequential([cornu.Input((3,)), layers.Dense(3), layers.BatchNormalization()])
    h = inner(layers.Dropout(0.2)(layers.Dense(3, activation="hard_sigmoid")(x)))
    h = layers.LSTM(2)(layers.Reshape((3, 1))(h))
    model = cornu.Model(x, layers.Dense(1, activation="sigmoid")(h), name="golden")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    values = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    targets = (values.sum(axis=1, keepdims=True) > 0).astype("float32")
    model.fit(values, targets, epochs=2, batch_size=8, shuffle=False, verbose=0)
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    model.save_weights(folder / "w.weights.h5")
    model.save_weights(folder / "w.h5")
    before = model.predict(values, verbose=0)
    model.fit(values, targets, epochs=2, batch_size=8, shuffle=False, verbose=0)
    after = model.predict(values, verbose=0)
    np.savez(folder / "values.npz", x=values, t=targets, before=before, after=after)


if __name__ == "__main__":
    main()
