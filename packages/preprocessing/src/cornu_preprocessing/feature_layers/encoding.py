"""Indices as vectors: one-hot, multi-hot and counts, of arrays and of traced values."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import DataError, near_matches

__all__ = ["check_output_mode", "encode_indices", "encoded_shape"]

# Names of older versions.
OLDER = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def check_output_mode(output_mode: Any, allowed: tuple[str, ...]) -> str:
    """Return an output mode under its present name, or raise DataError.

    Example
    -------
    >>> check_output_mode("binary", ("int", "multi_hot"))
    'multi_hot'
    """
    output_mode = OLDER.get(output_mode, output_mode)
    if output_mode not in allowed:
        hint = near_matches(str(output_mode), allowed)
        listed = ", ".join(map(repr, allowed))
        raise DataError(f"output_mode={output_mode!r} must be one of {listed}. {hint}".rstrip())
    return output_mode


def encode_indices(
    indices: Any, output_mode: str, depth: int, dtype: str, weights: Any = None
) -> Any:
    """Turn indices into vectors of length `depth`; others than 0 … depth - 1 count nowhere.

    Parameters
    ----------
    indices : array or traced value of int
        Shape (batch, samples), or any other.
    output_mode : "int", "one_hot", "multi_hot" or "count"
        The indices themselves; a vector for each; which of them occur along the axis of samples; or
        how often. Of more than two axes, samples are the second, as in Keras.
    depth : int
    dtype : str
        Of the result.
    weights : array or traced value, optional
        What each index counts, of the shape of `indices`; for "count".

    Returns
    -------
    array or traced value
        Of the shape that `encoded_shape` tells.

    Example
    -------
    >>> encode_indices(np.array([[0, 2, 2]]), "count", 4, "float32")
    array([[1., 0., 2., 0.]], dtype=float32)
    """
    if output_mode == "int":
        return ops.cast(indices, dtype)
    shape = encoded_shape(tuple(indices.shape), output_mode, depth)
    if output_mode == "one_hot":
        return ops.reshape(ops.one_hot(indices, depth, dtype=dtype), shape)
    if indices.ndim > 2:
        indices = ops.moveaxis(indices, 1, -1)
        weights = None if weights is None else ops.moveaxis(weights, 1, -1)
    elif indices.ndim == 0:
        indices = ops.reshape(indices, (1,))
    rows = int(np.prod(indices.shape[:-1]))
    table = ops.reshape(indices, (rows, indices.shape[-1]))
    inside = ops.logical_and(table >= 0, table < depth)
    places = ops.where(inside, table, depth) + np.arange(rows)[:, None] * (depth + 1)
    flat = ops.reshape(places, (-1,))
    if weights is None:
        counted = ops.ones_like(flat, dtype=dtype)
    else:
        counted = ops.reshape(ops.cast(weights, dtype), (-1,))
    sums = ops.segment_sum(counted, flat, num_segments=rows * (depth + 1))
    counts = ops.reshape(sums, (rows, depth + 1))[:, :depth]
    counts = ops.reshape(counts, shape)
    if output_mode == "multi_hot":
        counts = ops.minimum(counts, 1)
    return ops.cast(counts, dtype)


def encoded_shape(shape: tuple, output_mode: str, depth: int | None) -> tuple:
    """Return the shape that `encode_indices` gives for a shape of indices.

    Example
    -------
    >>> encoded_shape((None, 1), "one_hot", 5), encoded_shape((None, 3), "multi_hot", 5)
    ((None, 5), (None, 5))
    """
    if output_mode == "int":
        return shape
    if output_mode != "one_hot":
        return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return (*(shape or (1,)), depth)
