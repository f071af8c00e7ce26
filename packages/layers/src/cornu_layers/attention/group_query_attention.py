"""Attention whose query heads share keys and values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cornu import ops
from cornu.base import Layer
from cornu.base.layer.shapes import show_shape
from cornu.errors import ShapeError
from cornu_layers import arguments
from cornu_layers.advanced_activations.softmax import Softmax
from cornu_layers.attention.masks import attention_mask as join_masks
from cornu_layers.attention.masks import check_flash, refuse_scores
from cornu_layers.attention.projections import projection
from cornu_layers.checks import known_size, where
from cornu_layers.regularization.dropout import Dropout


class GroupedQueryAttention(Layer):
    """Let each query look at values with several heads, groups of which share keys and values.

    Parameters
    ----------
    head_dim : int
        Size of each head.
    num_query_heads, num_key_value_heads : int
        Number of heads; the second must divide the first.
    dropout : float
        Fraction of the attention to drop while training.
    use_bias : bool
        Whether projections have biases.
    sliding_window : int, optional
        Targets see only sources nearer than this.
    flash_attention
        Accepted for Keras' sake; the result is the same.
    kernel_initializer, bias_initializer : str or Initializer
        What projections start from.
    kernel_regularizer, bias_regularizer, activity_regularizer : str or Regularizer, optional
        Prices on projections.
    kernel_constraint, bias_constraint : str or Constraint, optional
        Sets that projections are kept in.
    use_gate : bool
        Multiply the heads' outputs by a sigmoid of a projection of the query.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input, output and call as of `MultiHeadAttention`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)
    >>> layer(np.ones((3, 5, 8), "float32"), np.ones((3, 7, 8), "float32")).shape
    (3, 5, 8)

    References
    ----------
    Ainslie et al., "GQA" (2023), https://arxiv.org/abs/2305.13245
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.head_dim = arguments.positive_int("head_dim", head_dim)
        self.num_query_heads = arguments.positive_int("num_query_heads", num_query_heads)
        self.num_key_value_heads = arguments.positive_int(
            "num_key_value_heads", num_key_value_heads
        )
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"num_query_heads ({num_query_heads}) must be a multiple of num_key_value_heads "
                f"({num_key_value_heads})."
            )
        self.dropout = arguments.rate("dropout", dropout)
        self.use_bias = use_bias
        if sliding_window is not None:
            arguments.positive_int("sliding_window", sliding_window)
        self.sliding_window = sliding_window
        self.flash_attention = check_flash(flash_attention, self.dropout)
        arguments.keep(
            self,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )
        self.use_gate = use_gate
        self.seed = seed
        self.supports_masking = True

    def build(  # type: ignore[override]
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> None:
        """Make the projections for inputs of these shapes."""
        key_shape = value_shape if key_shape is None else key_shape
        features = known_size(self, query_shape, -1, "features")
        queries = (self.num_query_heads, self.head_dim)
        shared = (self.num_key_value_heads, self.head_dim)
        self.query_dense = projection(self, "query", 3, 1, queries)
        self.query_dense.build(query_shape)
        self.key_dense = projection(self, "key", 3, 1, shared)
        self.key_dense.build(key_shape)
        if self.use_gate:
            self.gate_dense = projection(self, "gate", 3, 1, queries, "sigmoid")
            self.gate_dense.build(query_shape)
        self.value_dense = projection(self, "value", 3, 1, shared)
        self.value_dense.build(value_shape)
        self.output_dense = projection(self, "attention_output", 4, 2, (features,))
        self.output_dense.build((None, None, *queries))
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy, seed=self.seed)

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return what the queries see, and how they look if `return_attention_scores`."""
        if return_attention_scores:
            refuse_scores(self)
        key = value if key is None else key
        mask = join_masks(
            query.shape[1],
            value.shape[1],
            query_mask,
            value_mask,
            key_mask,
            attention_mask,
            use_causal_mask,
            self.sliding_window,
        )
        if mask is not None and len(mask.shape) == 3:
            mask = ops.expand_dims(mask, 1)
        q, k, v = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        scale = 1.0 / math.sqrt(self.head_dim)
        scores = None
        if return_attention_scores or self.dropout:
            repeats = self.num_query_heads // self.num_key_value_heads
            k, v = ops.repeat(k, repeats, axis=2), ops.repeat(v, repeats, axis=2)
            scores = self._softmax(ops.einsum("bquh,bkuh->buqk", q * scale, k), mask=mask)
            dropped = self._dropout_layer(scores, training=training) if self.dropout else scores
            heads = ops.einsum("buqk,bkuh->bquh", dropped, v)
        else:
            heads = ops.dot_product_attention(q, k, v, mask=mask, scale=scale)
        if self.use_gate:
            heads = heads * self.gate_dense(query)
        output = self.output_dense(heads)
        return (output, scores) if return_attention_scores else output

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs; two of them with `return_attention_scores`."""
        if kwargs.get("return_attention_scores"):
            return self._trace_once(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> tuple[int | None, ...]:
        """Return the query's shape."""
        key_shape = value_shape if key_shape is None else key_shape
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ShapeError(
                f"{where(self)} needs a key for each value; they have shapes "
                f"{show_shape(key_shape)} and "
                f"{show_shape(value_shape)}. Give both the same length."
            )
        return tuple(query_shape)
