"""Categories as numbers by their hash, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import HostLayer
from cornu_engine import config
from cornu_engine.errors import DataError
from cornu_engine.trace import is_traced
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers.buckets import as_salt, buckets, buckets_of_integers
from cornu_preprocessing.feature_layers.category_encoding import refuse_sparse
from cornu_preprocessing.feature_layers.encoding import (
    check_output_mode,
    encode_indices,
    encoded_shape,
)
from cornu_preprocessing.feature_layers.strings import as_strings

__all__ = ["Hashing"]


class Hashing(HostLayer):
    """Turn words or integers into the number of one of `num_bins` bins, by their hash.

    The same input lands in the same bin in every process and on every machine, and in the one that
    Keras puts it in. At the beginning of a model it takes words,
    `cornu.Input((1,), dtype="string")`, and integers anywhere in one.

    Parameters
    ----------
    num_bins : int
        How many bins there are, that of `mask_value` included.
    mask_value : str or int, optional
        What goes to bin 0, which nothing else does then.
    salt : int or two integers, optional
        Hash by SipHash with this key in place of FarmHash: who does not know it cannot choose
        inputs that collide.
    output_mode : "int", "one_hot", "multi_hot" or "count"
        The bin, or vectors as of `CategoryEncoding`.
    sparse : bool
        Only False: results are dense.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]])
    array([[1],
           [0],
           [1],
           [1],
           [2]])

    References
    ----------
    Weinberger et al., Feature Hashing for Large Scale Multitask Learning, 2009,
    https://arxiv.org/abs/0902.2206
    """

    numbers = True

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        self.output_mode = check_output_mode(output_mode, ("int", "one_hot", "multi_hot", "count"))
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        whole("num_bins", num_bins)
        if output_mode == "int" and self.dtype not in ("int32", "int64"):
            raise DataError(
                f"dtype={self.dtype!r} must be 'int32' or 'int64' for output_mode='int'."
            )
        refuse_sparse(sparse)
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = as_salt(salt)
        self.sparse = sparse

    def call(self, inputs: Any) -> np.ndarray:
        """Return the bins.

        Parameters
        ----------
        inputs : str, int, list or array of them
            Floats are cut to integers first.
        """
        masked = self.mask_value if self.num_bins > 1 else None
        count = self.num_bins - (masked is not None)
        values = inputs if is_traced(inputs) else np.asarray(inputs)
        if values.dtype.kind in "biuf":
            whole = values if values.dtype.kind == "u" else ops.cast(values, "int64")
            bins = buckets_of_integers(whole, count, self.salt)
        else:
            words, shape = as_strings(inputs, "utf-8", self.name)
            values = np.array(words, object).reshape(shape)
            bins = buckets(words, count, self.salt).reshape(shape)
        if masked is not None:
            bins = ops.where(values == masked, 0, bins + 1)
        return encode_indices(bins, self.output_mode, self.num_bins, self.dtype)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Return the shape of the bins, or of their vectors."""
        return encoded_shape(tuple(input_shape), self.output_mode, self.num_bins)
