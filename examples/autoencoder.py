"""An autoencoder that squeezes digits of 64 pixels through 8 numbers.

It is compared with principal components, the best that a linear map of the same size can do.
`autoencoder.png` shows digits that it has not seen, and below them what comes out of the 8 numbers.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

import cornu
from cornu import layers
from cornu.visualization import plot_image_gallery

CODE = 8


def main() -> None:
    cornu.set_seed(0)
    x = (load_digits().data / 16.0).astype("float32")
    x_train, x_test = x[:1400], x[1400:]

    pixels = cornu.Input((64,), name="pixels")
    hidden = layers.Dense(64, activation="relu")(pixels)
    code = layers.Dense(CODE, name="code")(hidden)
    decoder = cornu.Sequential(
        [
            cornu.Input((CODE,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ],
        name="decoder",
    )
    encoder = cornu.Model(pixels, code, name="encoder")
    autoencoder = cornu.Model(pixels, decoder(code), name="autoencoder")
    autoencoder.compile(cornu.optimizers.Adam(0.003), "mse")
    autoencoder.fit(x_train, x_train, batch_size=32, epochs=60, verbose=0)

    error = autoencoder.evaluate(x_test, x_test, verbose=0)
    components = PCA(CODE).fit(x_train)
    linear = np.mean((components.inverse_transform(components.transform(x_test)) - x_test) ** 2)
    codes = encoder.predict(x_test[:1], verbose=0)
    print("the first digit as", CODE, "numbers:", np.round(codes[0], 1))
    print(f"mean squared error {error:.4f}; of {CODE} principal components {linear:.4f}")
    pairs = np.concatenate([x_test[:8], autoencoder.predict(x_test[:8], verbose=0)])
    plot_image_gallery(
        pairs.reshape(-1, 8, 8, 1),
        cols=8,
        rows=2,
        value_range=(0, 1),
        scale=1,
        path="autoencoder.png",
        transparent=False,
        dpi=100,
    )
    print(f"gain {1 - error / linear:.3f}")


if __name__ == "__main__":
    main()
