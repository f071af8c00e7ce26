"""Integers as numbers by a vocabulary: few of many that may occur."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.errors import DataError, TracedValueError
from cornu_engine.graph import Node
from cornu_preprocessing.feature_layers.buckets import buckets_of_integers
from cornu_preprocessing.feature_layers.counts import IntegerCounts
from cornu_preprocessing.feature_layers.lookup import IndexLookup
from cornu_preprocessing.feature_layers.places import Places

__all__ = ["IntegerLookup"]


class IntegerLookup(IndexLookup):
    """Turn integers, such as identifiers, into their numbers in a vocabulary, or back.

    The vocabulary is given, or learned by `adapt`: the most frequent integers first, of those
    equally frequent the greatest first. It stays in the configuration, and with it in saved files.
    The layer works on arrays and within a model, which it must be adapted before.

    Parameters
    ----------
    max_tokens : int, optional
        How many numbers there may be, the special ones included.
    num_oov_indices : int
        How many numbers stand for integers outside the vocabulary; from 2 on `oov_method` chooses
        among them. With 0 such an integer is an error, on arrays.
    mask_token : int, optional
        An integer that has index 0 in "int" mode, and counts nowhere in others.
    oov_token : int
        The integer for numbers outside the vocabulary, with `invert`.
    vocabulary : sequence of int, or path, optional
        A file has one integer per line.
    vocabulary_dtype : str
        Only "int64".
    idf_weights : sequence of float, optional
        One for each integer of the vocabulary, for "tf_idf".
    invert : bool
        Turn numbers into the integers they stand for.
    output_mode : "int", "one_hot", "multi_hot", "count" or "tf_idf"
        The number, or vectors as of `StringLookup`.
    sparse : bool
        Only False: results are dense.
    pad_to_max_tokens : bool
        Whether vectors have the length `max_tokens` even where the vocabulary is smaller.
    oov_method : "floormod" or "farmhash"
        The remainder of the integer, or its hash.
    salt : int or two integers, optional
        Key of the hash, for "farmhash".

    Examples
    --------
    >>> from cornu import layers
    >>> layer = layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
    >>> layer([[12, 1138, 42], [42, 1000, 36]])
    array([[1, 3, 4],
           [4, 0, 2]])
    """

    _counting = IntegerCounts
    _places: Places

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise DataError(f"vocabulary_dtype={vocabulary_dtype!r} must be 'int64'.")
        if salt is not None and oov_method != "farmhash":
            raise DataError("salt goes with oov_method='farmhash'.")
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def call(self, inputs: Any) -> Any:
        """Return numbers or vectors for integers, or integers for numbers."""
        if np.dtype(inputs.dtype).kind not in "biu":
            raise DataError(
                f"Layer {self.name!r} takes integers, not {inputs.dtype}. Discretization is for "
                "floats; within a model, declare Input(shape, dtype='int32')."
            )
        self._require_vocabulary()
        if self.invert:
            return self._integers(inputs)
        known, place = self._places.find(inputs)
        if self.mask_token is not None:
            masked = ops.equal(inputs, self.mask_token)
        else:
            masked = ops.zeros_like(known)
        unknown = self._unknown(inputs, ops.logical_or(known, masked))
        numbers = ops.where(known, place + self._token_start, unknown)
        numbers = ops.where(masked, self._mask_index, numbers)
        return self._encoded(ops.cast(numbers, "int64"))

    def compute_output_spec(self, inputs: Any) -> Any:
        """Return the symbolic tensor that a call would return."""
        return self._trace_once(inputs)  # which finds what a program cannot do

    def _unknown(self, inputs: Any, known: Any) -> Any:
        """Return the number for each integer, were it outside the vocabulary."""
        if self.num_oov_indices == 1:
            return self._oov_start
        if not self.num_oov_indices:
            if isinstance(inputs, Node):
                raise TracedValueError(
                    f"Layer {self.name!r} has num_oov_indices=0, so it must look at the integers, "
                    "which a compiled program does not. Pass num_oov_indices=1, or put the layer "
                    "in front of the model."
                )
            if not np.all(known):
                some = ", ".join(map(str, np.unique(inputs[~known])[:5].tolist()))
                raise DataError(
                    f"Layer {self.name!r} does not know {some}, and num_oov_indices=0 leaves no "
                    "number for what is outside the vocabulary. Pass num_oov_indices=1."
                )
            return -1
        if self.oov_method == "floormod":
            return ops.mod(inputs, self.num_oov_indices) + self._oov_start
        return buckets_of_integers(inputs, self.num_oov_indices, self.salt) + self._oov_start

    def _integers(self, inputs: Any) -> Any:
        values = np.array([*self.get_vocabulary(), self.oov_token], "int64")
        outside = len(values) - 1
        known = ops.logical_and(inputs >= 0, inputs < outside)
        return ops.take(values, ops.where(known, inputs, outside))

    def _learn(self, tokens: list[Any]) -> None:
        super()._learn(tokens)
        self.__dict__["_places"] = Places(tokens)

    def _as_token(self, token: Any) -> int:
        try:
            return int(token)
        except (TypeError, ValueError):
            raise DataError(
                f"Layer {self.name!r} looks up integers, and its vocabulary has {token!r}. "
                "StringLookup is for words."
            ) from None

    def _documents(self, batch: Any) -> np.ndarray:
        values = np.asarray(batch)
        if values.dtype.kind not in "biu":
            raise DataError(
                f"Layer {self.name!r} adapts to integers, and was given {values.dtype}."
            )
        rows = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
        return rows.astype("int64", copy=False)
