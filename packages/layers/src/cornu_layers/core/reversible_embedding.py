"""Vectors for indices, and scores of indices for vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import KerasTensor
from cornu.base.layer import set_mask
from cornu_layers.core.embedding import Embedding
from cornu_layers.quantization.quantizable import int8_product

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu_layers.core.embedding import EmbeddingOptions


class ReversibleEmbedding(Embedding):
    r"""An `Embedding` that can also score every index for a vector: $z = x E^T$.

    Language models turn tokens into vectors at the beginning, and vectors into logits of tokens at
    the end, with one table.

    Parameters
    ----------
    input_dim, output_dim, embeddings_initializer, embeddings_regularizer
        As in `Embedding`.
    tie_weights : bool
        Whether the scores use the table itself; otherwise one of their own.
    embeddings_constraint, mask_zero
        As in `Embedding`.
    reverse_dtype : str, optional
        That the scores are computed in; the layer's otherwise.
    logit_soft_cap : float, optional
        A bound $c$ that scores approach: $c \tanh(z / c)$.

    Notes
    -----
    Input `(batch, steps)` of integers, output `(batch, steps, output_dim)`. With `reverse=True` in
    the call: input `(batch, steps, output_dim)`, output `(batch, steps, input_dim)`. Weights:
    `embeddings` `(input_dim, output_dim)`, and without `tie_weights` `reverse_embeddings`
    `(output_dim, input_dim)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.ReversibleEmbedding(input_dim=10, output_dim=4)
    >>> vectors = layer(np.array([[1, 2, 3]]))
    >>> layer(vectors, reverse=True).shape
    (1, 3, 10)

    References
    ----------
    Press and Wolf, "Using the Output Embedding to Improve Language Models" (2017),
    https://arxiv.org/abs/1608.05859
    """

    reverse_embeddings: Any
    reverse_embeddings_scale: Any

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Initial | None = "uniform",
        embeddings_regularizer: Named | None = None,
        embeddings_constraint: Named | None = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Unpack[EmbeddingOptions],
    ) -> None:
        self.tie_weights = tie_weights
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Make the table, or both; they do not depend on the input."""
        super().build(input_shape)
        if not self.tie_weights:
            self.make_further(
                "reverse_embeddings",
                "reverse",
                (self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def further_weights(self) -> tuple[str, ...]:
        """Return the name of the table of the way back, if it is one of its own."""
        return () if self.tie_weights else ("reverse_embeddings",)

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Return the vectors of indices; with `reverse`, the scores of indices for vectors."""
        if not reverse:
            vectors = super().call(inputs)
            mask = super().compute_mask(inputs)
            if mask is not None:
                set_mask(vectors, mask)
            return vectors
        scores = self.multiplied(inputs)
        cap = self.logit_soft_cap
        return scores if cap is None else ops.tanh(scores / cap) * cap

    def product(self, inputs: Any, weight: Any) -> Any:
        """Return the scores of the rows of a table."""
        kernel = ops.transpose(weight)
        if self.reverse_dtype is not None and not self.is_int8:
            inputs, kernel = (ops.cast(x, self.reverse_dtype) for x in (inputs, kernel))
        return ops.matmul(inputs, kernel)

    def multiplied(self, inputs: Any) -> Any:
        """Return the scores of all indices."""
        if self.tie_weights:
            return super().multiplied(inputs)
        table = ops.transpose(self.reverse_embeddings)
        if not self.is_int8:
            return self.product(inputs, table)
        return int8_product(inputs, table, self.reverse_embeddings_scale, layer=self)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: `call` knows which way it goes, and sets the mask."""

    def compute_output_shape(
        self, input_shape: Sequence[int | None], reverse: bool = False
    ) -> tuple[int | None, ...]:
        """Return the shape with `output_dim` appended; with `reverse`, `input_dim` for it."""
        shape = tuple(input_shape)
        return (*shape[:-1], self.input_dim) if reverse else (*shape, self.output_dim)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> KerasTensor:
        """Return a symbolic output, with its mask."""
        return self._trace_once(inputs, reverse=reverse)
