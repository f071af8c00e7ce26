"""Small conversions of label and feature arrays, done before training."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError, quoted

__all__ = ["normalize", "to_categorical"]


def to_categorical(
    x: Any = None, num_classes: int | None = None, dtype: Any = "float64", *, y: Any = None
) -> np.ndarray:
    """Turn class indices into one-hot rows.

    Parameters
    ----------
    x : array-like of int
        Class indices from 0, of any shape; a last axis of length 1 is dropped. Keras 2's name
        `y` is accepted too.
    num_classes : int, optional
        The length of a row; by default the largest index plus one.
    dtype : dtype
        The dtype of the result.

    Returns
    -------
    ndarray
        Shape `(*x.shape, num_classes)`, 1 at each index and 0 elsewhere.

    Raises
    ------
    DataError
        If an index is no number, negative, or not below `num_classes`.

    Example
    -------
    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    labels = np.asarray(y if x is None else x)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    try:
        labels = labels.astype("int64")
    except (TypeError, ValueError):
        raise DataError(
            f"to_categorical() takes class numbers, not {quoted(labels.flat[0])}. Number the "
            "classes first: names, y = np.unique(y, return_inverse=True)."
        ) from None
    if num_classes is None:
        num_classes = int(labels.max()) + 1 if labels.size else 0
    if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
        raise DataError(
            f"Class indices must lie in 0 … {num_classes - 1} for num_classes={num_classes}; "
            f"these run from {labels.min()} to {labels.max()}. "
            + (
                f"Pass num_classes={labels.max() + 1}."
                if labels.min() >= 0
                else "Number the classes from 0: names, y = np.unique(y, return_inverse=True)."
            )
        )
    one_hot = np.zeros((labels.size, num_classes), dtype)
    one_hot[np.arange(labels.size), labels.reshape(-1)] = 1
    return one_hot.reshape(*labels.shape, num_classes)


def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    r"""Scale vectors to unit norm, $x / \lVert x \rVert$; zero vectors stay zero.

    Parameters
    ----------
    x : array-like
        The vectors.
    axis : int
        The axis along which a vector lies.
    order : int
        The order of the norm; 2 is Euclidean.

    Returns
    -------
    ndarray
        The same shape as `x`.

    Example
    -------
    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = np.asarray(x)
    norm = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norm == 0, 1, norm)
