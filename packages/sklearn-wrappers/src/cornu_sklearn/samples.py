"""The rows of one fit: weights of whole numbers as copies, and an order that rows give themselves.

A model is trained row by row, so the order of the rows and the way in which a weight is written
would show in its last digits. Where rows are shuffled anyway, they are first put in an order that
depends on what is in them alone. Then the same data gives the same model, bit for bit, however its
rows were ordered, and whether a row is there twice or once with the weight 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_COPIES = 10  # times the rows that are there; heavier weights stay weights
_CHUNK = 1 << 20  # numbers that are hashed at once


@dataclass
class Samples:
    """Rows to train or validate on.

    Attributes
    ----------
    x, y : numpy.ndarray
    weight : numpy.ndarray or None
        Of each row in the loss, None where all are 1.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None = None

    def take(self, rows: Any) -> Samples:
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return Samples(self.x[rows], self.y[rows], weight)


def arrange(
    x: np.ndarray,
    y: np.ndarray,
    sample_weight: np.ndarray | None = None,
    class_weight: np.ndarray | None = None,
    shuffle: bool = True,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return which rows to train on, in which order, and their weights in the loss.

    Parameters
    ----------
    x, y : numpy.ndarray
        Rows, and numbers that stand for their targets.
    sample_weight : numpy.ndarray, optional
        Rows of weight 0 are left out. Whole numbers become copies of rows, as long as these are
        not more than `MOST_COPIES` times as many; other weights go to the loss.
    class_weight : numpy.ndarray, optional
        The weight of each row's class, for the loss.
    shuffle : bool
        Whether the order of the rows may change.

    Returns
    -------
    rows : numpy.ndarray of int
    weight : numpy.ndarray or None
        None where all are 1.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0]])
    >>> arrange(x, x, np.array([0, 1, 2]), shuffle=False)
    (array([1, 2, 2]), None)
    """
    weight = class_weight
    rows = np.arange(len(x))
    copies = None
    if sample_weight is not None:
        if _countable(sample_weight):
            copies = sample_weight.astype(np.intp)
        else:
            copies = (sample_weight > 0).astype(np.intp)
            weight = sample_weight * (1 if class_weight is None else class_weight)
    if weight is not None:
        weight = weight.astype(np.float32)
    if shuffle:
        parts = [x, y] if weight is None else [x, y, weight]
        rows = np.argsort(sum(map(_hashes, parts, range(len(parts)))), kind="stable")
    if copies is not None:
        rows = np.repeat(rows, copies[rows])
    if weight is not None:
        weight = None if (weight[rows] == 1).all() else weight[rows]
    return rows, weight


def _countable(weight: np.ndarray) -> bool:
    return bool((weight == np.floor(weight)).all() and weight.sum() <= MOST_COPIES * len(weight))


def _hashes(array: np.ndarray, seed: int) -> np.ndarray:
    """Return a 64-bit hash of each row: its words times odd numbers, added up."""
    rows = np.ascontiguousarray(array).reshape(len(array), -1)
    words = rows.view(f"u{rows.dtype.itemsize}")
    draw = np.random.default_rng(seed)
    factors = draw.integers(2**64, size=words.shape[1], dtype=np.uint64) | np.uint64(1)
    step = max(_CHUNK // max(words.shape[1], 1), 1)
    chunks = [words[i : i + step] for i in range(0, len(words), step)]
    return np.concatenate([(c.astype(np.uint64) * factors).sum(axis=1) for c in chunks])


def split(
    samples: Samples, fraction: float, seed: int, kinds: np.ndarray | None = None
) -> tuple[Samples, Samples]:
    """Draw a fraction of the rows to validate on, of each class alike where that can be done.

    Parameters
    ----------
    samples : Samples
    fraction : float
    seed : int
    kinds : numpy.ndarray, optional
        Numbers that stand for the class of each row, in one column or several.

    Returns
    -------
    tuple of Samples
        Rows to train on, rows to validate on.
    """
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(samples.x))
    options: dict[str, Any] = {"test_size": fraction, "random_state": seed % 2**32}
    if kinds is not None:
        kinds = np.unique(kinds.reshape(len(rows), -1), axis=0, return_inverse=True)[1].ravel()
    try:
        train, test = train_test_split(rows, stratify=kinds, **options)
    except ValueError:  # a class with one row, or more classes than rows to validate on
        train, test = train_test_split(rows, **options)
    return samples.take(np.sort(train)), samples.take(np.sort(test))
