"""Newswires and their topics."""

from __future__ import annotations

import json

import numpy as np

from cornu_preprocessing.datasets.plain_pickle import read_npz
from cornu_preprocessing.datasets.sequences import as_objects, limited, not_longer, started
from cornu_preprocessing.datasets.sources import fetched
from cornu_preprocessing.datasets.splits import Split, shuffled, split

__all__ = ["get_label_names", "get_word_index", "load_data"]

LABELS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem "
    "dlr gas silver wpi hog lead"
).split()


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Split:
    """Load 11,228 newswires of Reuters, as numbers of words, in 46 topics.

    Parameters
    ----------
    test_split : float
        The part to test with.
    path, num_words, skip_top, maxlen, seed, start_char, oov_char, index_from
        As for `cornu.datasets.imdb.load_data`.

    Returns
    -------
    ((x_train, y_train), (x_test, y_test))
        x of shape (n,), lists of int; y of shape (n,), int64, numbers into `get_label_names()`.

    Raises
    ------
    DownloadError
        If the file is not in the cache and cannot be fetched.
    DataError
        If `maxlen` leaves not one newswire.
    """
    data = read_npz(fetched("reuters.npz", path))
    x, y = shuffled(np.random.RandomState(seed), data["x"], data["y"])
    rows, y = not_longer(started(x, start_char, index_from), y, maxlen)
    return split(as_objects(limited(rows, num_words, skip_top, oov_char)), y, test_split)


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Return the number of each word, before `index_from` is added to it."""
    return json.loads(fetched("reuters_word_index.json", path).read_text(encoding="utf-8"))


def get_label_names() -> tuple[str, ...]:
    """Return the names of the topics.

    Example
    -------
    >>> len(get_label_names()), get_label_names()[3]
    (46, 'earn')
    """
    return tuple(LABELS)
