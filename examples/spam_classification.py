"""Tell spam from messages of friends: texts to word numbers, and a small model on top.

The 80 messages in `data/messages.tsv` were written for this example.

    python examples/spam_classification.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import cornu
from cornu import layers
from cornu.preprocessing.sequence import pad_sequences
from cornu.preprocessing.text import Tokenizer

MESSAGES = Path(__file__).parent / "data" / "messages.tsv"
WORDS, LENGTH = 300, 20


def load() -> tuple[list[str], np.ndarray]:
    """Return the messages, and 1 for each that is spam."""
    lines = [line.split("\t") for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    return [text for _, text in lines], np.array([kind == "spam" for kind, _ in lines], "float32")


def main() -> None:
    cornu.set_seed(1)
    texts, labels = load()

    tokenizer = Tokenizer(num_words=WORDS, oov_token="?")
    tokenizer.fit_on_texts(texts[:60])  # the other 20 are to test with

    def as_numbers(messages: list[str]) -> np.ndarray:
        return pad_sequences(tokenizer.texts_to_sequences(messages), LENGTH, padding="post")

    model = cornu.Sequential(
        [
            cornu.Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 16, mask_zero=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    adam = cornu.optimizers.Adam(learning_rate=0.02)
    model.compile(optimizer=adam, loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(as_numbers(texts[:60]), labels[:60], batch_size=10, epochs=30, verbose=0)

    new = ["Claim your free prize now", "Shall we have lunch tomorrow?"]
    for text, chance in zip(new, model.predict(as_numbers(new), verbose=0)[:, 0], strict=True):
        print(f"{text!r} is spam with a probability of {chance:.2f}")
    _, accuracy = model.evaluate(as_numbers(texts[60:]), labels[60:], verbose=0)
    print(f"accuracy {accuracy:.2f}")


if __name__ == "__main__":
    main()
