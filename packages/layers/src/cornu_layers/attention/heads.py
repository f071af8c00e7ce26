"""What attention with several heads has in common: projections, masks, and what a call does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.base import Layer
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import arguments, validation
from cornu_layers.advanced_activations.softmax import Softmax
from cornu_layers.attention.masks import attention_mask as join_masks
from cornu_layers.attention.projections import projection
from cornu_layers.checks import known_size, where
from cornu_layers.regularization.dropout import Dropout

if TYPE_CHECKING:
    from cornu.base.accepted import Named

Shape = Sequence["int | None"]
Axes = tuple[int, int]  # how many heads, and of which size


class Heads(Layer):
    """Base of attention that projects queries, keys and values to several heads.

    A subclass keeps its arguments with `keep_heads`, makes projections with `make_projections`
    and writes `_compute_attention`.

    Attributes
    ----------
    query_dense, key_dense, value_dense, output_dense : EinsumDense
        The projections; None before the layer is built.
    """

    dropout: float = 0.0
    use_bias: bool = True
    use_gate: bool = False
    sliding_window: int | None = None
    query_dense: Any = None
    key_dense: Any = None
    value_dense: Any = None
    output_dense: Any = None
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any

    def keep_heads(self, given: Mapping[str, Any]) -> None:
        """Store those of a constructor's arguments that every attention with heads takes.

        Raises
        ------
        ValueError
            When one is wrong, or `flash_attention` is asked for beside dropout.
        """
        self.dropout = validation.rate(self, "dropout", given["dropout"])
        self.use_bias = given["use_bias"]
        self.use_gate = given["use_gate"]
        self.seed = given["seed"]
        self.sliding_window = given["sliding_window"]
        if self.sliding_window is not None:
            validation.positive_int(self, "sliding_window", self.sliding_window)
        self.flash_attention = given["flash_attention"]
        if self.flash_attention and self.dropout > 0:
            raise ValueError(
                f"{where(self)}: flash_attention drops nothing; leave dropout=0, or "
                "flash_attention out."
            )
        arguments.keep_parameters(self, given, "kernel", "bias")
        self.supports_masking = True

    def make_projections(
        self, query: Shape, value: Shape, key: Shape | None, heads: Sequence[Axes], output: Any
    ) -> None:
        """Make and build the projections.

        Parameters
        ----------
        query, value, key : shape
            Of the inputs; the key's is the value's if None.
        heads : three of (int, int)
            Number and size of the heads of queries, keys and values.
        output : sequence of int, optional
            Last axes of the output; the query's features if None.
        """
        of_queries, of_keys, of_values = heads
        key = value if key is None else key
        self.check_keys(value, key)
        features = known_size(self, query, -1, "features")

        def built(name: str, shape: Shape, axes: Axes, activation: Named | None = None) -> Any:
            dense = projection(self, name, len(shape), 1, axes, activation)
            dense.build(shape)
            return dense

        self.query_dense = built("query", query, of_queries)
        self.key_dense = built("key", key, of_keys)
        attended = (of_queries[0], of_values[1])
        if self.use_gate:
            self._gate_dense = built("gate", query, attended, "sigmoid")
        self.value_dense = built("value", value, of_values)
        last = output or (features,)
        self.output_dense = projection(self, "attention_output", len(query) + 1, 2, last)
        self.output_dense.build((*query[:-1], *attended))
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy, seed=self.seed)

    def check_keys(self, value: Shape, key: Shape | None) -> None:
        """Refuse keys and values of different lengths.

        Raises
        ------
        ShapeError
        """
        if key is not None and tuple(value[1:-1]) != tuple(key[1:-1]):
            raise ShapeError(
                f"{where(self)} needs a key for each value; they have shapes {show_shape(key)} and "
                f"{show_shape(value)}. Give both the same length."
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
        if return_attention_scores and self.flash_attention:
            raise ValueError(
                f"{where(self)} keeps no scores with flash_attention=True; leave it out to see "
                "them."
            )
        if attention_mask is not None:
            self._check_mask(attention_mask, query, value)
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
        attended, scores = self._compute_attention(
            self.query_dense(query),
            self.key_dense(value if key is None else key),
            self.value_dense(value),
            attention_mask=mask,
            training=training,
            **({"return_attention_scores": True} if return_attention_scores else {}),
        )
        if self.use_gate:
            attended = attended * self._gate_dense(query)
        output = self.output_dense(attended)
        return (output, scores) if return_attention_scores else output

    def _check_mask(self, mask: Any, query: Any, value: Any) -> None:
        if len(query.shape) != 3:
            return  # which axes are targets and sources is up to attention_axes
        wanted = (query.shape[1], value.shape[1])
        if any(n not in (1, size) for n, size in zip(mask.shape[-2:], wanted, strict=True)):
            raise ShapeError(
                f"{where(self)} takes an attention_mask of shape (batch, targets, sources), here "
                f"{(query.shape[0], *wanted)}; this one has shape {tuple(mask.shape)}."
            )

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """Return what projected queries see, and the scores (or None if they are not asked for).

        A subclass may attend in its own way; one that never returns scores needs no argument for
        them.
        """
        raise NotImplementedError

    def _dropped(self, scores: Any, training: bool | None) -> Any:
        return self._dropout_layer(scores, training=training) if self.dropout else scores

    def compute_output_spec(
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
        """Return symbolic outputs; two of them with `return_attention_scores`."""
        more = {"key": key, "attention_mask": attention_mask, "key_mask": key_mask}
        more |= {"query_mask": query_mask, "value_mask": value_mask}
        if return_attention_scores:
            more |= {"return_attention_scores": True, "use_causal_mask": use_causal_mask}
            return self._trace_once(query, value, training=training, **more)
        return super().compute_output_spec(query, value, **more)


def over_heads(mask: Any) -> Any:
    """Return a mask `(batch, targets, sources)` with an axis for all heads put in."""
    if mask is None or len(mask.shape) == 4:
        return mask
    return ops.expand_dims(mask, 1)
