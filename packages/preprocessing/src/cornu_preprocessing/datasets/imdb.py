"""Reviews of films, and whether they praise."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.datasets.sequences import as_objects, limited, not_longer, started
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split, shuffled

__all__ = ["get_word_index", "load_data"]


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> Split:
    """Load reviews of films as numbers of words, 25,000 to train and 25,000 to test.

    Words are numbered by frequency: the most frequent one is `1 + index_from`.

    Parameters
    ----------
    path : str
        What to call the file in the cache.
    num_words : int, optional
        Words with this number or more count as unknown.
    skip_top : int
        So do words with numbers below this.
    maxlen : int, optional
        Reviews of this length or more are left out.
    seed : int
        Of the order of reviews; the one that Keras draws.
    start_char : int or None
        Stands in front of each review.
    oov_char : int or None
        Stands for unknown words; with None they are left out.
    index_from : int
        Added to the numbers of words.
    **kwargs
        `nb_words`, the name of `num_words` in Keras 1.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n,), lists of int; y of shape (n,), int64, 1 for praise.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.
    DataError
        If `maxlen` leaves not one review.

    References
    ----------
    Maas et al., Learning Word Vectors for Sentiment Analysis, 2011
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"load_data() does not take the argument(s) {', '.join(kwargs)}.")
    data = read_npz(fetched("imdb.npz", path))
    generator = np.random.RandomState(seed)
    parts = []
    for part in ("train", "test"):
        x, y = shuffled(generator, data[f"x_{part}"], data[f"y_{part}"])
        parts.append(not_longer(started(x, start_char, index_from), y, maxlen))
    (x_train, y_train), (x_test, y_test) = parts
    rows = limited(x_train + x_test, num_words, skip_top, oov_char)
    count = len(x_train)
    return (as_objects(rows[:count]), y_train), (as_objects(rows[count:]), y_test)


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Return the number of each word, before `index_from` is added to it."""
    return json.loads(fetched("imdb_word_index.json", path).read_text(encoding="utf-8"))
