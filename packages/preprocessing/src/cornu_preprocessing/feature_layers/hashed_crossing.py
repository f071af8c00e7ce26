"""Combinations of categories as numbers by their hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import HostLayer
from cornu_engine import config
from cornu_engine.errors import DataError, ShapeError
from cornu_engine.trace import is_traced
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers.category_encoding import refuse_sparse
from cornu_preprocessing.feature_layers.encoding import (
    check_output_mode,
    encode_indices,
    encoded_shape,
)
from cornu_preprocessing.feature_layers.farmhash import fingerprints
from cornu_preprocessing.feature_layers.strings import as_strings

__all__ = ["HashedCrossing"]

KEY = 0xDECAFCAFFE  # TensorFlow's
FACTOR = np.uint64(0xC6A4A7935BD1E995)
SHIFT = np.uint64(47)


class HashedCrossing(HostLayer):
    """Turn combinations of categories into the number of one of `num_bins` bins, by their hash.

    The same combination lands in the same bin everywhere, and in the one that Keras puts it in. At
    the beginning of a model it takes words as well; integers anywhere in one.

    Parameters
    ----------
    num_bins : int
        How many bins there are.
    output_mode : "int" or "one_hot"
        The bin, or a vector.
    sparse : bool
        Only False: results are dense.

    Notes
    -----
    Input: two or more arrays of words or integers, each of shape (batch,) or (batch, 1).

    Examples
    --------
    >>> from cornu import layers
    >>> layer = layers.HashedCrossing(num_bins=5)
    >>> layer((["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]))
    array([1, 4, 1, 1, 3])
    """

    numbers = True

    def __init__(
        self, num_bins: int, output_mode: str = "int", sparse: bool = False, **kwargs: Any
    ) -> None:
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        whole("num_bins", num_bins)
        refuse_sparse(sparse)
        self.num_bins = num_bins
        self.output_mode = check_output_mode(output_mode, ("int", "one_hot"))
        self.sparse = sparse

    def call(self, inputs: Sequence[Any]) -> np.ndarray:
        """Return the bins.

        Parameters
        ----------
        inputs : sequence of arrays
        """
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise DataError(f"Layer {self.name!r} crosses two or more arrays: pass a list of them.")
        columns = [self._fingerprints(column) for column in inputs]
        shapes = [tuple(shape) for _, shape in columns]
        fits = all(shape == shapes[0] for shape in shapes)
        if not fits or len(shapes[0]) > 2 or (len(shapes[0]) == 2 and shapes[0][1] != 1):
            raise ShapeError(
                f"Layer {self.name!r} crosses arrays of one shape, (batch,) or (batch, 1); these "
                f"have {', '.join(map(str, shapes))}."
            )
        crossed: Any = np.array([KEY], "uint64")
        for column, _ in columns:
            crossed = _joined(crossed, column)
        bins = ops.reshape(ops.cast(crossed % np.uint64(self.num_bins), "int64"), shapes[0])
        return encode_indices(bins, self.output_mode, self.num_bins, self.dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the bins, or of their vectors, for the shapes of the arrays."""
        return encoded_shape(tuple(input_shape[0]), self.output_mode, self.num_bins)

    def _fingerprints(self, column: Any) -> tuple[Any, tuple[int, ...]]:
        array = column if is_traced(column) else np.asarray(column)
        if array.dtype.kind in "biu":  # integers stand for themselves
            return ops.cast(ops.reshape(array, (-1,)), "uint64"), array.shape
        if array.dtype.kind == "f":
            raise DataError(f"Layer {self.name!r} crosses words and integers, not {array.dtype}.")
        words, shape = as_strings(column, "utf-8", self.name)
        return fingerprints([word.encode() for word in words]), shape


def _joined(left: Any, right: Any) -> Any:
    """Return one fingerprint for two: TensorFlow's FingerprintCat64."""
    mixed = right * FACTOR
    mixed = (mixed ^ (mixed >> SHIFT)) * FACTOR
    result = ((left ^ FACTOR) ^ mixed) * FACTOR
    result = (result ^ (result >> SHIFT)) * FACTOR
    return result ^ (result >> SHIFT)
