"""A Transformer encoder that learns to sort ten digits.

It sees a row of digits and says, place by place, which digit stands there in the sorted row. To do
so, each place has to look at all digits: that is what attention is for.
"""

from __future__ import annotations

import numpy as np

import cornu
from cornu import layers, ops

LENGTH, DIGITS, WIDTH = 10, 10, 32


class Places(layers.Layer):
    """Adds a vector that is learnt for each place of a row."""

    def build(self, input_shape):
        self.vectors = self.add_weight(
            name="vectors", shape=input_shape[1:], initializer="random_normal"
        )

    def call(self, inputs):
        return inputs + self.vectors


def block(x):
    """Attention and a small network, each added to what came in and normalised."""
    seen = layers.MultiHeadAttention(num_heads=4, key_dim=WIDTH // 4)(x, x)
    x = layers.LayerNormalization()(x + seen)
    thought = layers.Dense(WIDTH)(layers.Dense(4 * WIDTH, activation="gelu")(x))
    return layers.LayerNormalization()(x + thought)


def main() -> None:
    cornu.set_seed(0)
    rng = np.random.default_rng(0)
    rows = rng.integers(DIGITS, size=(8_000, LENGTH)).astype("int32")
    unseen = rng.integers(DIGITS, size=(1_000, LENGTH)).astype("int32")

    digits = cornu.Input((LENGTH,), dtype="int32")
    x = Places()(layers.Embedding(DIGITS, WIDTH)(digits))
    for _ in range(2):
        x = block(x)
    model = cornu.Model(digits, layers.Dense(DIGITS)(x))
    loss = cornu.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(cornu.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    model.fit(rows, np.sort(rows), batch_size=64, epochs=3, verbose=0)

    row = unseen[:1]
    print(*row[0], "->", *np.asarray(ops.argmax(model.predict(row, verbose=0), axis=-1))[0])
    _, accuracy = model.evaluate(unseen, np.sort(unseen), verbose=0)
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
