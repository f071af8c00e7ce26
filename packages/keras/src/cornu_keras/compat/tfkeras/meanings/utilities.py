"""Functions of `tf.keras.utils` that Keras 3 has no more."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["TimedThread", "to_ordinal", "warmstart_embedding_matrix"]


def to_ordinal(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Return a row for each class: ones for all thresholds that are below it.

    Examples
    --------
    >>> to_ordinal([0, 2], num_classes=3).tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    labels = np.asarray(y, int)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    count = int(labels.max()) + 1 if num_classes is None else num_classes
    return (labels[..., None] > np.arange(count - 1)).astype(str(dtype))


def warmstart_embedding_matrix(
    base_vocabulary: Any,
    new_vocabulary: Any,
    base_embeddings: Any,
    new_embeddings_initializer: Any = "uniform",
) -> Any:
    """Return vectors for a new vocabulary: the old ones for the words that stand in both.

    Examples
    --------
    >>> old = np.float32([[1.0], [2.0]])
    >>> warmstart_embedding_matrix(["a", "b"], ["b", "c"], old, "zeros").tolist()
    [[2.0], [0.0]]
    """
    from cornu import initializers

    old, new = (_words(v) for v in (base_vocabulary, new_vocabulary))
    base = np.asarray(base_embeddings)
    made = initializers.get(new_embeddings_initializer)((len(new), base.shape[1]), "float32")
    vectors = np.array(made, "float32")
    places = {word: i for i, word in enumerate(old)}
    for i, word in enumerate(new):
        if word in places:
            vectors[i] = base[places[word]]
    return vectors


def _words(vocabulary: Any) -> Sequence[str]:
    if isinstance(vocabulary, str):
        with open(vocabulary, encoding="utf-8") as file:
            return file.read().splitlines()
    return [str(word) for word in vocabulary]


class TimedThread:
    """Calls `on_interval` again and again, `interval` seconds apart.

    Parameters
    ----------
    interval : float
    """

    def __init__(self, interval: float, **kwargs: Any) -> None:
        self.interval = interval
        self.daemon = kwargs.pop("daemon", False)
        self.thread: threading.Thread | None = None
        self._ended = threading.Event()

    def _call(self) -> None:
        while not self._ended.is_set():
            self.on_interval()
            self._ended.wait(self.interval)

    def start(self) -> None:
        """Begin."""
        if self.thread is None or not self.is_alive():
            self._ended.clear()
            self.thread = threading.Thread(target=self._call, daemon=self.daemon)
            self.thread.start()

    def stop(self) -> None:
        """End after the call that is going on."""
        self._ended.set()

    def is_alive(self) -> bool:
        """Tell whether it goes on."""
        return self.thread is not None and self.thread.is_alive()

    def __enter__(self) -> TimedThread:
        self.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def on_interval(self) -> None:
        """Do something; a subclass says what."""
        raise NotImplementedError("A subclass of TimedThread says what on_interval() does.")
