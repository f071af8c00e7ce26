"""Attention with several heads."""

from __future__ import annotations

import math
import operator
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError, quoted
from cornu_layers import validation
from cornu_layers.attention.heads import Heads, over_heads
from cornu_layers.checks import where

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.accepted import Initial, Named
    from cornu.base.layer.options import PlainOptions


class MultiHeadAttention(Heads):
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
    attention_axes: tuple[int, ...] | None = None

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
        self.num_heads = validation.positive_int(self, "num_heads", num_heads)
        self.key_dim = validation.positive_int(self, "key_dim", key_dim)
        self.value_dim = validation.positive_int(
            self, "value_dim", key_dim if value_dim is None else value_dim
        )
        self._output_shape = _sizes(self, "output_shape", output_shape)
        self.attention_axes = _sizes(self, "attention_axes", attention_axes)
        self.keep_heads(locals())

    def build(
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> None:
        """Make the projections for inputs of these shapes."""
        rank = len(query_shape)
        if not all(
            -rank <= a < rank and 0 < a % rank < rank - 1 for a in self.attention_axes or ()
        ):
            raise ShapeError(
                f"{where(self)} looks along attention_axes={self.attention_axes}, but the axes of "
                f"its query of shape {show_shape(query_shape)} that lie between the batch and the "
                f"features are 1 to {rank - 2}."
            )
        keys, values = (self.num_heads, self.key_dim), (self.num_heads, self.value_dim)
        heads = (keys, keys, values)
        self.make_projections(query_shape, value_shape, key_shape, heads, self._output_shape)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        scale = 1.0 / math.sqrt(self.key_dim)
        rank = len(query.shape)  # (batch, *places, heads, size)
        if rank == 4 and not return_attention_scores and not self.dropout:
            mask = over_heads(attention_mask)
            return ops.dot_product_attention(query, key, value, mask=mask, scale=scale), None
        axes = self.attention_axes or tuple(range(1, rank - 2))
        axes = tuple(a % (rank - 1) for a in axes)
        dot, combine, scores_rank = _equations(rank, axes)
        self._softmax.axis = tuple(range(scores_rank - len(axes), scores_rank))
        mask = attention_mask
        if mask is not None:
            for _ in range(scores_rank - len(mask.shape)):
                mask = ops.expand_dims(mask, -2 * len(axes) - 1)
        scores = self._softmax(ops.einsum(dot, key, query * scale), mask=mask)
        return ops.einsum(combine, self._dropped(scores, training), value), scores

    def compute_output_shape(
        self,
        query_shape: Sequence[int | None],
        value_shape: Sequence[int | None],
        key_shape: Sequence[int | None] | None = None,
    ) -> tuple[int | None, ...]:
        """Return the query's shape, with `output_shape` in place of the features."""
        self.check_keys(value_shape, key_shape)
        return (*query_shape[:-1], *(self._output_shape or (query_shape[-1],)))


def _sizes(layer: Any, name: str, value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    listed = value if isinstance(value, (list, tuple)) else (value,)
    if not all(hasattr(n, "__index__") for n in listed):
        raise ValueError(
            f"{validation.about(layer, name)} must be an integer or several of them; it is "
            f"{quoted(value)}."
        )
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
