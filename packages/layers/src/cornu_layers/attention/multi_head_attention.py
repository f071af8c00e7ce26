"""Attention with several heads."""

from __future__ import annotations

import math
import operator
import string
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


class MultiHeadAttention(Layer):
    r"""Let each query look at values in several ways at once.

    For each head, $\text{softmax}(Q W_Q (K W_K)^T / \sqrt{d})\,V W_V$; the heads side by side go
    through $W_O$.

    Parameters
    ----------
    num_heads : int
        Number of heads.
    key_dim, value_dim : int
        Size $d$ of each head's queries and keys, and of its values (as `key_dim` if None).
    dropout : float
        Fraction of the attention to drop while training.
    use_bias : bool
        Whether projections have biases.
    output_shape : int or tuple of int, optional
        Features of the output; those of the query if None.
    attention_axes : int or tuple of int, optional
        Axes that are looked along; all but the batch and the features if None.
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
    Input: `query` `(batch, targets, features)`, `value` and optionally `key` `(batch, sources,
    features)`; output as the query. The call takes `query_mask`, `value_mask` and `key_mask`
    `(batch, length)`, `attention_mask` `(batch, targets, sources)`, `use_causal_mask=True` and
    `return_attention_scores=True`. Weights: kernel and bias of query, key, value and output, in
    this order.

    Raises
    ------
    ShapeError
        When keys and values have different lengths.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> layer = layers.MultiHeadAttention(num_heads=2, key_dim=4)
    >>> query, value = np.ones((3, 5, 8), "float32"), np.ones((3, 7, 8), "float32")
    >>> output, scores = layer(query, value, return_attention_scores=True)
    >>> output.shape, scores.shape
    ((3, 5, 8), (3, 2, 5, 7))

    References
    ----------
    Vaswani et al., "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762
    """

    num_heads: int = 0
    key_dim: int = 0
    value_dim: int = 0
    dropout: float = 0.0
    use_bias: bool = True
    attention_axes: tuple[int, ...] | None = None
    query_dense: Any = None
    key_dense: Any = None
    value_dense: Any = None
    output_dense: Any = None

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
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
        self.num_heads = arguments.positive_int("num_heads", num_heads)
        self.key_dim = arguments.positive_int("key_dim", key_dim)
        self.value_dim = arguments.positive_int(
            "value_dim", key_dim if value_dim is None else value_dim
        )
        self.dropout = arguments.rate("dropout", dropout)
        self.use_bias = use_bias
        self._output_shape = _sizes("output_shape", output_shape)
        self.attention_axes = _sizes("attention_axes", attention_axes)
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
        self._check(value_shape, key_shape)
        rank = len(query_shape)
        heads = self.num_heads
        keys, values = (heads, self.key_dim), (heads, self.value_dim)
        self.query_dense = projection(self, "query", rank, 1, keys)
        self.query_dense.build(query_shape)
        self.key_dense = projection(self, "key", len(key_shape), 1, keys)
        self.key_dense.build(key_shape)
        if self.use_gate:
            self.gate_dense = projection(self, "gate", rank, 1, values, "sigmoid")
            self.gate_dense.build(query_shape)
        self.value_dense = projection(self, "value", len(value_shape), 1, values)
        self.value_dense.build(value_shape)
        own = known_size(self, query_shape, -1, "features")
        features = self._output_shape or (own,)
        self.output_dense = projection(self, "attention_output", rank + 1, 2, features)
        self.output_dense.build((*query_shape[:-1], *values))
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy, seed=self.seed)

    def _check(self, value_shape: Sequence[int | None], key_shape: Sequence[int | None]) -> None:
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ShapeError(
                f"{where(self)} needs a key for each value; they have shapes "
                f"{show_shape(key_shape)} and "
                f"{show_shape(value_shape)}. Give both the same length."
            )

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
        q, k, v = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        if len(q.shape) == 4 and not return_attention_scores and self.dropout == 0:
            heads, scores = self._attend_whole(q, k, v, mask), None
        else:
            heads, scores = self._attend(q, k, v, mask, training)
        if self.use_gate:
            heads = heads * self.gate_dense(query)
        output = self.output_dense(heads)
        return (output, scores) if return_attention_scores else output

    def _attend_whole(self, q: Any, k: Any, v: Any, mask: Any) -> Any:
        if mask is not None and len(mask.shape) == 3:
            mask = ops.expand_dims(mask, 1)
        scale = 1.0 / math.sqrt(self.key_dim)
        return ops.dot_product_attention(q, k, v, mask=mask, scale=scale)

    def _attend(self, q: Any, k: Any, v: Any, mask: Any, training: Any) -> tuple[Any, Any]:
        """Attend along any axes, keeping the scores."""
        rank = len(q.shape)  # (batch, *places, heads, size)
        axes = self.attention_axes or tuple(range(1, rank - 2))
        axes = tuple(a % (rank - 1) for a in axes)
        dot, combine, scores_rank = _equations(rank, axes)
        scores = ops.einsum(dot, k, q * (1.0 / math.sqrt(self.key_dim)))
        self._softmax.axis = tuple(range(scores_rank - len(axes), scores_rank))
        if mask is not None:
            for _ in range(scores_rank - len(mask.shape)):
                mask = ops.expand_dims(mask, -2 * len(axes) - 1)
        scores = self._softmax(scores, mask=mask)
        dropped = self._dropout_layer(scores, training=training) if self.dropout else scores
        return ops.einsum(combine, dropped, v), scores

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
        """Return the query's shape, with `output_shape` in place of the features."""
        self._check(value_shape, value_shape if key_shape is None else key_shape)
        return (*query_shape[:-1], *(self._output_shape or (query_shape[-1],)))


def _sizes(name: str, value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    listed = value if isinstance(value, (list, tuple)) else (value,)
    if not all(hasattr(n, "__index__") for n in listed):
        raise ValueError(f"{name} must be an integer or several of them; it is {value!r}.")
    return tuple(map(operator.index, listed))


def _equations(rank: int, axes: tuple[int, ...]) -> tuple[str, str, int]:
    """Return the einsums that make scores of keys and queries, and outputs of scores and values.

    Examples
    --------
    >>> _equations(4, (1,))
    ('aecd,abcd->acbe', 'acbe,aecd->abcd', 4)
    """
    letters = string.ascii_lowercase
    target = letters[:rank]
    others = iter(letters[rank:])
    source = "".join(next(others) if i in axes else target[i] for i in range(rank))
    kept = [i for i in range(rank - 1) if i not in axes]
    scores = "".join(
        [*(target[i] for i in kept), *(target[i] for i in axes), *(source[i] for i in axes)]
    )
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}", len(scores)
