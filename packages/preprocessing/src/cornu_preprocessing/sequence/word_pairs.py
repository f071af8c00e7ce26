"""Pairs of words that stand close together, and pairs that do not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole

__all__ = ["make_sampling_table", "skipgrams"]


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    r"""Return how likely a word is to be kept, by its rank.

    Frequent words are kept less often, as in word2vec:
    $p(r) = \min(1, \sqrt{f / F(r)})$, where $f$ is `sampling_factor` and the
    frequency of the word of rank $r$ follows Zipf's law,
    $1 / F(r) = r (\ln r + 0.577) + 1/2 - 1/(12 r)$.

    Parameters
    ----------
    size : int
        How many words there are; rank 0 is no word and counts as 1.
    sampling_factor : float
        Greater keeps more.

    Returns
    -------
    ndarray
        Shape (size,), float64.

    References
    ----------
    Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality,
    2013, https://arxiv.org/abs/1310.4546

    Example
    -------
    >>> make_sampling_table(3).round(5)
    array([0.00315, 0.00315, 0.00548])
    """
    if size < 1:
        raise DataError(f"size={size} is no number of words: pass 1 or more.")
    rank = np.arange(size)
    rank[0] = 1
    expected = sampling_factor * (rank * (np.log(rank) + 0.577) + 0.5 - 1 / (12 * rank))
    return np.minimum(1.0, expected / np.sqrt(expected))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pair each word with its neighbours (label 1) and with words drawn at random (label 0).

    Parameters
    ----------
    sequence : sequence of int
        A text as word indices. Index 0 is no word and is passed over.
    vocabulary_size : int
        The largest word index plus one; words are drawn from 1 … vocabulary_size - 1.
    window_size : int
        How far away a neighbour may stand, on either side.
    negative_samples : float
        How many random pairs to make for each true one.
    shuffle : bool
        Whether to mix the pairs.
    categorical : bool
        Whether labels are `[0, 1]` and `[1, 0]` in place of 1 and 0.
    sampling_table : array, optional
        The chance of each word to be paired at all, as of `make_sampling_table`.
    seed : int, optional
        Fixes all that is random here. Without it Python's `random` draws, as `random.seed` left
        it.

    Returns
    -------
    couples : list of [int, int]
    labels : list of int, or of [int, int]

    Raises
    ------
    DataError
        If a word index is no integer, or not below the size of the vocabulary or table.

    References
    ----------
    Mikolov et al., Efficient Estimation of Word Representations in Vector Space, 2013,
    https://arxiv.org/abs/1301.3781

    Example
    -------
    >>> couples, labels = skipgrams([1, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
    >>> couples, labels
    ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    whole("window_size", window_size, least=0)
    limit = vocabulary_size if sampling_table is None else len(sampling_table)
    words = _checked(sequence, limit, "vocabulary" if sampling_table is None else "sampling_table")
    draw: Any = random if seed is None else random.Random(seed)
    couples: list[list[int]] = []
    for place, word in enumerate(words):
        if not word or (sampling_table is not None and sampling_table[word] < draw.random()):
            continue
        before = words[max(0, place - window_size) : place]
        after = words[place + 1 : place + window_size + 1]
        couples += [[word, other] for other in (*before, *after) if other]
    true, false = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [true] * len(couples)
    if negative_samples > 0 and couples:
        count = int(len(couples) * negative_samples)
        centres = [word for word, _ in couples]
        draw.shuffle(centres)
        couples += [
            [centres[i % len(centres)], draw.randint(1, vocabulary_size - 1)] for i in range(count)
        ]
        labels += [false] * count
    if shuffle:
        seed = draw.randint(0, 10_000_000) if seed is None else seed
        for pairs in (couples, labels):  # the same order for both
            random.Random(seed).shuffle(pairs)
    return couples, labels


def _checked(sequence: Any, limit: int, what: str) -> list[int]:
    words = sequence.tolist() if isinstance(sequence, np.ndarray) else list(sequence)
    for place, word in enumerate(words):
        whole = isinstance(word, (int, np.integer)) and not isinstance(word, bool)
        if not whole or not 0 <= word < limit:
            raise DataError(
                f"sequence[{place}] is {word!r}; a word is an integer from 0 to {limit - 1}, the "
                f"end of the {what}."
            )
    return words
