"""Categories as vectors, by their number."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.feature_layers.encoding import (
    check_output_mode,
    encode_indices,
)

__all__ = ["CategoryEncoding"]


class CategoryEncoding(Layer):
    """Turn integers into vectors: one-hot, multi-hot, or counts.

    Parameters
    ----------
    num_tokens : int
        How many categories there are; they are numbered from 0.
    output_mode : "multi_hot", "one_hot" or "count"
        For each sample which categories occur in it; a vector for each category in it; or how
        often each occurs.
    sparse : bool
        Only False: results are dense.

    Notes
    -----
    Input (batch, samples). Output (batch, num_tokens) for "multi_hot" and "count"; for "one_hot"
    (batch, samples, num_tokens), or (batch, num_tokens) where samples is 1. Samples are the second
    axis where there are more. On arrays, a category that does not exist is an error; within a model
    it is a vector of zeros.

    Examples
    --------
    >>> from cornu import layers
    >>> layers.CategoryEncoding(4)([[0, 1], [1, 3]])
    array([[1., 1., 0., 0.],
           [0., 1., 0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if num_tokens is None:
            raise DataError(
                "num_tokens=None: say how many categories there are. Where it is not known "
                "beforehand, IntegerLookup finds out."
            )
        refuse_sparse(sparse)
        self.num_tokens: int = whole("num_tokens", num_tokens)
        self.output_mode = check_output_mode(output_mode, ("multi_hot", "one_hot", "count"))
        self.sparse = sparse

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """Return the vectors.

        Parameters
        ----------
        inputs : array or traced value of int
        count_weights : array or traced value, optional
            What each category counts, of the shape of the inputs; for "count".
        """
        if count_weights is not None and self.output_mode != "count":
            raise DataError(
                f"count_weights go with output_mode='count'; this is {self.output_mode!r}."
            )
        if isinstance(inputs, np.ndarray) and inputs.size:
            low, high = inputs.min(), inputs.max()
            if low < 0 or high >= self.num_tokens:
                raise DataError(
                    f"Layer {self.name!r} has num_tokens={self.num_tokens}, so categories are "
                    f"0 … {self.num_tokens - 1}; these run from {low} to {high}."
                )
        indices = ops.cast(inputs, "int32")
        return encode_indices(
            indices, self.output_mode, self.num_tokens, self.compute_dtype, count_weights
        )


def refuse_sparse(sparse: bool) -> None:
    """Raise DataError where a sparse result is asked for."""
    if sparse:
        raise DataError("sparse=True asks for sparse tensors, which Cornu has not. Leave it out.")
