"""A recurrent network that tells what a sentence is about: weather, cooking or sport.

The sentences, thirty of each kind, were written for this example; they stand in
`data/topics.tsv`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import cornu
from cornu import layers

CORPUS = Path(__file__).parent / "data" / "topics.tsv"


def read(path: Path) -> tuple[list[str], np.ndarray, list[str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    topics = sorted({topic for topic, _ in rows})
    return [text for _, text in rows], np.array([topics.index(t) for t, _ in rows]), topics


def numbers(texts: list[str], vocabulary: dict[str, int], length: int) -> np.ndarray:
    """One row per text: the numbers of its words, 0 where it has ended, 1 for unknown words."""
    table = np.zeros((len(texts), length), "int32")
    for row, text in zip(table, texts, strict=True):
        words = [vocabulary.get(word, 1) for word in text.split()[:length]]
        row[: len(words)] = words
    return table


def main() -> None:
    cornu.set_seed(0)
    texts, y, topics = read(CORPUS)
    held_out = np.arange(len(texts)) % 5 == 0
    words = sorted(
        {word for i, text in enumerate(texts) if not held_out[i] for word in text.split()}
    )
    vocabulary = {word: i for i, word in enumerate(words, start=2)}
    x = numbers(texts, vocabulary, length=12)

    model = cornu.Sequential(
        [
            cornu.Input((12,), dtype="int32"),
            layers.Embedding(len(vocabulary) + 2, 16, mask_zero=True),
            layers.Bidirectional(layers.GRU(16)),
            layers.Dropout(0.3),
            layers.Dense(len(topics), activation="softmax"),
        ]
    )
    model.compile(
        cornu.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x[~held_out], y[~held_out], batch_size=8, epochs=15, verbose=0)

    sentences = ["the rain turned to snow", "fry the fish in butter", "they won the last match"]
    for sentence, odds in zip(
        sentences, model.predict(numbers(sentences, vocabulary, 12), verbose=0), strict=True
    ):
        print(f"{sentence}: {topics[odds.argmax()]} ({odds.max():.0%})")
    _, accuracy = model.evaluate(x[held_out], y[held_out], verbose=0)
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
