"""One data set as two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu_data.convert import is_array_like
from cornu_engine import tree
from cornu_engine.errors import DataError
from cornu_preprocessing.dataset import Batches

__all__ = ["split_dataset"]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Batches, Batches]:
    """Split data into two parts, such as one to train and one to test with.

    Parameters
    ----------
    dataset : array, tuple, list or dict of arrays of one length, or data set
        A data set, or any other iterable, is read to its end and kept in memory; its elements, rows
        or batches, stay as they are.
    left_size, right_size : int or float, optional
        A number of elements, or a part of them between 0 and 1. One that is not given is what the
        other leaves.
    shuffle : bool
        Whether to mix the elements before.
    seed : int, optional
        Fixes their order.
    preferred_backend : str, optional
        Accepted for Keras' sake.

    Returns
    -------
    tuple of two Dataset
        Of single elements; `.batch(32)` makes batches of them.

    Raises
    ------
    DataError
        If a part would be empty, both are more than there is, or arrays differ in length.

    Example
    -------
    >>> left, right = split_dataset((np.arange(10), np.arange(10) % 2), left_size=0.8)
    >>> len(left), len(right)
    (8, 2)
    >>> [x.tolist() for x, y in left.batch(5)]
    [[0, 1, 2, 3, 4], [5, 6, 7]]
    """
    count, load = _rows(dataset)
    left, right = _sizes(left_size, right_size, count)
    order = np.arange(count)
    if shuffle:
        np.random.default_rng(seed).shuffle(order)
    return _part(order[:left], load), _part(order[count - right :], load)


def _part(order: np.ndarray, load: Any) -> Batches:
    return Batches(len(order), lambda rows: load(order[rows]), batch_size=None)


def _rows(dataset: Any) -> tuple[int, Any]:
    """Return how many elements there are, and a function from their numbers to a stack of them."""
    leaves = tree.flatten(dataset) if isinstance(dataset, (list, tuple, dict)) else [dataset]
    if is_array_like(dataset) or all(is_array_like(x) and np.ndim(x) for x in leaves):
        arrays = (
            np.asarray(dataset)
            if is_array_like(dataset)
            else tree.map_structure(
                np.asarray, tuple(dataset) if isinstance(dataset, list) else dataset
            )
        )
        lengths = {len(array) for array in tree.flatten(arrays)}
        if len(lengths) != 1:
            raise DataError(f"The arrays differ in length: {sorted(lengths)}.")
        return lengths.pop(), lambda rows: tree.map_structure(lambda array: array[rows], arrays)
    if isinstance(dataset, (str, bytes)) or not isinstance(dataset, Iterable):
        raise DataError(f"{dataset!r} is nothing to split: pass arrays or a data set.")
    elements = list(dataset)
    if not elements:
        raise DataError("The data set is empty.")
    return len(elements), lambda rows: tree.map_structure(
        lambda *parts: np.stack(parts), *(elements[row] for row in rows)
    )


def _sizes(left: float | None, right: float | None, count: int) -> tuple[int, int]:
    if left is None and right is None:
        raise DataError("Pass left_size, right_size or both.")
    sizes = {"left_size": left, "right_size": right}
    for name, size in sizes.items():
        whole = isinstance(size, (int, np.integer)) and not isinstance(size, bool)
        if size is None:
            continue
        if not (0 < size < count if whole else 0 < size < 1):
            raise DataError(
                f"{name}={size} must be an integer from 1 to {count - 1}, or a part between 0 and "
                "1."
            )
        sizes[name] = size if whole else round(size * count)
    left, right = sizes["left_size"], sizes["right_size"]
    left = count - right if left is None and right is not None else left
    right = count - left if right is None and left is not None else right
    if not left or not right or left + right > count:
        raise DataError(
            f"Of {count} elements, {left} to the left and {right} to the right is not possible."
        )
    return int(left), int(right)
