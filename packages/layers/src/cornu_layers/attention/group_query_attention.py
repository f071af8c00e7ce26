"""Attention whose query heads share keys and values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import cornu_ops as ops
from cornu_layers import validation
from cornu_layers.attention.heads import Heads, over_heads
from cornu_layers.checks import check_rank, where

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class GroupedQueryAttention(Heads):
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

    keras_name = "GroupQueryAttention"
    attributes_in_files: ClassVar[dict[str, str]] = {
        f"{name}_dense": f"_{name}_dense" for name in ("query", "key", "value", "output", "gate")
    }

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Initial | None = "glorot_uniform",
        bias_initializer: Initial | None = "zeros",
        kernel_regularizer: Named | None = None,
        bias_regularizer: Named | None = None,
        activity_regularizer: Named | None = None,
        kernel_constraint: Named | None = None,
        bias_constraint: Named | None = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Unpack[PlainOptions],
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.head_dim = validation.positive_int(self, "head_dim", head_dim)
        self.num_query_heads = validation.positive_int(self, "num_query_heads", num_query_heads)
        self.num_key_value_heads = validation.positive_int(
            self, "num_key_value_heads", num_key_value_heads
        )
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{where(self)}: num_query_heads ({num_query_heads}) must be a multiple of "
                f"num_key_value_heads ({num_key_value_heads})."
            )
        self.keep_heads(locals())

    def build(
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> None:
        """Make the projections for inputs of these shapes."""
        check_rank(self, query_shape, ("targets", "features"))
        check_rank(self, value_shape, ("sources", "features"))
        queries = (self.num_query_heads, self.head_dim)
        shared = (self.num_key_value_heads, self.head_dim)
        self.make_projections(query_shape, value_shape, key_shape, (queries, shared, shared), None)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        mask, scale = over_heads(attention_mask), 1.0 / math.sqrt(self.head_dim)
        if not return_attention_scores and not self.dropout:
            return ops.dot_product_attention(query, key, value, mask=mask, scale=scale), None
        repeats = self.num_query_heads // self.num_key_value_heads
        key, value = (ops.repeat(x, repeats, axis=2) for x in (key, value))
        scores = self._softmax(ops.einsum("bquh,bkuh->buqk", query * scale, key), mask=mask)
        return ops.einsum("buqk,bkuh->bquh", self._dropped(scores, training), value), scores

    def compute_output_shape(
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> tuple[int | None, ...]:
        """Return the query's shape."""
        self.check_keys(value_shape, key_shape)
        return tuple(query_shape)
