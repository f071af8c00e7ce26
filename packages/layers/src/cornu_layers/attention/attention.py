"""Attention of one head, without projections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import cornu_ops as ops
from cornu.base import Layer
from cornu_data.shapes import show_shape
from cornu_engine.errors import ShapeError
from cornu_layers import validation
from cornu_layers.checks import known_size, where
from cornu_ops import random

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cornu.base.layer.options import LayerOptions

_FAR = {"float16": 65504.0}


class Attention(Layer):
    r"""Let each query look at values, by how well their keys match it.

    $y = \text{softmax}(s)\,V$ with scores $s = a\,Q K^T$ (Luong), or $s_{ij} = w \sum_k \tanh(a
    (q_{ik} + k_{jk}))$ with `score_mode="concat"`.

    Parameters
    ----------
    use_scale : bool
        Whether there is a factor $a$, which is learnt.
    score_mode : {"dot", "concat"}
        How scores are made.
    dropout : float
        Fraction of the attention to drop while training.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input: a list `[query, value]` or `[query, value, key]`, `(batch, targets, features)` and
    `(batch, sources, features)`; output `(batch, targets, features)`. The call takes a `mask` `[of
    the query, of the value]`, `use_causal_mask=True` (no target sees a later source) and
    `return_attention_scores=True`. Weights: `scale`, `concat_score_weight`, where there are any.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> x = np.array([[[1.0, 0.0], [0.0, 1.0]]], "float32")
    >>> layers.Attention()([100 * x, x])[0].round(3)
    array([[1., 0.],
           [0., 1.]], dtype=float32)

    References
    ----------
    Luong et al., "Effective Approaches to Attention-based Neural Machine Translation" (2015),
    https://arxiv.org/abs/1508.04025
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = validation.choice(self, "score_mode", score_mode, ("dot", "concat"))
        self.dropout = validation.rate(self, "dropout", dropout)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Make the factors."""
        self._check(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def _check(self, inputs: Any) -> None:
        is_list = isinstance(inputs, (list, tuple)) and all(
            hasattr(x, "shape") or isinstance(x, (list, tuple)) for x in inputs
        )
        if not is_list or not 2 <= len(inputs) <= 3:
            raise ShapeError(
                f"{where(self)} is called on a list [query, value] or [query, value, key]; it was "
                f"given {len(inputs) if is_list else type(inputs).__name__}."
            )

    def _check_features(self, query: Any, key: Any, value: Any) -> None:
        if query.shape[-1] != key.shape[-1]:
            raise ShapeError(
                f"{where(self)} compares the features of queries and keys, which have shapes "
                f"{show_shape(query.shape)} and {show_shape(key.shape)}: give both as many, for "
                "example with Dense, or use MultiHeadAttention."
            )
        if key.shape[1] != value.shape[1]:
            raise ShapeError(
                f"{where(self)} needs a key for each value; they have shapes "
                f"{show_shape(key.shape)} and {show_shape(value.shape)}. Give both the same length."
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """Return how well each query matches each key, `(batch, targets, sources)`."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else scores * self.scale
        total = ops.expand_dims(query, -2) + ops.expand_dims(key, -3)
        if self.scale is not None:
            total = self.scale * total
        return self.concat_score_weight * ops.sum(ops.tanh(total), axis=-1)

    def call(
        self,
        inputs: Sequence[Any],
        mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return what the queries see, and how they look if `return_attention_scores`."""
        self._check(inputs)
        if mask is not None and not (isinstance(mask, (list, tuple)) and 2 <= len(mask) <= 3):
            raise ShapeError(f"{where(self)} takes a list of masks, [query_mask, value_mask].")
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        self._check_features(query, key, value)
        query_mask, value_mask = mask[:2] if mask is not None else (None, None)
        scores = self._calculate_scores(query, key)
        present = _present(scores, value_mask, use_causal_mask)
        if present is not None:
            far = _FAR.get(np.dtype(scores.dtype).name, 1e9)
            scores = ops.where(present, scores, scores - far)
        weights = ops.softmax(scores, axis=-1)
        dropped = weights
        if training and self.dropout > 0:
            dropped = random.dropout(weights, self.dropout, seed=self.seed_generator)
        output = ops.matmul(dropped, value)
        if query_mask is not None:
            output = ops.where(ops.expand_dims(query_mask, -1), output, 0.0)
        return (output, dropped) if return_attention_scores else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the query."""
        return None if mask is None else mask[0]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs; two of them with `return_attention_scores`."""
        if kwargs.get("return_attention_scores"):
            return self._trace_once(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Return the query's shape with the features of the value."""
        self._check(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])


class AdditiveAttention(Attention):
    r"""Let each query look at values, by scores that add queries and keys (Bahdanau).

    $y = \text{softmax}(s)\,V$ with $s_{ij} = \sum_k a_k \tanh(q_{ik} + k_{jk})$.

    Parameters
    ----------
    use_scale : bool
        Whether there are factors $a_k$, which are learnt.
    dropout : float
        Fraction of the attention to drop while training.
    seed : int, optional
        Makes the draws the same in every run.

    Notes
    -----
    Input, output and call as of `Attention`. Weights: `scale` `(features,)`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import layers
    >>> query, value = np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")
    >>> layers.AdditiveAttention()([query, value]).shape
    (2, 3, 4)

    References
    ----------
    Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate" (2015),
    https://arxiv.org/abs/1409.0473
    """

    def __init__(
        self,
        use_scale: bool = True,
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, seed=seed, **kwargs)

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Make the factors, one per feature."""
        self._check(input_shape)
        self.scale = None
        if self.use_scale:
            features = known_size(self, input_shape[0], -1, "features")
            self.scale = self.add_weight(
                name="scale", shape=(features,), initializer="glorot_uniform"
            )

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """Return how well each query matches each key, `(batch, targets, sources)`."""
        bent = ops.tanh(ops.expand_dims(query, -2) + ops.expand_dims(key, -3))
        return ops.sum(bent if self.scale is None else self.scale * bent, axis=-1)


def _present(scores: Any, value_mask: Any, causal: bool) -> Any:
    present = None if value_mask is None else ops.expand_dims(value_mask, -2)
    if not causal:
        return present
    earlier = np.tri(*scores.shape[-2:]).astype(bool)[None]
    return earlier if present is None else ops.logical_and(present, earlier)
